import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { describe, it } from 'node:test'
import { sql } from 'kysely'
import { isAlive, type Renewal, type Run, renewRun } from '../../lib/calls/runs.js'
import { migrated, noPostgres, onBothDatabasesAlways, writerOf } from '../database/support.js'

const HOUR = 3_600_000
const foundDead = ({ dead }: Renewal) => dead.length > 0
const US: Run = { runId: 'us', isAlone: false }
const OURS = { run_id: 'us', host: hostname(), pid: process.pid }

describe('a process that serves the same PostgreSQL', { skip: noPostgres }, () => {
  /** A row of another process with this host name and pid, as that of another container may be. */
  async function open(seenBefore: number) {
    const database = await migrated('postgres')
    const writer = writerOf(database)
    const clock = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint - ${seenBefore}::bigint`
    const other = { run_id: 'other', host: hostname(), pid: process.pid, started_at: 0, seen_at: clock }
    await writer.write((trx) => trx.insertInto('runs').values(other).execute())
    const runIds = async () =>
      (await database.db.selectFrom('runs').select('run_id').orderBy('run_id').execute()).map(({ run_id }) => run_id)
    return { database, writer, runIds }
  }

  it('is alive until its lease ends, even with our host name and pid', async () => {
    const { database, writer, runIds } = await open(1_000)
    assert.equal(await isAlive(database.db, US, 'other'), true)
    assert.equal(await writer.write((trx) => renewRun({ trx }, US)).then(foundDead), false)
    assert.deepEqual(await runIds(), ['other', 'us'])
  })

  it('is dead when its lease has ended, even if a process has its pid', async () => {
    const { database, writer, runIds } = await open(HOUR)
    assert.equal(await isAlive(database.db, US, 'other'), false)
    assert.equal(await writer.write((trx) => renewRun({ trx }, US)).then(foundDead), true)
    assert.deepEqual(await runIds(), ['us'])
  })

  it('is alive or dead by the clock of the database, whatever ours says', async (t) => {
    const { database, writer } = await open(1_000)
    for (const now of [Date.now() + HOUR, Date.now() - HOUR]) {
      t.mock.method(Date, 'now', () => now)
      assert.equal(await isAlive(database.db, US, 'other'), true)
      assert.equal(await writer.write((trx) => renewRun({ trx }, US)).then(foundDead), false)
      assert.equal(await isAlive(database.db, { ...US, runId: 'other' }, 'us'), true)
      t.mock.restoreAll()
    }
  })

  it('is not taken for dead by one that could not renew its own lease in time either', async () => {
    const { database, writer, runIds } = await open(HOUR)
    const late = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint - ${HOUR}::bigint`
    await writer.write((trx) =>
      trx
        .insertInto('runs')
        .values({ ...OURS, started_at: late, seen_at: late })
        .execute()
    )
    assert.deepEqual(await writer.write((trx) => renewRun({ trx }, US)), { dead: [], isNew: false })
    assert.equal(await isAlive(database.db, US, 'us'), true)
    assert.deepEqual(await writer.write((trx) => renewRun({ trx }, US)), { dead: ['other'], isNew: false })
    assert.deepEqual(await runIds(), ['us'])
  })

  it('is dead when it is not known', async () => {
    const { database } = await open(0)
    assert.equal(await isAlive(database.db, US, 'never'), false)
  })
})

onBothDatabasesAlways('a process that is alone', (dialect) => {
  it('treats all others as dead, however recent their last renewal is', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database)
    const run = (runId: string): Run => ({ runId, isAlone: true })
    await writer.write((trx) => renewRun({ trx }, run('before')))
    assert.equal(await isAlive(database.db, run('now'), 'before'), false)
    assert.equal(await writer.write((trx) => renewRun({ trx }, run('now'))).then(foundDead), true)
    assert.equal(await isAlive(database.db, run('now'), 'now'), true)
    assert.equal(await writer.write((trx) => renewRun({ trx }, run('now'))).then(foundDead), false)
  })
})
