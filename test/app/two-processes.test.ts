import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import { fingerprintOf } from '../../lib/calls/idempotency.js'
import type {} from '../../plugins/operators.js'
import { emptyDatabase, noPostgres } from '../database/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { BEARER, itemsOf, operate, startBackend } from './support.js'

async function startBoth(): Promise<[TestServer, TestServer]> {
  const { DATABASE_URL = '' } = await emptyDatabase('postgres')
  const start = () => startBackend({ DATABASE_URL }, { sharedDatabase: true })
  const both: [TestServer, TestServer] = [await start(), await start()]
  for (const { app } of both) await app.database.ready
  return both
}

describe('two processes that share a PostgreSQL', { skip: noPostgres }, () => {
  it('know what a charge point sent to the other process when it connects again', async () => {
    const [one, two] = await startBoth()
    const first = await connectCharger(one.url, 'CP-1', { boot: true })
    await first.roundTrip()
    await first.close()
    const second = await connectCharger(two.url, 'CP-1', { boot: true })
    const timestamp = new Date(Date.now() - 60_000).toISOString()
    await second.call('StartTransaction', { connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp })
    await second.close()
    // It boots in the middle of the transaction, which it will never end.
    const third = await connectCharger(one.url, 'CP-1', { boot: true })
    await third.roundTrip()
    const [closed] = await itemsOf(one, '/transactions?status=closed', 1)
    assert.equal(closed?.chargePoint, 'CP-1')
  })

  it('recognise that a request of the other process is running, though both have the same host name and pid', async () => {
    const [one] = await startBoth()
    const { writer } = one.app.database
    const run_id = randomUUID()
    const key = randomUUID()
    const url = '/api/v1/charge-points/CP-1/calls/Heartbeat'
    const clock = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`
    await writer.write(async (trx) => {
      await trx
        .insertInto('runs')
        .values({ run_id, host: hostname(), pid: process.pid, started_at: clock, seen_at: clock })
        .execute()
      await trx
        .insertInto('idempotency_keys')
        .values({
          operator: 'operator',
          idempotency_key: key,
          fingerprint: fingerprintOf('POST', url, {}),
          message_id: randomUUID(),
          run_id,
          created_at: Date.now()
        })
        .execute()
    })
    const answer = await one.app.inject({
      method: 'POST',
      url,
      headers: { ...BEARER, 'idempotency-key': key },
      payload: {}
    })
    assert.deepEqual([answer.statusCode, answer.json().code], [409, 'IDEMPOTENT_REQUEST_RUNNING'])
    assert.equal((await operate(one, 'GET', '/charge-points')).statusCode, 200)
  })
})
