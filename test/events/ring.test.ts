import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { EVENT_ID, EventIds } from '../../lib/events/ids.js'
import { type Entry, EventRing } from '../../lib/events/ring.js'

const FLOOR = '0000'

function entry(number: number, text = 'x'): Entry {
  return {
    id: String(number).padStart(4, '0'),
    type: 'boot',
    chargePoint: 'cp-1',
    text,
    whole: text,
    size: text.length
  }
}

function idsAfter(ring: EventRing, id: string): string[] {
  return ring.after(id, Number.POSITIVE_INFINITY).map((found) => found.id)
}

describe('the ring of events', () => {
  it('keeps the latest ones within its limits of number and age', () => {
    const added = fc.array(
      fc.record({ step: fc.integer({ min: 1, max: 9 }), length: fc.integer({ min: 0, max: 20 }) }),
      {
        maxLength: 60
      }
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 80 }), added, (size, length, steps) => {
        const ring = new EventRing({ size, length }, FLOOR)
        const all: Entry[] = []
        for (const step of steps) {
          const added = entry(Number(all.at(-1)?.id ?? FLOOR) + step.step, 'x'.repeat(step.length))
          all.push(added)
          ring.add(added)
        }
        let kept = all.slice(-size)
        const lengthOf = (entries: Entry[]) => entries.reduce((sum, { text }) => sum + text.length, 0)
        while (lengthOf(kept) > length && kept.length > 1) kept = kept.slice(1)
        assert.deepEqual(
          idsAfter(ring, FLOOR),
          kept.map(({ id }) => id)
        )
        assert.equal(ring.size, kept.length)
        assert.equal(ring.length, lengthOf(kept))
        assert.equal(ring.oldest, kept[0]?.id)
        assert.equal(ring.last, all.at(-1)?.id ?? FLOOR)
      })
    )
  })

  it('covers an id exactly if it holds every event that was published after it, whatever the ids are', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 40 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), ids, fc.integer({ min: 0, max: 99 }), (size, numbers, asked) => {
        const ring = new EventRing({ size, length: 1000 }, FLOOR)
        const all = numbers.map((number) => entry(number))
        for (const added of all) ring.add(added)
        const told = [FLOOR, ...all.map(({ id }) => id)]
        const position = told.indexOf(entry(asked).id)
        const isCovered = position >= told.length - 1 - size && position !== -1
        assert.equal(ring.covers(entry(asked).id), isCovered)
        if (isCovered) assert.deepEqual(idsAfter(ring, entry(asked).id), told.slice(position + 1))
      })
    )
  })

  it('returns at most the requested number, the oldest first', () => {
    const ring = new EventRing({ size: 3, length: 100 }, FLOOR)
    for (const number of [1, 2, 3, 4, 5]) ring.add(entry(number))
    assert.deepEqual(
      ring.after('0003', 1).map(({ id }) => id),
      ['0004']
    )
    assert.deepEqual(ring.after('0005', 10), [])
    assert.equal(ring.floor, '0002')
  })

  it('covers no id from before its first event', () => {
    const ring = new EventRing({ size: 3, length: 100 }, '0010')
    assert.ok(!ring.covers('0009'))
    assert.ok(ring.covers('0010'))
    assert.ok(!ring.covers('0011'))
  })
})

describe('ids of events', () => {
  it('increase, even when the clock is set back', () => {
    const clock = fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 }), { minLength: 2 })
    fc.assert(
      fc.property(clock, (times) => {
        let at = 0
        const ids = new EventIds(() => times[Math.min(at++, times.length - 1)] ?? 0)
        let before = ids.last
        for (const _ of times) {
          const id = ids.next()
          assert.match(id, new RegExp(EVENT_ID))
          assert.ok(id > before)
          assert.equal(ids.last, id)
          before = id
        }
      })
    )
  })

  it('differ from those of another process in the same microsecond', () => {
    const ids = Array.from({ length: 3 }, () => new EventIds(() => 1_000).next())
    assert.equal(new Set(ids).size, 3)
  })

  it('are higher after a restart', () => {
    const before = new EventIds(() => 1_000)
    const last = [before.next(), before.next(), before.next()].at(-1) ?? ''
    assert.ok(new EventIds(() => 1_001).next() > last)
  })
})
