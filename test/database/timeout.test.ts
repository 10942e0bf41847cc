import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { migrateDatabase } from '../../lib/database/open.js'
import type { Schema } from '../../lib/database/schema.js'
import { deferred, within } from '../support/wait.js'
import { meta } from './rows.js'
import {
  emptyDatabase,
  metaKeys,
  migrated,
  noPostgres,
  onBothDatabasesAlways,
  open,
  storageError,
  writerOf
} from './support.js'

/** Of one transaction; nothing takes this long except what is held up on purpose. */
const TIMEOUT_MS = 200

/** The server process that a connection talks to. */
async function backendOf(db: Kysely<Schema>): Promise<number | undefined> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
  return rows[0]?.pid
}

/** Another program's transaction, which holds a table locked until it is told to let go. */
async function lockTable(url: string | undefined, table: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('begin')
  await client.query(`lock table ${table} in access exclusive mode`)
  return { unlock: () => client.end() }
}

describe('a transaction that times out on a locked table', { skip: noPostgres }, () => {
  it('leaves nothing behind, not even what the job does after the timeout', async () => {
    const settings = await emptyDatabase('postgres')
    const database = open(settings)
    await migrateDatabase(database)
    const writer = writerOf(database, { timeout: TIMEOUT_MS, lanes: 1 })
    const locked = await lockTable(settings.DATABASE_URL, 'runs')
    const over = deferred<unknown[]>()
    const job = writer.write(async (trx) => {
      await trx.insertInto('meta').values(meta('before')).execute()
      const statements = [
        trx.selectFrom('runs').selectAll().execute(),
        trx.insertInto('meta').values(meta('queued')).execute()
      ]
      const settled = await Promise.allSettled(statements)
      const late = await trx
        .insertInto('meta')
        .values(meta('after'))
        .execute()
        .catch((error: unknown) => error)
      over.resolve([...settled.map(({ status }) => status), late instanceof Error])
    })
    await assert.rejects(job, storageError('timeout'))
    await locked.unlock()
    assert.deepEqual(await within('the job to end', over.promise), ['rejected', 'rejected', true])
    await writer.append('meta', [meta('kept')])
    assert.deepEqual(await metaKeys(database), ['kept'])
  })

  it('lets others wait for a lock no longer than the configured timeout', async () => {
    const settings = await emptyDatabase('postgres')
    const database = open(settings)
    await migrateDatabase(database)
    const { rows } = await sql<{ lock_timeout: string }>`show lock_timeout`.execute(database.writeDb)
    assert.equal(rows[0]?.lock_timeout, '8s')
    const refused = sql`do $$ begin raise exception 'no' using errcode = '55P03'; end $$`.execute(database.writeDb)
    await assert.rejects(refused, storageError('timeout'))
  })
})

describe('a transaction that times out, whatever its job waits for', { skip: noPostgres }, () => {
  it('never gets its connection into the hands of others', async () => {
    const database = await migrated('postgres')
    const writer = writerOf({ ...database, lanes: 1 }, { timeout: TIMEOUT_MS })
    const release = deferred()
    let first: number | undefined
    const job = writer.write(async (trx) => {
      first = await backendOf(trx)
      await release.promise
    })
    await assert.rejects(job, storageError('timeout'))
    const second = await writer.write(backendOf)
    release.resolve()
    assert.ok(first !== undefined && second !== undefined)
    assert.notEqual(second, first)
  })

  it('keeps the connection when the job only failed', async () => {
    const database = await migrated('postgres')
    const writer = writerOf(database, { lanes: 1 })
    const first = await writer.write(backendOf)
    await assert.rejects(writer.write(() => Promise.reject(new Error('no'))))
    assert.equal(await writer.write(backendOf), first)
  })
})

onBothDatabasesAlways('after a time-out', (dialect) => {
  it('no statement of the job is executed, even if it arrives at that very moment', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { timeout: TIMEOUT_MS, lanes: 1 })
    let isOver = false
    const spun = deferred()
    const job = writer.write(async (trx) => {
      await trx.insertInto('meta').values(meta('before')).execute()
      // One statement after the other, so that some come while the transaction is being rolled back.
      for (let index = 0; !isOver && index < 1_000_000; index++) {
        await trx
          .insertInto('meta')
          .values(meta(`${index}`))
          .execute()
          .catch(() => undefined)
        if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      spun.resolve()
    })
    await assert.rejects(job, storageError('timeout'))
    await writer.append('meta', [meta('kept')])
    isOver = true
    await within('the job to end', spun.promise)
    assert.deepEqual(await metaKeys(database), ['kept'])
  })

  it('and after every other transaction no timer is left', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { timeout: 3_600_000, lanes: 1 })
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const write = async (key: string) => {
      await writer.append('meta', [meta(key)])
      await assert.rejects(writer.write(() => Promise.reject(new Error('no'))))
    }
    await write('first')
    const before = timers()
    for (let index = 0; index < 10; index++) await write(`${index}`)
    assert.ok(timers() <= before, `${timers()} timers, ${before} before`)
  })
})
