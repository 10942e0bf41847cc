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
