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

/** A clock that differs less from ours is right. */
const TOLERANCE_MS = 60_000
/** A clock that is set by more was wrong by a time zone or worse; less may as well be ours that was set. */
const AHEAD_MS = 600_000

/**
 * Seconds between two moments by the clock of the charge point, which also counts what it did without a connection.
 * By ours when its clock was set in between: 1970 is where many begin after a power failure.
 */
export function durationBetween(start: Moment, end: Moment): number {
  const byItsClock = end.timestamp - start.timestamp
  const byOurs = end.receivedAt - start.receivedAt
  // A clock of ours that went back is the one that was set, and says nothing about the other.
  const isTrusted = byItsClock >= 0 && (byOurs < 0 || !wasSetBetween(start, end))
  return Math.max(0, isTrusted ? byItsClock : byOurs) / 1000
}

/** What is ahead of us was not only late on its way: if the other moment is neither ahead nor late, the clock was set. */
function wasSetBetween(start: Moment, end: Moment): boolean {
  if (isPossible(start) !== isPossible(end)) return true
  return (isAhead(start) && isRight(end)) || (isRight(start) && isAhead(end))
}

function isAhead({ timestamp, receivedAt }: Moment): boolean {
  return timestamp - receivedAt > AHEAD_MS
}

function isRight({ timestamp, receivedAt }: Moment): boolean {
  return Math.abs(timestamp - receivedAt) <= TOLERANCE_MS
}
