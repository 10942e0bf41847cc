let millisecond = -1
let text = ''

/** Now as an RFC 3339 date-time in UTC with milliseconds; made once a millisecond, so that a Heartbeat costs little. */
export function currentTime(): string {
  const now = Date.now()
  if (now !== millisecond) {
    millisecond = now
    text = new Date(now).toISOString()
  }
  return text
}

/** Longest delay of a Node timer; a longer one would fire at once. */
const MAX_DELAY = 2 ** 31 - 1

/**
 * The delay to give to `setTimeout` for a time-out of `milliseconds`: Node counts whole milliseconds of its own clock,
 * so that a timer may fire up to one millisecond early.
 */
export function timerDelay(milliseconds: number): number {
  return Math.min(Math.ceil(milliseconds) + 1, MAX_DELAY)
}
