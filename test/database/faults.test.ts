import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { sql } from 'kysely'
import { migrateDatabase, sqliteFile } from '../../lib/database/open.js'
import { openSqlite } from '../../lib/database/sqlite.js'
import { deferred, within } from '../support/wait.js'
import { message, meta } from './rows.js'
import {
  administer,
  emptyDatabase,
  metaKeys,
  migrated,
  noPostgres,
  onBothDatabasesAlways,
  open,
  outcomes,
  storageError,
  writerOf
} from './support.js'

describe('the writer, when its connection to PostgreSQL is cut', { skip: noPostgres }, () => {
  it('rejects the running job, and the next one succeeds', async () => {
    const database = await migrated('postgres')
    const writer = writerOf(database, { lanes: 1 })
    const kill = sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`
    const found = await outcomes([
      writer.append('meta', [meta('lost')]),
      writer.write(async (trx) => {
        await trx.insertInto('meta').values(meta('lost too')).execute()
        await kill.execute(database.db)
        await sql`select 1`.execute(trx)
      })
    ])
    for (const error of found) assert.ok(storageError('unavailable')(error))
    assert.ok((found[0] as Error).cause instanceof Error)
    await writer.append('meta', [meta('kept')])
    assert.deepEqual(await metaKeys(database), ['kept'])
  })

  it('survives the loss of idle connections', async () => {
    const settings = await emptyDatabase('postgres')
    const broken = deferred<Error>()
    const database = open(settings, { onIdleError: broken.resolve })
    await migrateDatabase(database)
    const writer = writerOf(database)
    await writer.append('meta', [meta('before')])
    await administer(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${new URL(settings.DATABASE_URL ?? '').pathname.slice(1)}'`
    )
    assert.ok((await within('the pool to notice', broken.promise, 10_000)) instanceof Error)
    await writer.append('meta', [meta('kept')])
    assert.deepEqual(await metaKeys(database), ['before', 'kept'])
  })

  it('rejects while there is no server at all', async () => {
    const database = open({ DATA_DIR: '.', DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DATABASE_POOL_SIZE: 2 })
    await assert.rejects(writerOf(database).append('meta', [meta('a')]), storageError('unavailable'))
    await assert.rejects(sql`select 1`.execute(database.db), storageError('unavailable'))
  })
})

describe('the writer, when transactions are in each other’s way', { skip: noPostgres }, () => {
  it('retries a batch after a deadlock, so that no job fails', async () => {
    const database = await migrated('postgres')
    const writer = writerOf(database, { lanes: 2 })
    await writer.append('meta', [meta('a', '0'), meta('b', '0')])
    const both = [deferred(), deferred()]
    const touch = (order: readonly [string, string], own: number) =>
      writer.write(
        async (trx) => {
          const add = (key: string) =>
            trx.updateTable('meta').set({ value: sql`(value::int + 1)::text` }).where('key', '=', key).execute()
          await add(order[0])
          both[own]?.resolve()
          await both[1 - own]?.promise
          await add(order[1])
        },
        // Two keys that go to different lanes.
        { key: own === 0 ? 'a' : 'b' }
      )
    await Promise.all([touch(['a', 'b'], 0), touch(['b', 'a'], 1)])
    const rows = await database.db.selectFrom('meta').select('value').execute()
    assert.deepEqual(rows, [{ value: '2' }, { value: '2' }])
    assert.ok(writer.counters.retries > 0)
  })

  it('gives up after three times', async () => {
    const writer = writerOf(await migrated('postgres'))
    let times = 0
    const promise = writer.write(async (trx) => {
      times++
      await sql`do $$ begin raise exception 'no' using errcode = '40001'; end $$`.execute(trx)
    })
    await assert.rejects(promise, storageError('conflict'))
    assert.equal(times, 4)
  })
})

describe('the writer, when another process writes to the SQLite file', () => {
  it('waits for it without holding up the event loop for long, and then succeeds', async () => {
    const settings = await emptyDatabase('sqlite')
    const database = open(settings)
    await migrateDatabase(database)
    const writer = writerOf(database)
    const other = openSqlite({ file: sqliteFile(settings) })
    after(() => other.destroy())
    const written = await other.transaction().execute(async (trx) => {
      await trx.insertInto('meta').values(meta('other')).execute()
      const promise = writer.append('meta', [meta('ours')])
      while (writer.counters.retries === 0) await new Promise((resolve) => setImmediate(resolve))
      return { promise }
    })
    await written.promise
    assert.deepEqual(await metaKeys(database), ['other', 'ours'])
  })

  it('gives up in the end, and recovers', async () => {
    const settings = await emptyDatabase('sqlite')
    const database = open(settings, { busyTimeout: 1 })
    await migrateDatabase(database)
    const writer = writerOf(database)
    const other = openSqlite({ file: sqliteFile(settings) })
    after(() => other.destroy())
    await other.transaction().execute(async () => {
      const found = await outcomes([writer.append('meta', [meta('a')]), writer.append('meta', [meta('b')])])
      for (const error of found) assert.ok(storageError('conflict')(error))
    })
    await writer.append('meta', [meta('c')])
    assert.deepEqual(await metaKeys(database), ['c'])
  })
})

describe('reading SQLite', () => {
  it('reads commits while a transaction is open, and cannot write', async () => {
    const database = await migrated('sqlite')
    await database.writeDb.transaction().execute(async (trx) => {
      await trx.insertInto('meta').values(meta('a')).execute()
      assert.deepEqual(await metaKeys(database), [])
    })
    assert.deepEqual(await metaKeys(database), ['a'])
    await assert.rejects(database.db.insertInto('messages').values(message('A')).execute())
  })
})

onBothDatabasesAlways('a statement after a mistake', (dialect) => {
  it('continues to work', async () => {
    const { writeDb, db } = await migrated(dialect)
    const insert = (key: string) => writeDb.insertInto('meta').values(meta(key)).returning('key').execute()
    await insert('a')
    await assert.rejects(insert('a'))
    assert.deepEqual(await insert('b'), [{ key: 'b' }])
    assert.equal((await db.selectFrom('meta').selectAll().execute()).length, 2)
  })
})
