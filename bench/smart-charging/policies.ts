import { acceptedPower, charge } from '../../src/simulator/model/ev.js'
import type { Outcome } from './day.js'
import { DAY, evOf, type Visit, VOLTAGE } from './visits.js'
import { phasesAt } from './wiring.js'

// Simple ways to share a limit, for comparison. They act at once and need no messages.

type Share = (cars: readonly Visit[], limit: number) => number[]

/** Below it a car does not charge. A. [IEC 61851-1] */
const LEAST = 6
const STEP = 10

export const POLICIES = {
  uncontrolled: (cars) => cars.map(({ maximum }) => maximum),
  'equal shares': (cars, limit) => {
    const counts = [0, 1, 2].map((phase) => cars.filter((car) => phasesAt(car).includes(phase)).length)
    return cars.map((car) => {
      const share = Math.min(car.maximum, ...phasesAt(car).map((phase) => limit / (counts[phase] ?? 1)))
      return share < LEAST ? 0 : share
    })
  },
  'minimum, first come': (cars, limit) => {
    const free = [limit, limit, limit]
    const give = (car: Visit, amperes: number) => {
      const phases = phasesAt(car)
      if (phases.some((phase) => (free[phase] ?? 0) < amperes)) return 0
      for (const phase of phases) free[phase] = (free[phase] ?? 0) - amperes
      return amperes
    }
    const shares = cars.map((car) => give(car, LEAST))
    for (let isGiven = true; isGiven; ) {
      const more = cars.map((car, index) => {
        const share = shares[index] ?? 0
        return share < LEAST || share >= car.maximum ? 0 : give(car, 1)
      })
      for (const [index, amperes] of more.entries()) shares[index] = (shares[index] ?? 0) + amperes
      isGiven = more.some((amperes) => amperes > 0)
    }
    return shares
  },
  'first come': (cars, limit) => {
    const free = [limit, limit, limit]
    return cars.map((car) => {
      const phases = phasesAt(car)
      const share = Math.min(car.maximum, ...phases.map((phase) => free[phase] ?? 0))
      if (share < LEAST) return 0
      for (const phase of phases) free[phase] = (free[phase] ?? 0) - share
      return share
    })
  }
} satisfies Record<string, Share>

export type Policy = keyof typeof POLICIES

/** A day of these visits. */
export function dayOf(policy: Policy, visits: readonly Visit[], limit: number): Outcome {
  const cars = visits.map((visit) => ({
    visit,
    ev: evOf(visit),
    delivered: 0,
    starts: [] as number[],
    pauses: [] as number[]
  }))
  let violations = 0
  for (let now = 0; now < DAY; now += STEP) {
    const here = cars.filter(({ visit, ev }) => visit.from <= now && now < visit.to && ev.soc < 1)
    const shares = POLICIES[policy](
      here.map(({ visit }) => visit),
      limit
    )
    const loads = [0, 0, 0]
    for (const [index, car] of here.entries()) {
      const { visit, ev } = car
      const current = Math.min(shares[index] ?? 0, acceptedPower(ev) / VOLTAGE / visit.phases)
      for (const phase of phasesAt(visit)) loads[phase] = (loads[phase] ?? 0) + current
      const was = car.starts.length > car.pauses.length
      if (current > 0 && !was) car.starts.push(now)
      if (current === 0 && was) car.pauses.push(now)
      car.delivered += charge(ev, current * visit.phases * VOLTAGE, STEP * 1000)
    }
    if (loads.some((load) => load > limit + 1e-6)) violations += STEP
  }
  return { stays: cars, violations, calls: 0 }
}
