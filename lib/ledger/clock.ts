import { type RawBuilder, sql } from 'kysely'

/** Nobody's clock was right before OCPP 1.6 was there. */
export const OLDEST_CLOCK = Date.UTC(2015, 0, 1)
export const DAY_MS = 86_400_000

/** One moment, by the clock of the charge point and by ours. */
export interface Moment {
  timestamp: number
  receivedAt: number
}

/** False for 1970, for the year 1, and for what lies more than a day ahead of its receipt. */
export function isPossible({ timestamp, receivedAt }: Moment): boolean {
  return timestamp >= OLDEST_CLOCK && timestamp <= receivedAt + DAY_MS
}

/** The time that a moment counts as: an impossible timestamp counts as the time of its receipt. */
export function timeOf(moment: Moment): number {
  return isPossible(moment) ? moment.timestamp : moment.receivedAt
}

/** {@link timeOf} of a row of the database. */
export function timeOfRow(timestamp = 'timestamp', receivedAt = 'received_at'): RawBuilder<number> {
  const [told, received] = [sql.ref(timestamp), sql.ref(receivedAt)]
  const [oldest, day] = [sql.lit(OLDEST_CLOCK), sql.lit(DAY_MS)]
  return sql<number>`(case when ${told} >= ${oldest} and ${told} <= ${received} + ${day} then ${told} else ${received} end)`
}

/**
 * The latest time at which something began that we heard of at `receivedAt`: a clock that is hours ahead must not
 * make it begin in the future.
 */
export function beginningOf(moment: Moment): number {
  return Math.min(timeOf(moment), moment.receivedAt)
}

/**
 * The moment of evidence that has no timestamp of its own, such as a BootNotification. By the clock of the charge
 * point it is estimated when the last message shows that this clock is wrong: that it is ahead, or more than a day
 * behind. A message that is less than a day old may as well have waited in the queue of the charge point.
 */
export function untimedEvidence(lastSign: Moment | undefined, now: number): Moment {
  const behind = lastSign === undefined ? 0 : lastSign.receivedAt - lastSign.timestamp
  const isClockWrong = behind < 0 || behind > DAY_MS
  return { timestamp: isClockWrong ? now - behind : now, receivedAt: now }
}

/** Whether a moment is later than evidence, also when the clock of the charge point was ahead and was set right. */
export function isAfter(moment: Moment, evidence: Moment): boolean {
  const time = timeOf(moment)
  return time > evidence.timestamp || (time > evidence.receivedAt && time <= moment.receivedAt)
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
