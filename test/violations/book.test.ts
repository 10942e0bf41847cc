import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MAX_OF_ONE, type SeenViolation, ViolationBook } from '../../lib/violations/book.js'

function seen(identity: string, pointer: string): SeenViolation {
  return {
    identity,
    pointer,
    protocol: 'ocpp1.6',
    direction: 'inbound',
    action: 'Heartbeat',
    rule: 'is required',
    code: 'OccurenceConstraintViolation',
    messageId: '1',
    isDelivered: false,
    suggestions: () => []
  }
}

it('at most 10 000 kinds wait to be written, 200 of one charge point; others are only counted', () => {
  const book = new ViolationBook()
  for (let kind = 0; kind <= MAX_OF_ONE; kind++) book.note(seen('HOSTILE', `/a${kind}`))
  assert.deepEqual([book.size, book.dropped], [MAX_OF_ONE, 1])
  for (let charger = 0; charger < 10_000; charger++) book.note(seen(`CP-${charger}`, '/a'))
  assert.deepEqual([book.size, book.dropped], [10_000, 1 + MAX_OF_ONE])
  // An entry that is there already is still counted.
  book.note(seen('cp-0', '/a'))
  assert.equal(book.dropped, 1 + MAX_OF_ONE)
})

it('counts that could not be saved are added to those that arrived meanwhile', () => {
  let now = 1
  const book = new ViolationBook(() => now)
  book.note(seen('CP', '/a/1/b'))
  const failed = book.take()
  now = 2
  book.note({ ...seen('cp', '/a/7/b'), isDelivered: true, messageId: '2' })
  book.putBack(failed)
  const [kind, ...others] = book.take()
  assert.deepEqual(others, [])
  assert.deepEqual(
    [kind?.pointer, kind?.refused, kind?.delivered, kind?.firstAt, kind?.lastAt, kind?.messageId, kind?.suggestions],
    ['/a/*/b', 1, 1, 1, 2, '2', []]
  )
  assert.deepEqual([kind?.lastRefusedAt, kind?.lastDeliveredAt], [1, 2])
})
