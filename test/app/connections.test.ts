import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it } from 'node:test'
import { openDatabase } from '../../lib/database/open.js'
import { prune } from '../../lib/database/retention.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { startProcess } from './process.js'
import { BEARER, onBothBackends, onSharedBackend, operate, TOKEN, temporaryDirectory } from './support.js'

const DAY_MS = 86_400_000

interface Connection {
  connectedAt: string
  disconnectedAt?: string
  lastSeenAt?: string
  duration?: number
  protocol: string
  securityProfile?: number
  remoteAddress: string
  reason?: string
  code?: number
}

async function list(server: TestServer, identity: string, query = ''): Promise<Connection[]> {
  const answer = await operate(server, 'GET', `/charge-points/${identity}/connections?${query}`)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json().items
}

/** The connections, as soon as they are as they should be. */
async function listed(server: TestServer, identity: string, isDone: (items: Connection[]) => boolean) {
  let items: Connection[] = []
  await until('the connections are stored', async () => {
    items = await list(server, identity)
    return isDone(items)
  })
  return items
}

onSharedBackend('the connections of a charge point', (start) => {
  it('are listed, the newest first, with how each ended', async () => {
    const server = await start()
    const before = Date.now()
    const first = await connectCharger(server.url, 'CP-1', { boot: true })
    const [open] = await listed(server, 'CP-1', (items) => items.length === 1)
    assert.ok(open)
    const { connectedAt, ...rest } = open
    assert.ok(Date.parse(connectedAt) >= before - 1 && Date.parse(connectedAt) <= Date.now())
    assert.deepEqual(rest, { protocol: 'ocpp1.6', securityProfile: 0, remoteAddress: '127.0.0.1' })

    await first.close(1001)
    const [closed] = await listed(server, 'CP-1', ([item]) => item?.disconnectedAt !== undefined)
    assert.equal(closed?.reason, 'closed')
    assert.equal(closed?.code, 1001)
    assert.equal(closed?.connectedAt, connectedAt)
    const took = Date.parse(closed?.disconnectedAt ?? '') - Date.parse(connectedAt)
    assert.equal(closed?.duration, took / 1000)

    await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.0.1', boot: true })
    await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.1', boot: true })
    const all = await listed(server, 'CP-1', (items) => items.length === 3 && items[1]?.reason !== undefined)
    assert.deepEqual(
      all.map(({ protocol, reason }) => [protocol, reason]),
      [
        ['ocpp2.1', undefined],
        ['ocpp2.0.1', 'replaced'],
        ['ocpp1.6', 'closed']
      ]
    )
    const pages = (await operate(server, 'GET', '/charge-points/CP-1/connections?limit=2')).json()
    const rest2 = await list(server, 'CP-1', `limit=2&cursor=${pages.nextCursor}`)
    assert.deepEqual([...pages.items, ...rest2], all)
    assert.equal((await list(server, 'CP-1', `to=${connectedAt}`)).length, 0)
    assert.equal((await list(server, 'CP-1', `from=${new Date().toISOString()}`)).length, 1)
    assert.equal((await list(server, 'CP-1', `from=${closed?.disconnectedAt}&to=2099-01-01`)).length, 3)
  })

  it('are stored with both ends when they end before they are stored', async () => {
    const server = await start()
    for (let i = 0; i < 5; i++) await (await connectCharger(server.url, 'BRIEF')).close()
    const items = await listed(server, 'BRIEF', (found) => found.length === 5)
    const ended = await listed(server, 'BRIEF', (found) => found.every(({ reason }) => reason !== undefined))
    assert.equal(new Set(items.map(({ connectedAt }) => connectedAt)).size, 5)
    assert.ok(
      ended.every(({ disconnectedAt, connectedAt }) => disconnectedAt !== undefined && disconnectedAt >= connectedAt)
    )
  })

  it('are an empty list for a charge point that has never connected', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/NEVER', {})
    assert.deepEqual(await list(server, 'NEVER'), [])
    for (const query of ['from=yesterday', 'from=2026-02-01&to=2026-01-01', 'cursor=MQ', 'x=1']) {
      const { statusCode } = await operate(server, 'GET', `/charge-points/NEVER/connections?${query}`)
      assert.equal(statusCode, 400, query)
    }
  })

  it('are kept as long as events, except open ones, those that ended recently, and the last one of a charge point', async () => {
    const server = await start()
    const { db, writer } = server.app.database
    for (const identity of ['OLD-1', 'OLD-2']) await operate(server, 'PUT', `/charge-points/${identity}`, {})
    const now = Date.now()
    const idOf = async (identity: string) => (await server.app.store.require(identity)).id
    const add = async (identity: string, connected: number, disconnected: number | null) => {
      const charge_point_id = await idOf(identity)
      await writer.write((trx) =>
        trx
          .insertInto('connections')
          .values({
            charge_point_id,
            connected_at: now - connected * DAY_MS,
            disconnected_at: disconnected === null ? null : now - disconnected * DAY_MS,
            protocol: 'ocpp1.6',
            remote_address: '127.0.0.1',
            is_open: disconnected === null ? 1 : 0,
            run_id: server.app.runs.runId
          })
          .execute()
      )
    }
    await add('OLD-1', 500, null)
    await add('OLD-1', 450, 400)
    await add('OLD-1', 400, 100)
    await add('OLD-1', 10, 5)
    await add('OLD-2', 500, 499)
    await add('OLD-2', 480, 470)
    const settings = {
      RETENTION_METER_VALUES_DAYS: 0,
      RETENTION_EVENTS_DAYS: 365,
      RETENTION_MESSAGES_DAYS: 0,
      RETENTION_AUDIT_DAYS: 0,
      MESSAGE_LOG_MAX_ROWS: 0
    }
    await prune({ db, writer, settings, now, pause: 0 })
    const agesOf = async (identity: string) =>
      (await list(server, identity)).map(({ connectedAt }) => Math.round((now - Date.parse(connectedAt)) / DAY_MS))
    assert.deepEqual(await agesOf('OLD-1'), [10, 400, 500])
    assert.deepEqual(await agesOf('OLD-2'), [480])
  })
})

