import assert from 'node:assert/strict'
import { test } from 'node:test'
import { upperBound } from '../../bench/smart-charging/bound.js'
import { Day } from '../../bench/smart-charging/day.js'
import { type Measures, meanOf, measuresOf } from '../../bench/smart-charging/measures.js'
import { type Visit, visitsOf } from '../../bench/smart-charging/visits.js'
import { inLong } from '../support/long.js'

const HOUR = 3600

function visit(evse: number, more: Partial<Visit> = {}): Visit {
  return { evse, from: 1 + evse, to: 24 * HOUR, maximum: 32, phases: 3, demand: 90_000, ...more }
}

test('T11: 20 cars with room for 5 take turns, and none is paused before its dwell is over', () => {
  const visits = Array.from({ length: 20 }, (_, evse) => visit(evse, { demand: 500_000 }))
  const day = new Day({ evses: 20, visits, limit: 30.5 })
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
  const outcome = day.run(8 * HOUR)
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
  const day = new Day({ evses: 72, visits: [...crowd, ...some], limit: 100 })
  const { violations } = day.run(HOUR)
  assert.equal(violations, 0)
  const shares = (visits: readonly Visit[]) => visits.map(({ evse }) => Math.round(day.chargers[evse]?.current ?? 0))
  assert.deepEqual([...new Set(shares(crowd))], [8], String(shares(crowd)))
  assert.deepEqual([...new Set(shares(some))], [17], String(shares(some)))
})

/** By how much the phases differ at most, at each second so far. A. */
function differencesIn(): { differences: number[]; happen: (day: Day) => void } {
  const differences: number[] = []
  const happen = (day: Day) => {
    const currents = day.currents()
    differences.push(Math.max(...currents) - Math.min(...currents))
  }
  return { differences, happen }
}

/** EVSEs whose first line is on L1, L2 or L3. */
function placesOn(phase: number, count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, index) => (first + index) * 3 + phase)
}

test('T9: an unbalance of 20 A is kept by one-phase cars, while three-phase cars use the rest of all phases', () => {
  const crowd = placesOn(0, 12).map((evse) => visit(evse, { phases: 1 }))
  const some = placesOn(1, 6, 12).map((evse) => visit(evse, { phases: 1 }))
  const others = placesOn(0, 6, 20).map((evse) => visit(evse, { demand: 500_000 }))
  const { differences, happen } = differencesIn()
  const day = new Day({ evses: 90, visits: [...crowd, ...some, ...others], limit: 101, unbalance: 20, happen })
  const { violations } = day.run(HOUR)
  assert.equal(violations, 0)
  assert.ok(Math.max(...differences) <= 20 + 1e-6, `${Math.max(...differences)} A`)
  const sumOf = (visits: readonly Visit[]) => {
    return visits.reduce((sum, { evse }) => sum + (day.chargers[evse]?.current ?? 0), 0)
  }
  const [L1 = 0, L2 = 0, L3 = 0] = day.currents()
  assert.ok(sumOf(crowd) >= 18 && sumOf(some) >= 18, `${sumOf(crowd)} A and ${sumOf(some)} A of one-phase cars`)
  assert.ok(L1 >= 95 && L2 >= 95 && L3 >= 75, `${day.currents()}`)
})

test('T9: one-phase cars on all phases use all that there is, and follow within half a minute when some leave', () => {
  const visits = [0, 1, 2].flatMap((phase) => {
    return placesOn(phase, 12).map((evse, index) => {
      const isLeaving = phase === 1 && index < 8
      return visit(evse, { phases: 1, demand: 500_000, ...(isLeaving && { to: 1500 }) })
    })
  })
  const { differences, happen } = differencesIn()
  const seen: number[][] = []
  const day = new Day({
    ...{ evses: 36, visits, limit: 101, unbalance: 20 },
    happen: (today) => {
      happen(today)
      seen.push(today.currents())
    }
  })
  const { violations, stays } = day.run(HOUR)
  assert.equal(violations, 0)
  assert.ok(Math.min(...(seen[1500] ?? [])) >= 90, `${seen[1500]}`)
  assert.ok(Math.max(...differences.slice(0, 1501)) <= 20 + 1e-6)
  assert.ok(Math.max(...differences.slice(1501, 1530)) > 50, 'eight cars have left one phase')
  assert.ok(Math.max(...differences.slice(1530)) <= 20 + 1e-6)
  assert.ok(Math.min(...day.currents()) >= 95, `${day.currents()}`)
  const starts = stays.map((stay) => stay.starts.length)
  assert.ok(Math.max(...starts) <= 3, `${starts}`)
})

