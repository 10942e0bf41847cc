import type { Ev } from '../../src/simulator/model/ev.js'
import { between, type Random, seeded } from '../../src/simulator/random.js'

// The cars of one day in a garage.

/** A car that is plugged in for some time. */
export interface Visit {
  /** Index of the EVSE. */
  evse: number
  /** Seconds after midnight. */
  from: number
  to: number
  /** The most that it takes on a phase. A. */
  maximum: number
  phases: 1 | 3
  /** Wh until it is full. */
  demand: number
}

const HOUR = 3600
export const DAY = 24 * HOUR
/** V, between line and neutral. */
export const VOLTAGE = 230

interface Kind {
  /** Hours after midnight: the earliest and the latest. */
  arrival: readonly [number, number]
  /** How many random numbers are averaged: with more, most cars come in the middle of that time. */
  draws: number
  /** Hours. */
  stay: readonly [number, number]
}

const EMPLOYEE: Kind = { arrival: [7, 9], draws: 2, stay: [4, 10] }
const RESIDENT: Kind = { arrival: [17, 19], draws: 2, stay: [5, 12] }
const GUEST: Kind = { arrival: [6, 21], draws: 1, stay: [1, 8] }

/** Nobody hopes for more than this share of what the car could take in its stay. */
const HOPED = 0.8

/**
 * Employees in the morning, residents in the evening, and some at any time. Each takes an EVSE that is free. The numbers are such
 * that simple policies come out as a study of such a garage has it: bench/README.md compares them.
 */
export function visitsOf(seed: number, { evses, count }: { evses: number; count: number }): Visit[] {
  const random = seeded(seed)
  const freeAt = Array.from({ length: evses }, () => 0)
  return Array.from({ length: count }, () => arrival(random))
    .sort((one, other) => one.from - other.from)
    .flatMap(({ from, kind }): Visit[] => {
      const evse = freeAt.findIndex((time) => time <= from)
      if (evse < 0) return []
      const to = Math.min(DAY, from + Math.round(between(random, ...kind.stay) * HOUR))
      freeAt[evse] = to + 60
      const phases = random() < 0.3 ? 1 : 3
      const maximum = random() < (phases === 1 ? 0.3 : 0.5) ? 32 : 16
      const most = ((to - from) / HOUR) * maximum * phases * VOLTAGE
      return [
        { evse, from, to, maximum, phases, demand: Math.round(Math.min(HOPED * most, between(random, 4, 36) * 1000)) }
      ]
    })
}

function arrival(random: Random): { from: number; kind: Kind } {
  const drawn = random()
  const kind = drawn < 0.45 ? EMPLOYEE : drawn < 0.85 ? RESIDENT : GUEST
  const hours = Array.from({ length: kind.draws }, () => between(random, ...kind.arrival))
  return { from: Math.round((hours.reduce((sum, hour) => sum + hour, 0) / kind.draws) * HOUR), kind }
}

/** What it demands is what is missing in its battery. */
export function evOf({ maximum, phases, demand }: Visit): Ev {
  const capacity = Math.max(50_000, demand)
  return { capacity, phases, maxPower: maximum * phases * VOLTAGE, soc: 1 - demand / capacity }
}
