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

/** Employees in the morning, residents in the evening, and some at any time. Each takes an EVSE that is free. */
export function visitsOf(seed: number, { evses, count }: { evses: number; count: number }): Visit[] {
  const random = seeded(seed)
  const freeAt = Array.from({ length: evses }, () => 0)
  return Array.from({ length: count }, () => arrival(random))
    .sort((one, other) => one - other)
    .flatMap((from): Visit[] => {
      const evse = freeAt.findIndex((time) => time <= from)
      if (evse < 0) return []
      const to = Math.min(DAY, from + Math.round(between(random, 2, 10) * HOUR))
      freeAt[evse] = to + 60
      const kind = random()
      const phases = kind < 0.3 ? 1 : 3
      const maximum = phases === 1 ? (random() < 0.5 ? 16 : 32) : random() < 0.7 ? 16 : 32
      return [{ evse, from, to, maximum, phases, demand: Math.round(between(random, 8, 40) * 1000) }]
    })
}

function arrival(random: Random): number {
  const kind = random()
  const about = kind < 0.45 ? 8 : kind < 0.85 ? 17.5 : between(random, 6, 21)
  const spread = between(random, -1, 1) + between(random, -1, 1)
  return Math.round(Math.max(0, about + spread) * HOUR)
}

/** What it demands is what is missing in its battery. */
export function evOf({ maximum, phases, demand }: Visit): Ev {
  const capacity = Math.max(50_000, demand)
  return { capacity, phases, maxPower: maximum * phases * VOLTAGE, soc: 1 - demand / capacity }
}
