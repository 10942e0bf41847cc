/** Epoch milliseconds as an RFC 3339 date-time in UTC. */
export function toDateTime(millis: number): string {
  return new Date(millis).toISOString()
}

/** A duration in seconds, to the microsecond. */
export function inSeconds(millis: number): number {
  return Math.round(millis * 1000) / 1_000_000
}