onBothBackends('connections that a dead process has left open', (start) => {
  it('end at the next start with an unknown time, but with the last time at which the charge point was heard of', async () => {
    const first = await start({ OCPP_REGISTRATION: 'open' })
    const { store } = first.app
    const now = Date.now()
    for (const [identity, seenAt] of [
      ['SEEN', now - 50_000],
      ['UNSEEN', now - 900_000]
    ] as const) {
      await operate(first, 'PUT', `/charge-points/${identity}`, {})
      const { id } = await store.require(identity)
      await store.write(async (trx) => {
        await trx.updateTable('charge_points').set({ last_seen_at: seenAt }).where('id', '=', id).execute()
        const connection = { connected_at: now - 100_000, protocol: 'ocpp1.6', remote_address: '192.0.2.1' }
        await trx
          .insertInto('connections')
          .values({ charge_point_id: id, ...connection, is_open: 1, run_id: 'a-dead-run' })
          .execute()
      })
    }
    await first.close()

    const second = await start({ OCPP_REGISTRATION: 'open' })
    const [seen] = await listed(second, 'SEEN', ([item]) => item?.reason === 'unknown')
    assert.equal(seen?.disconnectedAt, undefined)
    assert.equal(seen?.duration, undefined)
    assert.equal(seen?.lastSeenAt, new Date(now - 50_000).toISOString())
    const [unseen] = await listed(second, 'UNSEEN', ([item]) => item?.reason === 'unknown')
    assert.equal(unseen?.lastSeenAt, undefined)

    await connectCharger(second.url, 'SEEN', { boot: true })
    const [open, ended] = await listed(second, 'SEEN', (items) => items.length === 2)
    assert.equal(open?.reason, undefined)
    assert.deepEqual(ended, seen)
  })
})

it('a connection survives that the back-end is killed', async () => {
  const DATA_DIR = join(await temporaryDirectory(), 'data')
  const settings = { DATA_DIR, OPERATOR_TOKEN: TOKEN, OCPP_REGISTRATION: 'open', LOG_LEVEL: 'warn' }
  const killed = await startProcess(settings)
  const url = await killed.url()
  await connectCharger(url.replace('http', 'ws'), 'CP-1', { boot: true })
  const get = async (base: string): Promise<Connection[]> => {
    const answer = await fetch(`${base}/api/v1/charge-points/CP-1/connections`, { headers: BEARER })
    return ((await answer.json()) as { items: Connection[] }).items
  }
  await until('it is stored', async () => (await get(url)).length === 1)
  killed.kill('SIGKILL')
  await killed.exited()
  const database = openDatabase({ DATA_DIR, DATABASE_POOL_SIZE: 2 })
  const [stored] = await database.db.selectFrom('connections').selectAll().execute()
  await database.close()
  assert.equal(stored?.is_open, 1)

  const next = await startProcess(settings)
  const nextUrl = await next.url()
  await until('it has ended', async () => (await get(nextUrl))[0]?.reason === 'unknown')
})