test('T12: what a car does not take is offered to others within 90 s', () => {
  const visits = [visit(0), visit(3, { maximum: 10 })]
  const day = new Day({ evses: 4, visits, limit: 36 })
  day.run(10 * 60)
  const [first, , , second] = day.chargers
  assert.deepEqual([first?.current, second?.current], [25, 10])
})

test('a car that comes makes others give up what it needs, not a little of each', () => {
  const visits = Array.from({ length: 20 }, (_, evse) => visit(evse))
  const late = visit(20, { from: 1200 })
  const calls = (some: readonly Visit[]) => new Day({ evses: 21, visits: some, limit: 200 }).run(1290).calls
  const more = calls([...visits, late]) - calls(visits)
  assert.ok(more >= 1 && more <= 15, `${more} calls`)
})

const EVSES = 54
/** One day, and not below each limit: the suite has to end. `npm run bench -- smart-charging` measures five, with the same bars. */
const DAYS = [1]

test('T1: a garage at a third of its power never exceeds its limit, and uses what there is', () => {
  const visits = visitsOf(7, { evses: 8, count: 10 })
  const outcome = new Day({ evses: 8, visits, limit: 20 }).run()
  const { energy, jain, violations, earlyPauses } = measuresOf(outcome, upperBound(visits, 20))
  assert.deepEqual([violations, earlyPauses], [0, 0])
  assert.ok(energy >= 0.75 && jain >= 0.7, `energy ${energy}, Jain ${jain}`)
})

/** The bars are for the mean of five days. */
const BARS = [
  { limit: 109, energy: 0.85, jain: 0.93, withNeeds: 0.89, mostStarts: 3.5 },
  // This day is worse than others: with needs its energy is 0.898 of the bound.
  { limit: 72, energy: 0.87, jain: 0.85, withNeeds: 0.89, mostStarts: 6 }
] as const

test('T1: garages of 54 EVSEs use what there is in whole days, and share it', inLong, () => {
  for (const { limit, mostStarts, ...least } of BARS) {
    const { energy, jain, violations, startsPerVisit, earlyPauses, callsPerHour } = meanOf(daysAt(limit))
    assert.deepEqual([violations, earlyPauses], [0, 0], `${limit} A`)
    assert.ok(callsPerHour <= 12, `${limit} A: ${callsPerHour} calls for each hour of a car`)
    assert.ok(energy >= least.energy && jain >= least.jain, `${limit} A: energy ${energy}, Jain ${jain}`)
    assert.ok(startsPerVisit <= mostStarts, `${limit} A: ${startsPerVisit} starts`)
  }
})

test('T1: drivers who tell what they need until when get more', inLong, () => {
  for (const { limit, withNeeds } of BARS.slice(-1)) {
    const { energy, violations, earlyPauses } = meanOf(daysAt(limit, true))
    assert.deepEqual([violations, earlyPauses], [0, 0], `${limit} A`)
    assert.ok(energy >= withNeeds, `${limit} A: energy ${energy}`)
  }
})

function daysAt(limit: number, isTold = false): Measures[] {
  return DAYS.map((seed) => {
    const visits = visitsOf(seed, { evses: EVSES, count: 67 })
    return measuresOf(new Day({ evses: EVSES, visits, limit, isTold }).run(), upperBound(visits, limit))
  })
}
