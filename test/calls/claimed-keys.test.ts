import assert from 'node:assert/strict'
import { it } from 'node:test'
import { claim, KEPT_MS, keepAnswer, type RepeatableRequest } from '../../lib/calls/idempotency.js'
import { migrated, onBothDatabasesAlways, writerOf } from '../database/support.js'

function requestOf(messageId: string): RepeatableRequest {
  return { operator: 'one', key: 'key', fingerprint: messageId, messageId, runId: `run of ${messageId}` }
}

onBothDatabasesAlways('the key of a request', (dialect) => {
  it('is claimed by one of several requests, and by a later one when it has been kept for a day', async () => {
    const database = await migrated(dialect)
    const writers = [writerOf(database), writerOf(database)]
    const claimed = (id: string, now: number) =>
      (writers[Number(id) % 2] ?? writerOf(database)).write((trx) => claim({ trx, now }, requestOf(id)))
    const kept = await Promise.all(['1', '2', '3', '4'].map((id) => claimed(id, 1_000)))
    assert.equal(kept.filter((each) => each === undefined).length, 1)
    const [first] = kept.flatMap((each) => each?.message_id ?? [])
    assert.ok(first !== undefined && kept[Number(first) - 1] === undefined)
    assert.deepEqual(new Set(kept.map((each) => each?.message_id ?? first)), new Set([first]))
    const answer = { status: 200, headers: { location: '/x' }, body: '{}' }
    await writerOf(database).write((trx) => keepAnswer({ trx }, { operator: 'one', key: 'key' }, answer))

    const answered = await claimed('5', 1_000 + KEPT_MS - 1)
    assert.deepEqual([answered?.message_id, answered?.status, answered?.body], [first, 200, '{}'])
    assert.equal(answered?.headers, '{"location":"/x"}')
    assert.equal(await claimed('6', 1_000 + KEPT_MS), undefined)
    const anew = await claimed('7', 1_000 + KEPT_MS)
    assert.deepEqual(
      [anew?.message_id, anew?.fingerprint, anew?.run_id, anew?.created_at],
      ['6', '6', 'run of 6', 1_000 + KEPT_MS]
    )
    assert.deepEqual([anew?.status, anew?.headers, anew?.body], [null, null, null])
  })
})
