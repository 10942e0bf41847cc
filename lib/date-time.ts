/** Epoch milliseconds as an RFC 3339 date-time in UTC. */
export function toDateTime(millis: number): string {
  return new Date(millis).toISOString()
}
