import { type RawBuilder, sql } from 'kysely'

/** Earlier timestamps are wrong, because OCPP 1.6 did not exist before. */
export const OLDEST_CLOCK = Date.UTC(2015, 0, 1)
export const DAY_MS = 86_400_000

/** A moment by the clock of the charge point and by ours. */
export interface Moment {
  timestamp: number
  receivedAt: number
}

/** Whether a timestamp is possible: not before 2015 and at most a day later than its receipt. */
export function isPossible({ timestamp, receivedAt }: Moment): boolean {
  return timestamp >= OLDEST_CLOCK && timestamp <= receivedAt + DAY_MS
}

/** The effective time of a moment: the timestamp or, if that is impossible, the time of receipt. */
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
 * The latest possible start of something that was reported at `receivedAt`: a clock that is hours ahead must not move
 * the start into the future.
 */
export function beginningOf(moment: Moment): number {
  return Math.min(timeOf(moment), moment.receivedAt)
}

/**
 * The moment of a message without a timestamp, such as a BootNotification. The time by the charge point's clock is
 * estimated if the last message shows that this clock is wrong: ahead of ours, or behind by more than a day. A
 * timestamp that is less than a day old may be correct, because the message may have waited in the charge point's
 * queue.
 */
export function untimedEvidence(lastSign: Moment | undefined, now: number): Moment {
  const behind = lastSign === undefined ? 0 : lastSign.receivedAt - lastSign.timestamp
  const isClockWrong = behind < 0 || behind > DAY_MS
  return { timestamp: isClockWrong ? now - behind : now, receivedAt: now }
}

/** Whether a moment is later than the evidence, even if the charge point's clock was ahead and was then corrected. */
export function isAfter(moment: Moment, evidence: Moment): boolean {
  const time = timeOf(moment)
  return time > evidence.timestamp || (time > evidence.receivedAt && time <= moment.receivedAt)
}

/** A clock counts as correct if it differs from ours by less than this. Milliseconds. */
const TOLERANCE_MS = 60_000
/**
 * A clock that jumps by more than this had the wrong time zone, or worse; a smaller jump may be a correction of our
 * clock. Milliseconds.
 */
const AHEAD_MS = 600_000

/**
 * Seconds between two moments by the clock of the charge point, which also covers the time without a connection. Our
 * clock is used if the charge point's clock was set in between: after a power failure many clocks start in 1970.
 */
export function durationBetween(start: Moment, end: Moment): number {
  const byItsClock = end.timestamp - start.timestamp
  const byOurs = end.receivedAt - start.receivedAt
  // Our clock was set back: the difference says nothing about the charge point's clock.
  const isTrusted = byItsClock >= 0 && (byOurs < 0 || !wasSetBetween(start, end))
  return Math.max(0, isTrusted ? byItsClock : byOurs) / 1000
}

/**
 * A clock that is ahead of ours cannot be explained by a late message. So if the other moment is neither ahead nor
 * late, the clock was set.
 */
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
