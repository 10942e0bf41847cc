import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sql } from 'kysely'
import Libsql from 'libsql'
import pg from 'pg'
import type { Dialect } from '../../lib/database/dialect.js'
import { onBothBackendsAlways } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

// What a message costs the database, counted where the drivers get it: no clock, so any machine will do.

interface Cost {
  statements: number
  transactions: number
}

const total: Cost = { statements: 0, transactions: 0 }

function count(text: string): void {
  if (/^begin/i.test(text)) total.transactions++
  else if (!/^(?:commit|rollback|set )/i.test(text)) total.statements++
}

/** Counts what reaches the drivers of both databases, in this process. */
function countStatements(): void {
  const query = pg.Client.prototype.query as (...parameters: unknown[]) => unknown
  pg.Client.prototype.query = function (this: pg.Client, ...parameters: unknown[]) {
    if (typeof parameters[0] === 'string') count(parameters[0])
    return Reflect.apply(query, this, parameters)
  } as typeof pg.Client.prototype.query
  const { exec } = Libsql.prototype
  Libsql.prototype.exec = function (text) {
    count(text)
    return Reflect.apply(exec, this, [text])
  }
  const statement = new Libsql(':memory:').prepare('select 1').constructor.prototype
  for (const method of ['all', 'run'] as const) {
    const execute = statement[method]
    statement[method] = function (...parameters: unknown[]) {
      total.statements++
      return Reflect.apply(execute, this, parameters)
    }
  }
}

countStatements()

const TIME = '2026-01-01T09:00:00Z'
const LATER = '2026-01-01T10:00:00Z'
const reading = { timestamp: LATER, sampledValue: [{ value: '500' }] }

interface Message {
  action: string
  protocol: 'ocpp1.6' | 'ocpp2.0.1'
  payload(transactionId: number): object
  /** Statements of one message alone, at most. PostgreSQL needs one more to hold the charge point. */
  statements: Record<Dialect, number>
  /** Statements of a message among 200 that come at once, at most. Default: as many as alone. */
  inBurst?: number
}

/** In the order of a transaction. */
const MESSAGES: readonly Message[] = [
  { action: 'Heartbeat', protocol: 'ocpp1.6', payload: () => ({}), statements: { sqlite: 0, postgres: 0 } },
  {
    action: 'StatusNotification',
    protocol: 'ocpp1.6',
    payload: () => ({ connectorId: 1, errorCode: 'NoError', status: 'Charging', timestamp: TIME }),
    // The present state, the history, and when the state began, from which idle fees and uptime follow.
    statements: { sqlite: 3, postgres: 3 },
    inBurst: 0.5
  },
  {
    action: 'StartTransaction',
    protocol: 'ocpp1.6',
    payload: () => ({ connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp: TIME }),
    statements: { sqlite: 7, postgres: 8 }
  },
  {
    action: 'MeterValues',
    protocol: 'ocpp1.6',
    payload: (transactionId) => ({ connectorId: 1, transactionId, meterValue: [reading] }),
    statements: { sqlite: 1, postgres: 1 },
    inBurst: 0.5
  },
  {
    action: 'StopTransaction',
    protocol: 'ocpp1.6',
    payload: (transactionId) => ({ transactionId, meterStop: 900, timestamp: LATER }),
    statements: { sqlite: 5, postgres: 6 }
  },
  {
    action: 'TransactionEvent',
    protocol: 'ocpp2.0.1',
    payload: () => event2('Started', 0, TIME, { idTag: 'TAG', register: 100, evse: { id: 1, connectorId: 1 } }),
    // One of them when the charging state began.
    statements: { sqlite: 12, postgres: 13 }
  }
]

const BURST = 200
/** Transactions of a burst, at most: many messages share one, on the slowest machine as well. */
const MAX_TRANSACTIONS = 50

interface Ready {
  charger: Charger
  transactionId: number
}

/** Charge points that have booted, connected a few at a time. */
async function connectFleet({ url }: TestServer, protocol: string, size: number): Promise<Ready[]> {
  const fleet: Ready[] = []
  while (fleet.length < size) {
    const some = Array.from({ length: Math.min(20, size - fleet.length) }, (_, index) => {
      const identity = `${protocol}-${size}-${fleet.length + index}`
      return connectCharger(url, identity, { protocol, boot: true })
    })
    for (const charger of await Promise.all(some)) fleet.push({ charger, transactionId: 0 })
  }
  return fleet
}

/** What it costs until every message is answered and nothing waits to be written. */
async function costOf({ app }: TestServer, { action, payload }: Message, fleet: readonly Ready[]): Promise<Cost> {
  const { counters } = app.database.writer
  // What follows a boot is read before it is written.
  for (let turn = 0; turn < 3; turn++) {
    await sql`select 1`.execute(app.database.db)
    await until('nothing waits', () => counters.queued === 0)
  }
  const before = { ...total }
  await Promise.all(
    fleet.map(async (ready) => {
      const answer = await book(ready.charger, action, payload(ready.transactionId))
      if (action === 'StartTransaction') ready.transactionId = Number(answer.transactionId)
    })
  )
  await until('nothing waits', () => counters.queued === 0)
  return {
    statements: total.statements - before.statements,
    transactions: total.transactions - before.transactions
  }
}

/** The first meter values of a connection look up once which transactions are over. */
async function lookUpOnce(fleet: readonly Ready[]): Promise<void> {
  const old = { timestamp: TIME, sampledValue: [{ value: '0' }] }
  await Promise.all(
    fleet.map(({ charger, transactionId }) =>
      book(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue: [old] })
    )
  )
}

onBothBackendsAlways('what a message costs the database', (start, dialect) => {
  it('does not grow, alone or in a burst', async (t) => {
    // What is done every few seconds is not counted.
    t.mock.timers.enable({ apis: ['setInterval'] })
    const server = await start({ OCPP_REGISTRATION: 'open', UNKNOWN_ID_TOKENS: 'accept', MESSAGE_LOG: 'false' })
    for (const size of [1, BURST]) {
      const fleets = {
        'ocpp1.6': await connectFleet(server, 'ocpp1.6', size),
        'ocpp2.0.1': await connectFleet(server, 'ocpp2.0.1', size)
      }
      for (const message of MESSAGES) {
        const fleet = fleets[message.protocol]
        if (message.action === 'MeterValues') await lookUpOnce(fleet)
        const cost = await costOf(server, message, fleet)
        const alone = message.statements[dialect]
        const each = size === 1 ? alone : (message.inBurst ?? alone)
        const maxTransactions = alone === 0 ? 0 : size === 1 ? 1 : MAX_TRANSACTIONS
        const what = `${message.action} from ${size}: ${JSON.stringify(cost)}`
        assert.ok(cost.statements <= each * size, what)
        assert.ok(cost.transactions <= maxTransactions, what)
        // The count works.
        assert.ok(alone === 0 || (cost.statements > 0 && cost.transactions > 0), what)
      }
    }
  })
})
