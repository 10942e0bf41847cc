import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AppliedTraits, habitsOf, shownBy, withHabits } from '../../lib/load-management/choices.js'
import { isStuck, withPause } from '../../lib/load-management/lessons.js'
import { plantOf } from '../../lib/load-management/plant.js'
import {
  answered,
  type EvseState,
  initialState,
  sampled,
  sending,
  withBoots,
  withTransaction
} from '../../lib/load-management/reserve.js'
import type { Member } from '../../lib/load-management/rows.js'

const SECOND = 1000
const NOW = Date.UTC(2026, 0, 5, 12)
const SETTLE = 10 * SECOND
const KIND = { vendor: 'Maker', model: 'Box', firmware: '1' }

const CHARGING: EvseState = {
  ...initialState(),
  fallback: 0,
  obedience: 'obeys',
  transaction: { key: 'one', id: 1, since: NOW - 600 * SECOND, poweredAt: NOW - 600 * SECOND }
}

/** Seconds after the start. */
const times = (seconds: number) => ({ now: NOW + seconds * SECOND, settle: SETTLE })

/** The charge point accepts a limit. */
function limited(state: EvseState, amperes: number, seconds: number): EvseState {
  const { now } = times(seconds)
  const transaction = state.transaction?.key ?? ''
  const pending = { kind: 'limit' as const, amperes, at: now, until: now + 900 * SECOND, transaction }
  return answered(sending(state, pending, SETTLE), 'accepted', times(seconds))
}

const measured = (state: EvseState, amperes: number, seconds: number) => sampled(state, amperes, times(seconds))

/** A limit of 16 A in place of 32 A, and the currents at these seconds after it. */
function fell(currents: readonly [seconds: number, amperes: number][], state = CHARGING): EvseState {
  const full = measured(limited(state, 32, -60), 32, -5)
  return currents.reduce((before, [seconds, amperes]) => measured(before, amperes, seconds), limited(full, 16, 0))
}

describe('the time until a current has followed a limit', () => {
  it('is learned where a sample above the limit was taken after the current had to follow, rounded up', () => {
    assert.equal(
      fell([
        [11, 32],
        [21, 32],
        [31, 32],
        [41, 15.8]
      ]).learned?.settle,
      45
    )
    assert.equal(
      fell([
        [10, 32],
        [20, 16]
      ]).learned?.settle,
      20
    )
  })

  it('is not learned from a current that follows in time, comes down after a minute, or belongs to a car that takes little', () => {
    for (const currents of [
      [
        [5, 32],
        [9, 32],
        [19, 16]
      ],
      [
        [30, 32],
        [61, 16]
      ],
      [
        [30, 32],
        [40, 3]
      ]
    ] as [number, number][][]) {
      assert.equal(fell(currents).learned, undefined, JSON.stringify(currents))
    }
  })

  it('is not learned where nothing had to come down, or another limit follows before', () => {
    const raised = measured(measured(limited(measured(limited(CHARGING, 10, -60), 10, -5), 20, 0), 32, 20), 19, 40)
    assert.equal(raised.learned, undefined)
    const changed = measured(limited(fell([[20, 32]]), 20, 25), 19.8, 40)
    assert.equal(changed.learned, undefined)
  })

  it('goes on when the same limit is sent again, is the longest one that was seen, and is forgotten after a boot', () => {
    const renewed = measured(measured(limited(fell([[20, 32]]), 16, 25), 32, 30), 16, 40)
    assert.equal(renewed.learned?.settle, 40)
    const quicker = measured(measured(limited(measured(limited(renewed, 32, 50), 32, 100), 16, 110), 32, 125), 16, 130)
    assert.equal(quicker.learned?.settle, 40)
    assert.equal(withBoots(renewed, 1).learned, undefined)
  })
})

/** One transaction: it charges, is paused, and may charge again; then these currents are measured. */
function paused(state: EvseState, key: string, currents: readonly [seconds: number, amperes: number][], before = 16) {
  const open = withTransaction(withTransaction(state, undefined, NOW), { key, id: 1 }, NOW - 600 * SECOND)
  const step = (one: EvseState, seconds: number, force: number) =>
    withPause(one, { ...times(seconds), least: 6, force })
  let next = step(measured(limited({ ...open, obedience: 'obeys' }, 16, -60), before, -5), -5, 16)
  next = step(limited(next, 0, 0), 1, 0)
  next = step(measured(next, 0, 100), 100, 0)
  next = step(limited(next, 16, 110), 111, 16)
  for (const [seconds, amperes] of currents) next = step(measured(next, amperes, seconds), seconds, 16)
  return next
}

