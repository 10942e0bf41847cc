import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql, type Transaction } from 'kysely'
import type { Schema } from '../../lib/database/schema.js'
import { type Batch, GroupCommitWriter, type JobOptions } from '../../lib/database/writer.js'
import { deferred } from '../support/wait.js'
import { message, meta } from './rows.js'
import {
  loggedActions,
  metaKeys,
  migrated,
  onBothDatabasesAlways,
  outcomes,
  storageError,
  writerOf
} from './support.js'

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

onBothDatabasesAlways('the writer', (dialect) => {
  it('commits the jobs of one turn together, and at most 200 at a time', async () => {
    const database = await migrated(dialect)
    const batches: Batch[] = []
    const writer = writerOf(database, { lanes: 1, onBatch: (batch) => batches.push(batch) })
    const results = await Promise.all(
      range(450).map((index) =>
        writer.write(async (trx) => {
          await trx
            .insertInto('messages')
            .values(message(`A${index}`))
            .execute()
          return index
        })
      )
    )
    assert.deepEqual(results, range(450))
    assert.equal((await loggedActions(database)).length, 450)
    assert.deepEqual(
      batches.map(({ jobs }) => jobs),
      [200, 200, 50]
    )
    assert.equal(writer.counters.commits, 3)
    assert.equal(writer.counters.queued, 0)
  })

  it('joins appended rows of many callers and several tables', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { lanes: 1 })
    await Promise.all([
      writer.append('messages', [message('A'), message('B')]),
      writer.append('meta', [meta('a')]),
      writer.append('messages', [{ ...message('C'), error_code: 'GenericError' }]),
      writer.append('messages', []),
      writer.append(
        'messages',
        range(300).map((index) => message(`D${index}`))
      )
    ])
    assert.equal((await loggedActions(database)).length, 303)
    assert.deepEqual(await metaKeys(database), ['a'])
    assert.equal(writer.counters.commits, 1)
  })

  it('passes over rows that are there already, when asked to', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database)
    await writer.append('meta', [meta('a', 'first')])
    await writer.append('meta', [meta('a', 'second'), meta('b')], { onConflict: 'ignore' })
    await assert.rejects(writer.append('meta', [meta('a')]))
    const rows = await database.db.selectFrom('meta').selectAll().orderBy('key').execute()
    assert.deepEqual(rows, [meta('a', 'first'), meta('b')])
  })

  it('rejects the guilty job only, and leaves nothing of it behind', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { lanes: 1 })
    const guilty = new Error('guilty')
    const found = await outcomes(
      range(20).map((index) =>
        writer.write(async (trx) => {
          await trx
            .insertInto('messages')
            .values(message(`A${index}`))
            .execute()
          if (index === 7) throw guilty
        })
      )
    )
    assert.deepEqual(
      found,
      range(20).map((index) => (index === 7 ? guilty : undefined))
    )
    assert.deepEqual(
      await loggedActions(database),
      range(20)
        .filter((index) => index !== 7)
        .map((index) => `A${index}`)
    )
  })

  it('rejects the guilty append only', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { lanes: 1 })
    const found = await outcomes([
      writer.append('meta', [meta('a')]),
      writer.append('meta', [meta('b'), meta('a')]),
      writer.append('meta', [meta('c')])
    ])
    assert.deepEqual(
      found.map((error) => error === undefined),
      [true, false, true]
    )
    assert.deepEqual(await metaKeys(database), ['a', 'c'])
  })

  it('acknowledges nothing of a transaction that the database has given up, though the job hid the error', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database)
    await writer.append('meta', [meta('a')])
    const promise = writer.write(async (trx) => {
      await trx.insertInto('meta').values(meta('b')).execute()
      await trx
        .insertInto('meta')
        .values(meta('a'))
        .execute()
        .catch(() => undefined)
    })
    // SQLite undoes the statement, PostgreSQL the transaction.
    if (dialect === 'sqlite') await promise
    else await assert.rejects(promise)
    assert.deepEqual(await metaKeys(database), dialect === 'sqlite' ? ['a', 'b'] : ['a'])
  })

  it('lets jobs with separate statements find rows that were added under their key, in order, and rejects only the job that fails', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { lanes: 1 })
    const seen: string[] = []
    const look = (key: string, step: string, guilty = false) =>
      writer.write(
        async (trx, append) => {
          const rows = await trx.selectFrom('meta').select('key').where('value', '=', key).orderBy('key').execute()
          if (guilty) throw new TypeError('the job is wrong')
          seen.push(`${key} after ${rows.map((row) => row.key)}`)
          append('meta', [{ key: `${key}${step}`, value: key }])
        },
        { key, apart: true }
      )
    const record = (key: string, step: string) => writer.append('meta', [{ key: `${key}${step}`, value: key }], { key })
    const found = await outcomes([
      look('a', '1'),
      look('b', '1'),
      record('a', '2'),
      look('c', '1'),
      look('a', '3'),
      look('b', '2', true),
      look('c', '2')
    ])
    assert.deepEqual(
      found.map((error) => error === undefined),
      [true, true, true, true, true, false, true]
    )
    assert.deepEqual(await metaKeys(database), ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'])
    // The last of each is of the run that was committed.
    for (const last of ['a after a1,a2', 'b after ', 'c after c1']) assert.ok(seen.includes(last), `${seen}`)
  })

  it('lets jobs that stand apart run at the same time where each statement is a way to a server', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { lanes: 1 })
    let running = 0
    let most = 0
    const job = async (trx: Transaction<Schema>) => {
      most = Math.max(most, ++running)
      await sql`select 1`.execute(trx)
      await sql`select 1`.execute(trx)
      running--
    }
    const run = (options: JobOptions) => writer.write(job, options)
    await Promise.all([run({ key: 'a' }), run({ key: 'b' }), run({})])
    assert.equal(most, 1)
    await Promise.all(['a', 'b', 'a', 'c'].map((key) => run({ key, apart: true })))
    assert.equal(most, dialect === 'postgres' ? 2 : 1)
    assert.equal(writer.counters.commits, 2)
  })

  it('keeps the failure of a job to itself while the others of a big batch are handed out', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { lanes: 1 })
    const unhandled: unknown[] = []
    const note = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', note)
    const found = await outcomes(
      range(6).map((index) =>
        writer.write(
          async (_, append) => {
            if (index === 0) throw new TypeError('the job is wrong')
            // Longer than the turn of a batch.
            for (const end = performance.now() + 12; performance.now() < end; );
            append('meta', [meta(`${index}`)])
          },
          { key: `${index}`, apart: true }
        )
      )
    )
    process.off('unhandledRejection', note)
    assert.deepEqual(unhandled, [])
    assert.deepEqual(
      found.map((error) => error !== undefined),
      [true, false, false, false, false, false]
    )
    assert.deepEqual(await metaKeys(database), ['1', '2', '3', '4', '5'])
  })

  it('does the jobs of one key in their order', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { maxBatch: 3 })
    const done: string[] = []
    await Promise.all(
      range(60).map((index) => {
        const key = `key ${index % 3}`
        return writer.write(
          async (trx) => {
            await sql`select 1`.execute(trx)
            done.push(`${key} ${String(index).padStart(2, '0')}`)
          },
          { key }
        )
      })
    )
    for (const key of ['key 0', 'key 1', 'key 2']) {
      const ofKey = done.filter((entry) => entry.startsWith(key))
      assert.equal(ofKey.length, 20)
      assert.deepEqual(ofKey, [...ofKey].sort())
    }
  })

  it('refuses at once when too many jobs wait, and takes them again later', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { maxQueue: 10 })
    const jobs = range(10).map((index) => writer.append('meta', [meta(`a${index}`)]))
    await assert.rejects(writer.append('meta', [meta('b')]), storageError('overloaded'))
    await Promise.all(jobs)
    await writer.append('meta', [meta('c')])
    assert.equal(writer.counters.overloaded, 1)
    assert.ok(!(await metaKeys(database)).includes('b'))
  })

  it('aborts a job that hangs, and rejects its later statements', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { timeout: 100, lanes: 1 })
    const release = deferred()
    const late = deferred<unknown>()
    const hanging = writer.write(async (trx) => {
      await trx.insertInto('meta').values(meta('a')).execute()
      await release.promise
      await trx.insertInto('meta').values(meta('late')).execute().catch(late.resolve)
    })
    await assert.rejects(hanging, storageError('timeout'))
    release.resolve()
    assert.ok((await late.promise) instanceof Error)
    await writer.append('meta', [meta('b')])
    assert.deepEqual(await metaKeys(database), ['b'])
  })

  it('repeats a job that looked for a row before another inserted its unique key', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database)
    let looks = 0
    const made = await writer.write(async (trx) => {
      const known = await trx.selectFrom('meta').selectAll().where('key', '=', 'a').executeTakeFirst()
      if (known !== undefined) return known.value
      // As another process would, between the look and the insert.
      if (looks++ === 0) await trx.insertInto('meta').values(meta('a', 'theirs')).execute()
      await trx.insertInto('meta').values(meta('a', 'ours')).execute()
      return 'ours'
    })
    assert.equal(made, 'ours')
    assert.equal(looks, 2)
  })

  it('distinguishes a conflict from an error of the job', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database)
    await writer.append('meta', [meta('a')])
    const taken = writer.write((trx) => trx.insertInto('meta').values(meta('a')).execute())
    await assert.rejects(taken, { name: 'ConflictError', statusCode: 409, code: 'CONFLICT' })
    const mistake = new TypeError('mistake')
    await assert.rejects(
      writer.write(() => Promise.reject(mistake)),
      mistake
    )
  })

  it('lets the event loop turn between two transactions', async () => {
    const database = await migrated(dialect)
    const writer = writerOf(database, { maxBatch: 1, lanes: 1 })
    let turns = 0
    let isOver = false
    const turning = (async () => {
      while (!isOver) {
        await nextTurn()
        turns++
      }
    })()
    await Promise.all(range(30).map((index) => writer.append('meta', [meta(`a${index}`)])))
    isOver = true
    await turning
    assert.ok(turns >= 30, `${turns} turns`)
  })

  it('completes waiting jobs when it is closed, and rejects later ones', async () => {
    const database = await migrated(dialect)
    const writer = new GroupCommitWriter({ db: database.writeDb, dialect })
    const waiting = writer.append('meta', [meta('a')])
    const closed = writer.close()
    await assert.rejects(writer.append('meta', [meta('b')]), storageError('closed'))
    await closed
    await waiting
    assert.deepEqual(await metaKeys(database), ['a'])
  })
})
