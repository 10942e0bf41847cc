import type { Outcome } from './day.js'

/** How good a day was. */
export interface Measures {
  /** Delivered, as a share of the upper bound. */
  energy: number
  /** Jain index of delivered by demanded energy: 1 if all get the same share. */
  jain: number
  lowestShare: number
  /** Seconds. */
  violations: number
  startsPerVisit: number
  /** Pauses of a car that had charged for less than a dwell. */
  earlyPauses: number
  /** For each hour that a car is at an EVSE. */
  callsPerHour: number
}

const DWELL = 900

export function measuresOf({ stays, violations, calls }: Outcome, bound: number): Measures {
  const shares = stays.map(({ delivered, visit }) => delivered / visit.demand)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const early = stays.map(({ starts, pauses, visit }) => {
    // The end of a visit, and a full battery, are no pauses.
    const paused = pauses.filter((at, index) => at < visit.to && starts[index + 1] !== undefined)
    return paused.filter((at, index) => at - (starts[index] ?? at) < DWELL).length
  })
  return {
    energy: sum(stays.map(({ delivered }) => delivered)) / bound,
    jain: sum(shares) ** 2 / (shares.length * sum(shares.map((share) => share ** 2))),
    lowestShare: Math.min(...shares),
    violations,
    startsPerVisit: sum(stays.map(({ starts }) => starts.length)) / stays.length,
    earlyPauses: sum(early),
    callsPerHour: calls / sum(stays.map(({ visit: { from, to } }) => (to - from) / 3600))
  }
}

export function meanOf(all: readonly Measures[]): Measures {
  const mean = (of: (one: Measures) => number) => all.reduce((total, one) => total + of(one), 0) / all.length
  return {
    energy: mean(({ energy }) => energy),
    jain: mean(({ jain }) => jain),
    lowestShare: mean(({ lowestShare }) => lowestShare),
    violations: mean(({ violations }) => violations),
    startsPerVisit: mean(({ startsPerVisit }) => startsPerVisit),
    earlyPauses: mean(({ earlyPauses }) => earlyPauses),
    callsPerHour: mean(({ callsPerHour }) => callsPerHour)
  }
}
