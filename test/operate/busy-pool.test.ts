import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { sql } from 'kysely'
import { startBackend } from '../app/support.js'
import { administer, createWithSchema, noPostgres, open, urlOf } from '../database/support.js'
import { until, within } from '../support/wait.js'

const DATABASE = `busy_pool_${process.pid}`
const POOL_SIZE = 4

describe('a back-end whose connections for reading are all busy', { skip: noPostgres }, () => {
  it('is ready, because the database answers', async () => {
    await createWithSchema(DATABASE)
    after(() => administer(`drop database if exists ${DATABASE} with (force)`))
    const DATABASE_URL = urlOf(DATABASE)
    const { app } = await startBackend({ DATABASE_URL, DATABASE_POOL_SIZE: String(POOL_SIZE) })
    await within('the database', app.database.ready, 60_000)
    const other = open({ DATABASE_URL, DATA_DIR: '', DATABASE_POOL_SIZE: 2 })
    let letGo: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const holding = other.writeDb.transaction().execute(async (trx) => {
      await sql`lock table meta in access exclusive mode`.execute(trx)
      const reads = Array.from({ length: 2 * POOL_SIZE }, () => {
        return app.database.db
          .selectFrom('meta')
          .selectAll()
          .execute()
          .catch(() => undefined)
      })
      await until('reads wait', async () => {
        const { rows } = await sql`select 1 from pg_locks where not granted`.execute(trx)
        return rows.length > 0
      })
      const { statusCode, body } = await app.inject('/health/ready')
      assert.deepEqual([statusCode, JSON.parse(body)], [200, { status: 'ok' }])
      letGo()
      return reads
    })
    await gate
    await Promise.all(await holding)
  })
})
