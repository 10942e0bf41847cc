import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Dialect } from '../../lib/database/dialect.js'
import { onBothBackends, operate } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { isLong } from '../support/long.js'
import type { TestServer } from '../support/server.js'
import { type Cost, costWhile, OF_OTHERS } from './cost.js'

// The cost of a message for the database.

const TIME = '2026-01-01T09:00:00Z'
const LATER = '2026-01-01T10:00:00Z'
const SAMPLES = [{ value: '500' }, { value: '16', measurand: 'Current.Import' }, { value: '230', measurand: 'Voltage' }]
const reading = { timestamp: LATER, sampledValue: SAMPLES }

interface Message {
  action: string
  protocol: 'ocpp1.6' | 'ocpp2.0.1'
  payload(transactionId: number): object
  /** Statements of one message alone, at most. PostgreSQL needs one more to hold the charge point. */
  statements: Record<Dialect, number>
  /** Statements of a message among many that come at once, at most. Default: as many as alone. */
  inBurst?: number
}

/** In the order of a transaction. */
const MESSAGES: readonly Message[] = [
  { action: 'Heartbeat', protocol: 'ocpp1.6', payload: () => ({}), statements: { sqlite: 0, postgres: 0 } },
  {
    action: 'StatusNotification',
    protocol: 'ocpp1.6',
    payload: () => ({ connectorId: 1, errorCode: 'NoError', status: 'Charging', timestamp: TIME }),
    // The present state; the history, from which idle fees and uptime follow; and that a status from before the
    // connection is still valid.
    statements: { sqlite: 3, postgres: 3 },
    inBurst: 0.2
  },
  {
    action: 'StatusNotification',
    protocol: 'ocpp1.6',
    payload: () => ({ connectorId: 1, errorCode: 'NoError', status: 'Finishing', timestamp: new Date().toISOString() }),
    // The present state, and the history.
    statements: { sqlite: 2, postgres: 2 },
    inBurst: 0.1
  },
  {
    action: 'StartTransaction',
    protocol: 'ocpp1.6',
    payload: () => ({ connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp: TIME }),
    // One of them the limits of the id token. After the commit: whether the charge point was asked for the transaction;
    // and, once a connection, how it takes prices.
    statements: { sqlite: 10, postgres: 11 }
  },
  {
    action: 'MeterValues',
    protocol: 'ocpp1.6',
    payload: (transactionId) => ({ connectorId: 1, transactionId, meterValue: [reading] }),
    statements: { sqlite: 1, postgres: 1 },
    inBurst: 0.2
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
    // One of them when the charging state began; one the limits of the id token; one, after the commit, whether the charge
    // point was asked for it; and, once a connection, how it takes prices.
    statements: { sqlite: 15, postgres: 16 }
  }
]

/** Calls of operators, and how many statements each may cost in a burst. */
const CALLS = [
  ['ClearCache', {}, 0.5],
  ['RemoteStartTransaction', { idTag: 'TAG' }, 1.8]
] as const

/** As in lib/calls/caller.ts: a call that lasts longer is stored before it ends. */
const SAVED_AFTER_MS = 100

const BURST = isLong ? 200 : 60
/** Transactions of a burst, at most: many messages share one, on the slowest machine as well. */
const MAX_TRANSACTIONS = BURST / 4

interface Ready {
  charger: Charger
  transactionId: number
}

/** Charge points that have booted, connected a few at a time. */
async function connectFleet(
  { url }: TestServer,
  protocol: string,
  size: number,
  name = String(size)
): Promise<Ready[]> {
  const fleet: Ready[] = []
  while (fleet.length < size) {
    const some = Array.from({ length: Math.min(20, size - fleet.length) }, (_, index) => {
      const identity = `${protocol}-${name}-${fleet.length + index}`
      return connectCharger(url, identity, { protocol, boot: true })
    })
    for (const charger of await Promise.all(some)) fleet.push({ charger, transactionId: 0 })
  }
  return fleet
}

type Fleets = Record<Message['protocol'], Ready[]>

/** How often the cost of a message alone is measured: other work of the process may fall into the time of one try. */
const TRIES_ALONE = 3

/** The charge points of each try. */
async function connectTries(server: TestServer, size: number): Promise<Fleets[]> {
  const tries: Fleets[] = []
  for (let count = size === 1 ? TRIES_ALONE : 1; count > 0; count--) {
    const name = `${size}-${count}`
    tries.push({
      'ocpp1.6': await connectFleet(server, 'ocpp1.6', size, name),
      'ocpp2.0.1': await connectFleet(server, 'ocpp2.0.1', size, name)
    })
  }
  return tries
}

/** The least of several tries. */
async function leastOf(tries: readonly Fleets[], measure: (fleets: Fleets) => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = []
  for (const fleets of tries) costs.push(await measure(fleets))
  return {
    statements: Math.min(...costs.map(({ statements }) => statements)),
    transactions: Math.min(...costs.map(({ transactions }) => transactions))
  }
}

