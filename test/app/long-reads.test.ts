import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import { migrateDatabase, openDatabase } from '../../lib/database/open.js'
import { connectCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { within } from '../support/wait.js'
import { BEARER, startBackend, temporaryDirectory } from './support.js'

/** Takes minutes. */
const LONG = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 500000000) select count(*) from n`

/** What no index bounds. */
const LISTS = [
  '/audit',
  '/calls',
  '/calls?chargePoint=CP-1',
  '/certificates',
  '/charge-points?q=1',
  '/charge-points/CP-1/calls',
  '/charge-points/CP-1/certificates',
  '/charge-points/CP-1/connections',
  '/charge-points/CP-1/messages',
  '/charge-points/CP-1/messages?format=csv',
  '/charge-points/CP-1/messages?format=ndjson',
  '/charge-points/CP-1/meter-values',
  '/charge-points/CP-1/states',
  '/charge-points/CP-1/variables',
  '/connectors',
  '/statistics/availability',
  '/id-tokens?q=1',
  '/transactions?status=open',
  '/transactions?sort=receivedAt',
  '/transactions?status=unassigned',
  '/transactions?format=csv',
  '/receipts',
  '/settlements',
  '/transactions/1/series',
  '/statistics/transactions?interval=day',
  '/authorizations',
  '/violations',
  '/violations?groupBy=model'
]

/** What needs to wait for no long read. */
const BOUNDED = [
  '/charge-points',
  '/charge-points/CP-1',
  '/charge-points/CP-1/state',
  '/transactions',
  '/transactions?chargePoint=CP-1&from=2026-01-01T00:00:00Z'
]

async function started(settings: Record<string, string> = {}) {
  const server = await startBackend(settings)
  const charger = await connectCharger(server.url, 'CP-1', { boot: true })
  const get = (path: string) => server.app.inject({ url: `/api/v1${path}`, headers: BEARER })
  return { ...server, charger, get }
}

describe('while the maximum number of long reads is running', () => {
  it('charge points and short reads are answered', async () => {
    const { app, charger, get } = await started()
    const long = [1, 2, 3].map(() => LONG.execute(app.database.heavy).catch((error) => error))
    const list = get('/transactions?status=open')
    for (let i = 1; i <= 20; i++) {
      assert.equal((await charger.call('Heartbeat')).type, 3)
      const status = { connectorId: 1, errorCode: 'NoError', status: i % 2 === 0 ? 'Available' : 'Preparing' }
      assert.equal((await charger.call('StatusNotification', status)).type, 3)
      assert.equal((await get('/charge-points/CP-1')).statusCode, 200)
    }
    assert.equal(await Promise.race([list.then(() => 'answered'), Promise.resolve('waits')]), 'waits')
    await app.close()
    assert.equal((await list).statusCode, 503)
    for (const end of await Promise.all(long)) assert.equal(end.kind, 'closed')
  })

  it('the back-end closes, although a client waits for the answer to one', async () => {
    const { app, port } = await started()
    const long = [1, 2].map(() => LONG.execute(app.database.heavy).catch(() => undefined))
    const list = fetch(`http://127.0.0.1:${port}/api/v1/charge-points?q=1`, { headers: BEARER })
    // The request has arrived when the back-end answers the next one.
    await fetch(`http://127.0.0.1:${port}/health/live`)
    await within('the end of the back-end', app.close())
    assert.equal((await list).status, 503)
    await Promise.all(long)
  })
})

describe('a read that no index bounds', () => {
  it('runs on a thread of its own', async () => {
    const { app, charger, get } = await started()
    const begin = { connectorId: 1, idTag: 'T', meterStart: 0, timestamp: '2026-01-01T00:00:00Z' }
    assert.equal((await charger.call('StartTransaction', begin)).type, 3)
    for (const path of LISTS) assert.equal((await get(path)).statusCode, 200, path)
    await app.database.heavy.destroy()
    for (const path of LISTS) {
      // A file is cut.
      const isRead = await get(path).then(
        ({ statusCode }) => statusCode < 500,
        () => false
      )
      assert.ok(!isRead, path)
    }
    for (const path of BOUNDED) assert.equal((await get(path)).statusCode, 200, path)
  })
})

/** Milliseconds within which 99 of 100 messages of a charge point are answered. */
const P99 = 50
const TRANSACTIONS = 2_000_000
const MESSAGES = 500

/** Two million transactions of one charge point. */
async function filledDirectory(): Promise<string> {
  const DATA_DIR = await temporaryDirectory()
  const database = openDatabase({ DATA_DIR, DATABASE_POOL_SIZE: 2 })
  await migrateDatabase(database)
  await sql`pragma synchronous = off`.execute(database.writeDb)
  await sql`insert into charge_points (id, identity, identity_key, created_at, updated_at)
    values (1, 'CP-1', 'cp-1', 0, 0)`.execute(database.writeDb)
  await sql`insert into transactions (charge_point_id, transaction_id, ocpp16_id, start_key, protocol, status,
      connector_id, id_token, start_timestamp, end_timestamp, meter_start, created_at, updated_at)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${TRANSACTIONS})
    select 1, cast(i as text), i, 'start-' || i, 'ocpp1.6', 'ended', 1, 'tag', i, i, 0, i, i from n`.execute(
    database.writeDb
  )
  await database.close()
  return DATA_DIR
}

describe('a charge point beside reads of millions of rows', () => {
  it('is answered within 50 ms, 99 times of 100', inLong, async () => {
    const { charger, get } = await started({ DATA_DIR: await filledDirectory() })
    const measure = async () => {
      const waits: number[] = []
      for (let i = 0; i < MESSAGES; i++) {
        const status = { connectorId: 1, errorCode: 'NoError', status: i % 2 === 0 ? 'Available' : 'Preparing' }
        const begun = performance.now()
        await (i % 2 === 0 ? charger.call('Heartbeat') : charger.call('StatusNotification', status))
        waits.push(performance.now() - begun)
      }
      return waits.sort((a, b) => a - b)[Math.floor(0.99 * MESSAGES)] ?? 0
    }
    const alone = await measure()
    let isOver = false
    let reads = 0
    const readers = [1, 2, 3, 4].map(async (evse) => {
      while (!isOver) {
        assert.equal((await get(`/transactions?evseId=${evse}&idToken=nobody-${reads}`)).statusCode, 200)
        assert.equal((await get(`/transactions?evseId=${evse}`)).statusCode, 200)
        reads++
      }
    })
    const beside = await measure()
    isOver = true
    await Promise.all(readers)
    // Of a machine that is busy with other things, too, only the difference says something.
    assert.ok(beside <= Math.max(P99, 4 * alone), `p99 ${beside} ms beside ${reads} reads, ${alone} ms alone`)
  })
})
