import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BACK_OFF, backOffWait } from '../../src/charge-point/back-off.js'

const milliseconds = fc.integer({ min: 0, max: 3_600_000 })
const backOffs = fc.record({ waitMinimum: milliseconds, randomRange: milliseconds, repeatTimes: fc.nat(40) })
const attempts = fc.nat(1000)
const randoms = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
/** More milliseconds than this a timer of Node takes for 1. */
const LONGEST_TIMER = 2 ** 31 - 1

test('the defaults are 1 s, doubled five times, and up to 1 s more', () => {
  const least = Array.from({ length: 8 }, (_, attempt) => backOffWait(BACK_OFF, attempt, 0))
  assert.deepEqual(least, [1000, 2000, 4000, 8000, 16_000, 32_000, 32_000, 32_000])
  assert.equal(backOffWait(BACK_OFF, 0, 0.5), 1500)
})

test('every wait is at least the minimum and at most the last doubling and the random range', () => {
  fc.assert(
    fc.property(backOffs, attempts, randoms, (backOff, attempt, random) => {
      const wait = backOffWait(backOff, attempt, random)
      const longest = backOff.waitMinimum * 2 ** backOff.repeatTimes + backOff.randomRange
      assert.ok(Number.isInteger(wait))
      assert.ok(wait >= Math.min(backOff.waitMinimum, LONGEST_TIMER))
      assert.ok(wait <= Math.min(longest, LONGEST_TIMER))
    })
  )
})

test('the least wait doubles until it has been doubled often enough', () => {
  fc.assert(
    fc.property(backOffs, attempts, (backOff, attempt) => {
      const [now, next] = [backOffWait(backOff, attempt, 0), backOffWait(backOff, attempt + 1, 0)]
      assert.equal(next, attempt < backOff.repeatTimes ? Math.min(2 * now, LONGEST_TIMER) : now)
    })
  )
})

test('a larger random number never waits less', () => {
  fc.assert(
    fc.property(backOffs, attempts, randoms, randoms, (backOff, attempt, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)]
      assert.ok(backOffWait(backOff, attempt, less) <= backOffWait(backOff, attempt, more))
    })
  )
})