const ASLEEP: [number, number][] = [
  [130, 0],
  [360, 0],
  [400, 0]
]

describe('transactions that do not go on after a pause', () => {
  it('are learned from two of them, one after the other', () => {
    const once = paused(CHARGING, 'a', ASLEEP)
    assert.deepEqual([once.learned?.stuck, isStuck(once)], [1, false])
    const twice = paused(once, 'b', ASLEEP)
    assert.deepEqual([twice.learned?.stuck, isStuck(twice)], [2, true])
    assert.equal(isStuck(paused(once, 'a', ASLEEP)), false)
  })

  it('are no evidence where the car had not charged until then, or had too little time', () => {
    assert.equal(paused(CHARGING, 'a', ASLEEP, 0.2).learned, undefined)
    assert.equal(paused(CHARGING, 'a', ASLEEP, 3).learned, undefined)
    assert.equal(
      paused(CHARGING, 'a', [
        [130, 0],
        [300, 0]
      ]).learned,
      undefined
    )
  })

  it('are disproved by one that goes on, also late', () => {
    const once = paused(CHARGING, 'a', ASLEEP)
    const late = paused(once, 'b', [...ASLEEP, [420, 12]])
    assert.deepEqual([late.learned, isStuck(paused(late, 'c', ASLEEP))], [{ hasResumed: true }, false])
  })

  it('are those, too, that take more than their limit afterwards', () => {
    const ignored: [number, number][] = [
      [130, 32],
      [140, 32]
    ]
    assert.equal(isStuck(paused(paused(CHARGING, 'a', ignored), 'b', ignored)), true)
  })
})

describe('what was shown', () => {
  const evses = ['A', 'B'].map((identity) => ({ identity, evseId: 1, circuit: 'main', maximum: 32, fallback: 0 }))
  const plant = plantOf({ mode: 'control', lease: 90, circuits: [{ id: 'main', limit: { A: 63 } }], evses }, 'UTC')
  const members = new Map(['a', 'b'].map((identity) => [identity, { identity, ...KIND } as unknown as Member]))
  const shown = (one: EvseState['learned'], other: EvseState['learned'] = {}, traits: AppliedTraits = {}) => {
    const states = new Map([
      ['a 1', { ...initialState(), ...(one !== undefined && { learned: one }) }],
      ['b 1', { ...initialState(), ...(other !== undefined && { learned: other }) }]
    ])
    return shownBy(plant, states, { members, traitsOf: () => traits }).map(({ key, traits: known }) => [key, known])
  }

  it('is believed of all charge points of a kind, unless one of them has shown the opposite', () => {
    assert.deepEqual(shown({ settle: 45, stuck: 2 }), [['a 1', { limitSettle: 45, limitZero: 'avoid' }]])
    assert.deepEqual(shown({ stuck: 2 }, { hasResumed: true }), [])
    assert.deepEqual(shown({ settle: 10, stuck: 1 }), [])
  })

  it('is not believed against what an operator has set', () => {
    const own = (value: unknown) => ({ value, source: 'own' as const })
    assert.deepEqual(shown({ settle: 45, stuck: 2 }, {}, { limitSettle: own(20), limitZero: own('pause') }), [])
  })

  it('only adds care: a time that was learned is no shorter than that of the site, and cars are not paused in turns', () => {
    const learned = (value: unknown) => ({ value, source: 'learned' as const })
    const settles = (settle: number, limitSettle: number) => {
      const traitsOf = () => ({ limitSettle: learned(limitSettle) })
      return withHabits({ ...plant, settle }, { members, traitsOf }).evses[0]?.settle
    }
    // At most half of a lease.
    assert.deepEqual([settles(10, 40), settles(60, 40), settles(10, 60)], [40, 60, 45])
    assert.deepEqual(habitsOf({ limitZero: learned('avoid') }), { mayPause: false })
    assert.deepEqual(habitsOf({ limitZero: { value: 'avoid', source: 'own' } }), { avoidsZero: true })
  })
})