/** The statements that the log adds to a message and its answer. */
const LOGGED = { alone: 1, inBurst: 0.1 }

/** The cost until every message is answered and nothing waits to be written. */
function costOf(server: TestServer, { action, payload }: Message, fleet: readonly Ready[]): Promise<Cost> {
  return costWhile(server, async () => {
    await Promise.all(
      fleet.map(async (ready) => {
        const answer = await book(ready.charger, action, payload(ready.transactionId))
        if (action === 'StartTransaction') ready.transactionId = Number(answer.transactionId)
      })
    )
  })
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

onBothBackends('the number of statements of a message', (start, dialect) => {
  it('does not grow, alone or in a burst', async (t) => {
    // Work that is done every few seconds is not counted.
    t.mock.timers.enable({ apis: ['setInterval'] })
    const server = await start({ OCPP_REGISTRATION: 'open', UNKNOWN_ID_TOKENS: 'accept', MESSAGE_LOG: 'false' })
    for (const size of [1, BURST]) {
      const tries = await connectTries(server, size)
      for (const message of MESSAGES) {
        const cost = await leastOf(tries, async (fleets) => {
          const fleet = fleets[message.protocol]
          if (message.action === 'MeterValues') await lookUpOnce(fleet)
          return costOf(server, message, fleet)
        })
        const alone = message.statements[dialect]
        const each = size === 1 ? alone : (message.inBurst ?? alone)
        const maxTransactions = alone === 0 ? 0 : size === 1 ? 1 : MAX_TRANSACTIONS
        const what = `${message.action} from ${size}: ${JSON.stringify(cost)}`
        // Other work of the process may fall into the time of a burst, which is sent only once.
        assert.ok(cost.statements <= each * size + (size === 1 ? 0 : OF_OTHERS), what)
        assert.ok(cost.transactions <= maxTransactions, what)
        // The count works.
        assert.ok(alone === 0 || (cost.statements > 0 && cost.transactions > 0), what)
      }
    }
  })

  // The rows of a call are stored with those of others; of a remote start only the answer is an update.
  it('is small for calls of operators, which share them', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const server = await start({ OCPP_REGISTRATION: 'open', MESSAGE_LOG: 'false', API_RATE_LIMIT: '0' })
    const fleet = await connectFleet(server, 'ocpp1.6', BURST)
    for (const { charger } of fleet) charger.onCall(() => ({ status: 'Accepted' }))
    for (const [action, payload, most] of CALLS) {
      let slow = 0
      const cost = await costWhile(server, async () => {
        await Promise.all(
          fleet.map(async ({ charger: { identity } }) => {
            const asked = performance.now()
            const { statusCode } = await operate(server, 'POST', `/charge-points/${identity}/calls/${action}`, payload)
            assert.equal(statusCode, 200)
            if (performance.now() - asked >= SAVED_AFTER_MS) slow++
          })
        )
      })
      // A call that lasts is stored while it waits and updated when it ends: on a slow machine that may be each.
      const what = `${action}, ${slow} of them slow: ${JSON.stringify(cost)}`
      assert.ok(cost.statements > 0 && cost.statements <= most * BURST + 2 * slow, what)
      assert.ok(cost.transactions > 0 && cost.transactions <= BURST / 2 + slow, what)
    }
  })

  // Its identity; its boot, what is unknown of its connectors, its open transactions, those a boot closed, and whether it
  // has charging profiles, which it may have lost.
  it('is six for a charge point that reconnects and boots', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const server = await start({ OCPP_REGISTRATION: 'open', MESSAGE_LOG: 'false' })
    const fleet = await connectFleet(server, 'ocpp1.6', 20)
    await costWhile(server, async () => {
      for (const { charger } of fleet) await charger.close()
    })
    const cost = await costWhile(server, async () => {
      await connectFleet(server, 'ocpp1.6', 20)
    })
    assert.ok(cost.statements > 20 && cost.statements <= 6 * 20 + OF_OTHERS, JSON.stringify(cost))
  })

  it('rises little with the message log', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const server = await start({ OCPP_REGISTRATION: 'open' })
    const heartbeat = MESSAGES.find(({ action }) => action === 'Heartbeat')
    assert.ok(heartbeat !== undefined)
    for (const size of [1, BURST]) {
      const tries = await connectTries(server, size)
      const cost = await leastOf(tries, (fleets) => costOf(server, heartbeat, fleets[heartbeat.protocol]))
      const most = size === 1 ? LOGGED.alone : LOGGED.inBurst * size
      assert.ok(cost.statements > 0 && cost.statements <= most, `the log of ${size}: ${JSON.stringify(cost)}`)
    }
  })
})
