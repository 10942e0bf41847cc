import assert from 'node:assert/strict'
import { test } from 'node:test'
import { upperBound } from '../../bench/smart-charging/bound.js'
import { Day } from '../../bench/smart-charging/day.js'
import { type Measures, meanOf, measuresOf } from '../../bench/smart-charging/measures.js'
import { type Visit, visitsOf } from '../../bench/smart-charging/visits.js'
import { seeded } from '../../src/simulator/random.js'
import { inLong } from '../support/long.js'

const HOUR = 3600

function visit(evse: number, more: Partial<Visit> = {}): Visit {
  return { evse, from: 1 + evse, to: 24 * HOUR, maximum: 32, phases: 3, demand: 90_000, ...more }
}

test('T11: 20 cars with room for 5 take turns, and none is paused before its dwell is over', () => {
  const visits = Array.from({ length: 20 }, (_, evse) => visit(evse, { demand: 500_000 }))
  const day = new Day({ evses: 20, visits, limit: 31.5 })
  const longest = new Map<number, number>()
  const waits = new Map<number, number>()
  for (const [index, charger] of day.chargers.entries()) {
    const pass = charger.pass.bind(charger)
    charger.pass = (second, maximum) => {
      pass(second, maximum)
      waits.set(index, charger.current > 0 ? 0 : (waits.get(index) ?? 0) + 1)
      longest.set(index, Math.max(longest.get(index) ?? 0, waits.get(index) ?? 0))
    }
  }
  const outcome = day.run(4 * HOUR)
  const { jain, earlyPauses, violations } = measuresOf(outcome, 1)
  assert.equal(violations, 0)
  assert.equal(earlyPauses, 0)
  assert.ok(jain >= 0.95, `Jain ${jain}`)
  const most = Math.max(...longest.values())
  assert.ok(most <= 2 * 900 * 4, `a car waited ${most} s`)
})

test('T9: one-phase cars that all load L1 leave the other phases to those that use them', () => {
  const places = Array.from({ length: 24 }, (_, index) => index * 3)
  const crowd = places.slice(0, 12).map((evse) => visit(evse, { phases: 1 }))
  const some = places.slice(12, 18).map((evse) => visit(evse + 1, { phases: 1 }))
  const day = new Day({ evses: 72, visits: [...crowd, ...some], limit: 101 })
  const { violations } = day.run(HOUR)
  assert.equal(violations, 0)
  const shares = (visits: readonly Visit[]) => visits.map(({ evse }) => Math.round(day.chargers[evse]?.current ?? 0))
  assert.deepEqual([...new Set(shares(crowd))], [8], String(shares(crowd)))
  assert.deepEqual([...new Set(shares(some))], [17], String(shares(some)))
})

test('T12: what a car does not take is offered to others within 90 s', () => {
  const visits = [visit(0), visit(3, { maximum: 10 })]
  const day = new Day({ evses: 4, visits, limit: 37 })
  day.run(10 * 60)
  const [first, , , second] = day.chargers
  assert.deepEqual([first?.current, second?.current], [25, 10])
})

const EVSES = 54
const DAYS = [1, 2]

test('T1: a garage at a third of its power never exceeds its limit, and uses what there is', () => {
  const visits = visitsOf(7, { evses: 8, count: 10 })
  const outcome = new Day({ evses: 8, visits, limit: 20 }).run()
  const { energy, jain, violations, earlyPauses } = measuresOf(outcome, upperBound(visits, 20))
  assert.deepEqual([violations, earlyPauses], [0, 0])
  assert.ok(energy >= 0.75 && jain >= 0.7, `energy ${energy}, Jain ${jain}`)
})

test('T1: so do garages of 54 EVSEs in whole days', inLong, () => {
  for (const [limit, leastEnergy, leastJain, mostStarts] of [
    [217, 0.87, 0.92, 1.1],
    [109, 0.8, 0.82, 3.5],
    [72, 0.84, 0.74, 6]
  ] as const) {
    const days = DAYS.map((seed): Measures => {
      const visits = visitsOf(seed, { evses: EVSES, count: 67 })
      return measuresOf(new Day({ evses: EVSES, visits, limit }).run(), upperBound(visits, limit))
    })
    const { energy, jain, violations, startsPerVisit, earlyPauses } = meanOf(days)
    assert.deepEqual([violations, earlyPauses], [0, 0], `${limit} A`)
    assert.ok(energy >= leastEnergy && jain >= leastJain, `${limit} A: energy ${energy}, Jain ${jain}`)
    assert.ok(startsPerVisit <= mostStarts, `${limit} A: ${startsPerVisit} starts`)
  }
})

test('T1: drivers who tell what they need until when get more', inLong, () => {
  for (const [limit, leastEnergy, leastJain] of [
    [217, 0.9, 0.92],
    [109, 0.84, 0.84],
    [72, 0.87, 0.76]
  ] as const) {
    const days = DAYS.map((seed): Measures => {
      const visits = visitsOf(seed, { evses: EVSES, count: 67 })
      return measuresOf(new Day({ evses: EVSES, visits, limit, isTold: true }).run(), upperBound(visits, limit))
    })
    const { energy, jain, violations, earlyPauses } = meanOf(days)
    assert.deepEqual([violations, earlyPauses], [0, 0], `${limit} A`)
    assert.ok(energy >= leastEnergy && jain >= leastJain, `${limit} A: energy ${energy}, Jain ${jain}`)
  }
})

test('T2: a tenth of the charge points is away for hours and some boot, and no limit is exceeded', inLong, () => {
  for (const seed of DAYS) {
    const visits = visitsOf(seed, { evses: EVSES, count: 67 })
    const random = seeded(seed)
    let away = 0
    const happen = (day: Day) => {
      if (random() < 1 / 900) {
        away++
        day.leave(Math.floor(random() * EVSES), 600 + Math.floor(random() * 10_200), random() < 0.5)
      }
    }
    const { violations } = new Day({ evses: EVSES, visits, limit: 109, happen }).run()
    assert.equal(violations, 0, `seed ${seed}`)
    assert.ok(away > 50)
  }
})
