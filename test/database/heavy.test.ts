import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sql } from 'kysely'
import { type HeavyOptions, openHeavySqlite } from '../../lib/database/heavy.js'
import { sqliteFile } from '../../lib/database/open.js'
import { temporaryDirectory } from '../app/support.js'
import { measureCpu } from '../support/wait.js'
import { emptyDatabase, noPostgres, open } from './support.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Takes minutes, and on the thread of the event loop nothing could end it. */
const LONG = sql<{ count: number }>`with recursive n(i) as (select 1 union all select i + 1 from n where i < 500000000)
  select count(*) as count from n`

async function opened(options: Omit<HeavyOptions, 'file'> = {}) {
  const settings = await emptyDatabase('sqlite', { withSchema: true })
  const database = open(settings)
  const heavy = openHeavySqlite({ file: sqliteFile(settings), ...options })
  return { ...database, heavy: heavy.db }
}

/** Files of the database that this process has open. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).includes('/ocpp.db')
    } catch {
      return false
    }
  }).length
}

function isKind(kind: string) {
  return (error: Error & { kind?: string }) => {
    assert.equal(error.kind, kind, error.stack)
    return true
  }
}

describe('a read that takes long', () => {
  it('leaves the event loop to others, and ends when its time is over', async () => {
    const { heavy } = await opened({ timeout: 300 })
    const read = LONG.execute(heavy)
    let hasEnded = false
    read
      .catch(() => undefined)
      .finally(() => {
        hasEnded = true
      })
    await sleep(50)
    assert.equal(hasEnded, false)
    await assert.rejects(read, isKind('timeout'))
    await heavy.destroy()
  })

  it('does not stop the event loop when the garbage of an earlier one is collected', async () => {
    const { heavy } = await opened({ timeout: 300 })
    for (let i = 0; i < 5; i++) await heavy.selectFrom('charge_points').selectAll().execute()
    const cpu = measureCpu()
    const end = assert.rejects(LONG.execute(heavy), isKind('timeout'))
    // With one connection for both, the collector would wait for the end of the long one.
    for (let i = 0; i < 6; i++) {
      collectGarbage()
      await sleep(10)
    }
    await end
    assert.ok(cpu() < 5_000)
    await heavy.destroy()
  })

  it('ends when the database is closed, like those that wait for it', async () => {
    const { heavy } = await opened({ lanes: 1 })
    const reads = [LONG.execute(heavy), LONG.execute(heavy)]
    const ends = reads.map((read) => assert.rejects(read, isKind('closed')))
    await sleep(50)
    await heavy.destroy()
    await Promise.all(ends)
    await assert.rejects(LONG.execute(heavy))
  })

  it('is rejected when too many wait, and the next one runs after one has failed', async () => {
    const { heavy } = await opened({ lanes: 1, maxWaiting: 1, timeout: 300 })
    const running = assert.rejects(LONG.execute(heavy), isKind('timeout'))
    const waiting = heavy.selectFrom('charge_points').select('identity').execute()
    await assert.rejects(LONG.execute(heavy), isKind('overloaded'))
    await running
    assert.deepEqual(await waiting, [])
    await heavy.destroy()
  })

  it('finds the same rows as any other, in their order', async () => {
    const { heavy, writeDb, db } = await opened()
    await sql`create table kinds (id integer primary key, whole integer, real_one real, words text, bytes blob)`.execute(
      writeDb
    )
    await sql`insert into kinds with recursive n(i) as (select 1 union all select i + 1 from n where i < 2500)
      select i, case when i % 3 = 0 then null else 9007199254740991 - i end, i / 7.0, 'ä' || i, zeroblob(i % 3) from n`.execute(
      writeDb
    )
    const query = sql`select * from kinds where id > ${10} order by whole desc, id limit 2200`
    const { rows } = await query.execute(heavy)
    assert.equal(rows.length, 2_200)
    assert.deepEqual(rows, (await query.execute(db)).rows)
    await heavy.destroy()
  })

  it('does not write', async () => {
    const { heavy, db } = await opened()
    const row = { identity: 'CP-1', identity_key: 'cp-1', created_at: 0, updated_at: 0 }
    await assert.rejects(heavy.insertInto('charge_points').values(row).execute())
    await assert.rejects(heavy.transaction().execute(async () => undefined))
    assert.deepEqual(await db.selectFrom('charge_points').select('id').execute(), [])
    await heavy.destroy()
  })

  it('keeps a bounded number of files open until the garbage collector closes them', async () => {
    const { heavy } = await opened()
    const before = openFiles()
    for (let read = 0; read < 200; read++) await heavy.selectFrom('charge_points').select('id').execute()
    assert.ok(openFiles() <= before + 3 * 80, `${openFiles()} files`)
    await heavy.destroy()
  })

  it('leaves the event loop to others, however many came before', async () => {
    const { heavy } = await opened({ timeout: 300 })
    for (let read = 0; read < 150; read++) await heavy.selectFrom('charge_points').select('id').execute()
    const end = assert.rejects(LONG.execute(heavy), isKind('timeout'))
    await end
    await heavy.destroy()
  })

  it('distinguishes errors of the statement from errors of the file', async () => {
    const { heavy } = await opened()
    await assert.rejects(sql`select nonsense`.execute(heavy), { name: 'SqliteError', message: /no such column/ })
    await heavy.destroy()
    const file = join(await temporaryDirectory(), 'no-database')
    await writeFile(file, 'this is no database '.repeat(100))
    const broken = openHeavySqlite({ file }).db
    await assert.rejects(sql`select 1 from charge_points`.execute(broken), isKind('io'))
    await broken.destroy()
  })
})

describe('reads that take long (PostgreSQL)', { skip: noPostgres }, () => {
  it('leave connections to short ones', async () => {
    const { db, heavy } = open({ ...(await emptyDatabase('postgres', { withSchema: true })), DATABASE_POOL_SIZE: 10 })
    let ended = 0
    const long = Array.from({ length: 8 }, async () => {
      await sql`select pg_sleep(0.5)`.execute(heavy)
      ended++
    })
    await Promise.all(Array.from({ length: 4 }, () => db.selectFrom('charge_points').select('id').execute()))
    assert.equal(ended, 0)
    await Promise.all(long)
  })
})
