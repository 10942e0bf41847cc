import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Publisher } from '../../lib/events/publisher.js'
import { Problems } from '../../lib/problems/problems.js'
import { migrated, writerOf } from '../database/support.js'
import { deferred, until, within } from '../support/wait.js'

describe('a check for problems that is requested during another one', () => {
  it('reads everything again afterwards, once for all requests, and each time anew', async () => {
    const database = await migrated('sqlite')
    let reads = 0
    let gate = deferred()
    const problems = new Problems({
      db: database.db,
      writer: writerOf(database),
      publisher: new Publisher(),
      sources: [
        async () => {
          reads++
          await gate.promise
          return []
        }
      ]
    })
    // Violations since the first read must not be missed.
    for (const expected of [2, 4, 6]) {
      gate = deferred()
      const running = problems.check()
      const requested = [problems.check(), problems.check()]
      await until('the first one reads', () => reads === expected - 1)
      gate.resolve()
      await within('both', Promise.all([running, ...requested]))
      assert.equal(reads, expected)
      await problems.settled()
    }
  })
})
