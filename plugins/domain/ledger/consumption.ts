import { isPossible, type Moment } from './clock.js'
import { fromScaled, toScaled } from './numbers.js'

export type { Moment }

/** Wh that went through the meter; null when that is not known, e.g. because the meter was replaced. */
export function energyBetween(meterStart: number | null, meterStop: number | null): number | null {
  if (meterStart === null || meterStop === null) return null
  // A counter of thousandths, in whole numbers: a double has no room for those of a large one.
  const energy = toScaled(meterStop, 3) - toScaled(meterStart, 3)
  return energy >= 0n ? fromScaled(energy, 3) : null
}

/**
 * Seconds between two moments by the clock of the charge point, which also counts what it did without a connection.
 * By ours when its clock was set in between: 1970 is where many begin after a power failure.
 */
export function durationBetween(start: Moment, end: Moment): number {
  const byItsClock = end.timestamp - start.timestamp
  const byOurs = end.receivedAt - start.receivedAt
  // A clock of ours that went back is the one that was set, and says nothing about the other.
  const isTrusted = byItsClock >= 0 && (byOurs < 0 || isPossible(start) === isPossible(end))
  return Math.max(0, isTrusted ? byItsClock : byOurs) / 1000
}
