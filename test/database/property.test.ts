import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { message } from './rows.js'
import { loggedActions, migrated, onBothDatabases, outcomes, writerOf } from './support.js'

/** The work of a caller; `rows` must be there afterwards when it succeeds, and must not when it fails. */
const work = fc.record({
  kind: fc.constantFrom('write', 'append', 'throw', 'duplicate'),
  rows: fc.integer({ min: 1, max: 4 }),
  key: fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined }),
  sameTurn: fc.boolean()
})

onBothDatabases('any sequence of jobs of the writer:', (dialect) => {
  it('all of a job is stored when it resolves, nothing when it rejects, and keys keep their order', async () => {
    const database = await migrated(dialect)
    await database.writeDb.insertInto('meta').values({ key: 'taken', value: '' }).execute()
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(work, { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), async (works, maxBatch) => {
        const prefix = `${run++} `
        const writer = writerOf(database, { maxBatch })
        const promises: Promise<unknown>[] = []
        const names = works.map(({ rows }, index) =>
          Array.from({ length: rows }, (_, row) => `${prefix}${String(index).padStart(2, '0')}.${row}`)
        )
        for (const [index, { kind, key, sameTurn }] of works.entries()) {
          const rows = (names[index] ?? []).map(message)
          const options = key === undefined ? {} : { key }
          const promise =
            kind === 'append'
              ? writer.append('messages', rows, options)
              : writer.write(async (trx) => {
                  await trx.insertInto('messages').values(rows).execute()
                  if (kind === 'throw') throw new Error('guilty')
                  if (kind === 'duplicate') await trx.insertInto('meta').values({ key: 'taken', value: '' }).execute()
                }, options)
          promise.catch(() => undefined)
          promises.push(promise)
          if (!sameTurn) await new Promise((resolve) => setImmediate(resolve))
        }
        const rejected = (await outcomes(promises)).map((reason) => reason !== undefined)
        assert.deepEqual(
          rejected,
          works.map(({ kind }) => kind === 'throw' || kind === 'duplicate')
        )

        const stored = (await loggedActions(database)).filter((name) => name.startsWith(prefix))
        const expected = names.filter((_, index) => !rejected[index]).flat()
        assert.deepEqual([...stored].sort(), expected)
        for (const key of ['x', 'y', 'z']) {
          const written = names.filter((_, index) => works[index]?.key === key && works[index]?.kind === 'write').flat()
          assert.deepEqual(
            stored.filter((name) => written.includes(name)),
            written
          )
        }
        assert.equal(writer.counters.queued, 0)
      }),
      { numRuns: 30 }
    )
  })
})
