import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type EventType, hasGap, isComplete, type Sequence, withEvent } from '../../lib/ledger/sequence.js'

const NO_SEQUENCE: Sequence = { first: null, last: null, ended: null, missing: [] }

type Step = readonly [EventType, number]

function after(steps: readonly Step[]): Sequence {
  return steps.reduce((sequence, [eventType, seqNo]) => withEvent(sequence, eventType, seqNo), NO_SEQUENCE)
}

describe('the sequence of a transaction', () => {
  it('knows what is missing between the first and the last event', () => {
    const sequence = after([
      ['Started', 3],
      ['Updated', 5],
      ['Ended', 9]
    ])
    assert.deepEqual(sequence.missing, [
      [4, 4],
      [6, 8]
    ])
    assert.equal(isComplete(sequence), false)
  })

  it('is not complete without Started, whatever its seqNo is', () => {
    const sequence = after([
      ['Updated', 1],
      ['Ended', 2]
    ])
    assert.deepEqual(sequence.missing, [[null, 0]])
    assert.equal(isComplete(sequence), false)
    assert.equal(isComplete(withEvent(sequence, 'Started', 0)), true)
  })

  it('lacks only Started, and no seqNo below 0, when its first event has seqNo 0', () => {
    const sequence = after([
      ['Updated', 0],
      ['Ended', 1]
    ])
    assert.deepEqual(sequence.missing, [])
    assert.deepEqual([hasGap(sequence), isComplete(sequence)], [true, false])
    const late = after([
      ['Updated', 2],
      ['Updated', 0]
    ])
    assert.deepEqual(late.missing, [[1, 1]])
  })

  it('is not complete without Ended', () => {
    assert.equal(isComplete(after([['Started', 0]])), false)
  })

  it('is complete with Started and Ended alone when their seqNos follow each other', () => {
    assert.equal(
      isComplete(
        after([
          ['Started', 0],
          ['Ended', 1]
        ])
      ),
      true
    )
  })

  it('is the same in whatever order and however often events arrive, and complete only with all of them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 1, max: 30 }),
        fc.infiniteStream(fc.nat()),
        fc.nat(),
        (first, count, random, dropped) => {
          const steps: Step[] = Array.from({ length: count + 1 }, (_, index) => [
            index === 0 ? 'Started' : index === count ? 'Ended' : 'Updated',
            first + index
          ])
          const shuffled = [...steps, ...steps.slice(0, 3)]
            .map((step) => ({ step, key: Number(random.next().value) }))
            .sort((a, b) => a.key - b.key)
            .map(({ step }) => step)
          assert.deepEqual(after(shuffled), after(steps))
          assert.equal(isComplete(after(shuffled)), true)
          const lost = steps[dropped % steps.length]
          assert.equal(isComplete(after(shuffled.filter(([, seqNo]) => seqNo !== lost?.[1]))), false)
        }
      )
    )
  })

  it('stays small when every other event is missing, and is never complete then', () => {
    const steps: Step[] = Array.from({ length: 2000 }, (_, index) => ['Updated', 2 * index + 2])
    const sequence = after([['Started', 0], ...steps, ['Ended', 4001]])
    assert.ok(sequence.missing.length <= 256)
    assert.equal(isComplete(sequence), false)
  })
})
