import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newMessageId } from '../../lib/calls/message-id.js'

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('the message id of a call', () => {
  it('is a UUID of version 7, which begins with the time', () => {
    const id = newMessageId(Date.parse('2026-11-29T12:00:00.123Z'))
    assert.match(id, VERSION_7)
    assert.equal(Number.parseInt(id.replace('-', '').slice(0, 12), 16), Date.parse('2026-11-29T12:00:00.123Z'))
  })

  it('is different each time, also in the same millisecond', () => {
    const ids = Array.from({ length: 10_000 }, () => newMessageId(1_000))
    assert.equal(new Set(ids).size, ids.length)
    for (const id of ids) assert.match(id, VERSION_7)
    // Each of the four variants is in use: no bit that should be random is fixed.
    assert.deepEqual([...new Set(ids.map((id) => id[19]))].sort(), ['8', '9', 'a', 'b'])
  })

  it('sorts after those of earlier milliseconds', () => {
    const ids = [5, 6, 700, 800_000, 2 ** 40].map((now) => newMessageId(now))
    assert.deepEqual([...ids].sort(), ids)
  })
})
