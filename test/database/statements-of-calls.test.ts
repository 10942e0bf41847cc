import assert from 'node:assert/strict'
import { it } from 'node:test'
import { BEARER, onBothBackends } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { type Cost, costWhile } from './cost.js'

// The cost of a request of an operator for the database.

interface Asked {
  what: string
  path: string
  isRepeatable: boolean
  /** At most. */
  cost: Cost
}

const REQUESTS: readonly Asked[] = [
  // The call with its answer.
  { what: 'a call', path: 'calls/ClearCache', isRepeatable: false, cost: { statements: 1, transactions: 1 } },
  {
    what: 'a call with Idempotency-Key',
    path: 'calls/ClearCache',
    isRepeatable: true,
    // The key; the call, before it is sent; its answer; and what the operator is answered.
    cost: { statements: 4, transactions: 4 }
  },
  {
    what: 'an operation',
    path: 'operations/clear-cache',
    isRepeatable: false,
    // The charge point; the entry of the audit log; the call with its answer; and the outcome in the audit log.
    cost: { statements: 4, transactions: 3 }
  },
  {
    what: 'an operation with Idempotency-Key',
    path: 'operations/clear-cache',
    isRepeatable: true,
    cost: { statements: 6, transactions: 5 }
  }
]

/** Tries of each: a call that lasts 100 ms on a slow machine is stored once more. */
const TRIES = 3

function ask({ app }: TestServer, { path, isRepeatable }: Asked, key: string) {
  const headers = { ...BEARER, ...(isRepeatable && { 'idempotency-key': key }) }
  return app.inject({ method: 'POST', url: `/api/v1/charge-points/asked/${path}`, headers, payload: {} })
}

onBothBackends('the number of statements of a request', (start) => {
  it('does not grow for calls and operations, with and without a key', async (t) => {
    // Work that is done every few seconds is not counted.
    t.mock.timers.enable({ apis: ['setInterval'] })
    const server = await start({ OCPP_REGISTRATION: 'open', MESSAGE_LOG: 'false', API_RATE_LIMIT: '0' })
    const charger = await connectCharger(server.url, 'asked', { boot: true })
    charger.onCall(() => ({ status: 'Accepted' }))
    for (const [index, asked] of REQUESTS.entries()) {
      const costs: Cost[] = []
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const cost = await costWhile(server, async () => {
          assert.equal((await ask(server, asked, `key-${index}-${attempt}`)).statusCode, 200)
        })
        costs.push(cost)
      }
      const statements = Math.min(...costs.map((cost) => cost.statements))
      const transactions = Math.min(...costs.map((cost) => cost.transactions))
      assert.ok(statements > 0 && statements <= asked.cost.statements, `${asked.what}: ${statements} statements`)
      assert.ok(transactions <= asked.cost.transactions, `${asked.what}: ${transactions} transactions`)
    }
  })
})
