import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import { compiled } from '../../lib/database/compiled.js'
import { meta } from './rows.js'
import { migrated, noPostgres, writerOf } from './support.js'

const valuesOf = compiled((db, { key }: { key: string }) => db.selectFrom('meta').selectAll().where('key', '=', key))

describe('a query that PostgreSQL keeps prepared', { skip: noPostgres }, () => {
  it('is prepared again after another process has changed its table', async () => {
    const database = await migrated('postgres')
    const writer = writerOf(database, { lanes: 1 })
    await writer.append('meta', [meta('a', '1')])
    const read = () => writer.write((trx) => valuesOf(trx, { key: 'a' }))
    assert.deepEqual(await read(), [{ key: 'a', value: '1' }])
    const { rows } = await writer.write((trx) => sql`select statement from pg_prepared_statements`.execute(trx))
    assert.ok(rows.length > 0)
    await sql`alter table meta add column more text`.execute(database.db)
    assert.deepEqual(await read(), [{ key: 'a', value: '1', more: null }])
  })
})
