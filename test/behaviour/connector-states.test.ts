import assert from 'node:assert/strict'
import { it } from 'node:test'
import { prune } from '../../lib/database/retention.js'
import { chunks } from '../../lib/events/scope.js'
import type {} from '../../plugins/store.js'
import { BEARER, onSharedBackend, operate } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

const MINUTE = 60_000
const DAY = 86_400_000
const BASE = Date.now()
const at = (minutes: number) => new Date(BASE + minutes * MINUTE).toISOString()

interface Shown {
  evseId?: number
  connectorId: number
  state: string
  from: string
  to?: string
  duration?: number
}

const status = (status: string, minutes?: number) => ({
  connectorId: 1,
  errorCode: 'NoError',
  status,
  ...(minutes !== undefined && { timestamp: at(minutes) })
})
const status2 = (connectorStatus: string, minutes: number) => ({
  evseId: 1,
  connectorId: 1,
  connectorStatus,
  timestamp: at(minutes)
})

async function statesOf(server: TestServer, identity: string, query = ''): Promise<Shown[]> {
  const response = await operate(server, 'GET', `/charge-points/${identity}/states${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items
}

/** State and length in minutes; without one it goes on. */
async function shortOf(server: TestServer, identity: string, query = '') {
  const states = await statesOf(server, identity, query)
  return states.map(({ state, duration }) => (duration === undefined ? state : `${state} ${duration / 60}`))
}

const PATIENCE_MS = 20_000

/** Looks until what is written behind the messages is there. */
async function untilStates(
  server: TestServer,
  other: Charger,
  identity: string,
  isThere: (states: Shown[]) => boolean
): Promise<Shown[]> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const states = await statesOf(server, identity)
    if (isThere(states)) return states
    assert.ok(performance.now() < deadline, `the states are still ${JSON.stringify(states)}`)
    await other.roundTrip()
  }
}

/** Lets a charge point send a message after a moment: a state of less than a millisecond is not shown. */
async function sendAfter(charger: Charger, moment: string | undefined): Promise<void> {
  while (Date.now() <= Date.parse(moment ?? '')) await charger.roundTrip()
  await charger.roundTrip()
}

onSharedBackend('states of connectors', (start) => {
  it('are those of 1.6, whatever the order in which they come; they are pages, CSV and cut to a range', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'S16', { boot: true })
    await charger.roundTrip()
    const words = [
      ['Charging', -20],
      ['Preparing', -25],
      ['Finishing', -5],
      ['Reserved', -30],
      ['SuspendedEVSE', -12],
      ['Charging', -20],
      ['SuspendedEV', -10],
      ['Available', -40],
      ['Charging', -18]
    ] as const
    for (const [word, minutes] of words) await book(charger, 'StatusNotification', status(word, minutes))
    const expected = [
      'Available 10',
      'Reserved 5',
      'Preparing 5',
      'Charging 8',
      'SuspendedEVSE 2',
      'SuspendedEV 5',
      'Finishing'
    ]
    assert.deepEqual(await shortOf(server, 'S16'), expected)
    const [first] = await statesOf(server, 'S16')
    assert.deepEqual(first, {
      evseId: 1,
      connectorId: 1,
      state: 'Available',
      from: at(-40),
      to: at(-30),
      duration: 600
    })
    const range = `?from=${at(-27)}&to=${at(-19)}`
    assert.deepEqual(await shortOf(server, 'S16', range), ['Reserved 2', 'Preparing 5', 'Charging 1'])
    const page = (await operate(server, 'GET', '/charge-points/S16/states?limit=4')).json()
    const rest = await shortOf(server, 'S16', `?limit=100&cursor=${page.nextCursor}`)
    assert.deepEqual([page.items.length, rest], [4, expected.slice(4)])
    const csv = await server.app.inject({
      url: '/api/v1/charge-points/S16/states?limit=1',
      headers: { ...BEARER, accept: 'text/csv' }
    })
    const line = `1,1,Available,${at(-40)},${at(-30)},600`
    assert.equal(csv.body, `evseId,connectorId,state,from,to,duration\r\n${line}\r\n`)
    const tooLong = await operate(server, 'GET', `/charge-points/S16/states?from=${at(-60 * 24 * 40)}`)
    assert.equal(tooLong.statusCode, 400)
  })

  for (const protocol of ['ocpp2.0.1', 'ocpp2.1']) {
    it(`follow from connector status and charging state, in ${protocol}`, async () => {
      const server = await start()
      const identity = `S-${protocol}`
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      const event = (type: string, seqNo: number, minutes: number, chargingState?: string) =>
        book(charger, 'TransactionEvent', {
          ...event2(type, seqNo, at(minutes), { idTag: 'TAG', evse: { id: 1, connectorId: 1 } }),
          transactionInfo: { transactionId: '1', ...(chargingState && { chargingState }) }
        })
      const tell = (word: string, minutes: number) => book(charger, 'StatusNotification', status2(word, minutes))
      await tell('Available', -60)
      await event('Started', 0, -40, 'Charging')
      await tell('Occupied', -50)
      // Told again in the middle, and late.
      await tell('Occupied', -35)
      await event('Updated', 2, -20, 'EVConnected')
      await event('Updated', 1, -30, 'SuspendedEV')
      await event('Ended', 3, -10, 'EVConnected')
      await tell('Available', -5)
      await tell('Faulted', -1)
      assert.deepEqual(await shortOf(server, identity), [
        'Available 10',
        'Preparing 10',
        'Charging 10',
        'SuspendedEV 20',
        'Finishing 5',
        'Available 4',
        'Faulted'
      ])
    })
  }

  it('of a long history are read in part: a range with more than 20 000 changes is refused, a shorter one is not', async () => {
    const server = await start()
    await (await connectCharger(server.url, 'FLAPPING', { boot: true })).roundTrip()
    const { id } = (await server.app.store.find('FLAPPING')) ?? { id: 0 }
    const began = Date.parse(at(-60))
    const row = { charge_point_id: id, evse_id: 0, connector_id: 1, received_at: began }
    const marks = Array.from({ length: 20_001 }, (_, index) => ({
      ...row,
      state: index % 2 === 0 ? 'Available' : 'Preparing',
      started_at: began + index * 100
    }))
    await server.app.store.write(async (trx) => {
      for (const some of chunks(marks)) await trx.insertInto('connector_states').values(some).execute()
    })
    const whole = `/charge-points/FLAPPING/states?from=${at(-60)}`
    const refused = await operate(server, 'GET', whole)
    assert.deepEqual(
      [refused.statusCode, refused.json().detail],
      [400, 'the range has more than 20000 changes of state: ask for a shorter one']
    )
    const shorter = `${whole}&to=${new Date(began + 20_000 * 100).toISOString()}&limit=500`
    let path = shorter
    let count = 0
    do {
      const { items, nextCursor } = (await operate(server, 'GET', path)).json()
      count += items.length
      path = nextCursor === undefined ? '' : `${shorter}&cursor=${nextCursor}`
    } while (path !== '' && count < 2_000)
    assert.equal(count, 2_000)
  })

  it('are unknown while the charge point is disconnected and after its boot; without a boot they continue', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'AWAY', { boot: true })
    await book(charger, 'StatusNotification', status('Charging', -10))
    await charger.close()
    const watcher = await connectCharger(server.url, 'WATCHER', { boot: true })
    const away = await untilStates(server, watcher, 'AWAY', ([state]) => state?.to !== undefined)
    assert.equal(away.length, 1)

    const back = await connectCharger(server.url, 'AWAY')
    await back.roundTrip()
    const resumed = await untilStates(server, back, back.identity, (states) => states.length === 2)
    assert.deepEqual([resumed[1]?.state, resumed[1]?.to], ['Charging', undefined])
    assert.ok(String(resumed[1]?.from) >= String(away[0]?.to))
    await sendAfter(back, resumed[1]?.from)
    await back.close()

    const booted = await connectCharger(server.url, 'AWAY', { boot: true })
    const unknown = await untilStates(server, booted, booted.identity, (states) => states[1]?.to !== undefined)
    assert.equal(unknown.length, 2)
    // By a clock that is slow, or since when it is so: it is so now.
    await book(booted, 'StatusNotification', status('Available', -5))
    const now = await untilStates(server, booted, booted.identity, (states) => states.at(-1)?.to === undefined)
    assert.equal(now.at(-1)?.state, 'Available')
    assert.ok(String(now.at(-1)?.from) > String(unknown[1]?.to))
  })

  it('are not known after the boot of a connection that replaced another one', async () => {
    const server = await start()
    const first = await connectCharger(server.url, 'REPLACED', { boot: true })
    await book(first, 'StatusNotification', status('Charging', -10))
    await first.close()
    const watcher = await connectCharger(server.url, 'REPLACED-WATCHER', { boot: true })
    const left = await untilStates(server, watcher, 'REPLACED', ([state]) => state?.to !== undefined)
    const back = await connectCharger(server.url, 'REPLACED')
    await back.roundTrip()
    const [, state] = await untilStates(server, back, 'REPLACED', (states) => states.length === 2)
    await sendAfter(back, state?.from)

    const booted = await connectCharger(server.url, 'REPLACED', { boot: true })
    await back.closed
    const [, resumed] = await untilStates(server, booted, 'REPLACED', (states) => states[1]?.to !== undefined)
    assert.equal(resumed?.state, 'Charging')
    assert.ok(String(resumed?.from) >= String(left[0]?.to))
  })

  it('are unknown from the last message on, after a crash of the back-end during which the charge point disconnected', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CRASHED', { boot: true })
    await book(charger, 'StatusNotification', status('Charging', -180))
    await charger.close()
    await untilStates(
      server,
      await connectCharger(server.url, 'CRASH-WATCHER', { boot: true }),
      'CRASHED',
      ([state]) => {
        return state?.to !== undefined
      }
    )
    // What is stored later would hide what is written here.
    await until('the end of its connection is stored', async () => {
      const { items } = (await operate(server, 'GET', '/charge-points/CRASHED/connections')).json()
      return items[0]?.disconnectedAt !== undefined
    })
    // As a crash two hours ago would have left them.
    const lastSeen = BASE - 120 * MINUTE
    await server.app.database.writer.write(async (trx) => {
      const { id } = await trx
        .updateTable('charge_points')
        .set({ last_seen_at: lastSeen, last_boot_at: lastSeen })
        .where('identity_key', '=', 'crashed')
        .returning('id')
        .executeTakeFirstOrThrow()
      await trx.updateTable('connectors').set({ updated_at: lastSeen }).where('charge_point_id', '=', id).execute()
      await trx
        .deleteFrom('connector_states')
        .where('charge_point_id', '=', id)
        .where('state', '!=', 'Charging')
        .execute()
    })
    const back = await connectCharger(server.url, 'CRASHED', { boot: true })
    const [charging] = await untilStates(server, back, 'CRASHED', ([state]) => state?.to !== undefined)
    assert.deepEqual([charging?.state, charging?.to], ['Charging', new Date(lastSeen).toISOString()])
  })

  it('are kept as long as events, the present one for ever', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'KEPT', { boot: true })
    await charger.roundTrip()
    await book(charger, 'StatusNotification', status('Available', -2))
    await book(charger, 'StatusNotification', status('Unavailable', -1))
    const { db, writer } = server.app.database
    const settings = {
      RETENTION_EVENTS_DAYS: 10,
      RETENTION_METER_VALUES_DAYS: 0,
      RETENTION_MESSAGES_DAYS: 0,
      RETENTION_AUDIT_DAYS: 0,
      MESSAGE_LOG_MAX_ROWS: 0
    }
    await prune({ db, writer, settings, now: Date.now() + 20 * DAY, pause: 0 })
    assert.deepEqual(await shortOf(server, 'KEPT'), ['Unavailable'])
  })
})
