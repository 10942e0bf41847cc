import { parseTime } from 'fastify-ocpp'

/** Epoch milliseconds as an RFC 3339 date-time in UTC. */
export function toDateTime(millis: number): string {
  return new Date(millis).toISOString()
}

/** A duration in seconds, to the microsecond. */
export function inSeconds(millis: number): number {
  return Math.round(millis * 1000) / 1_000_000
}

/** The epoch milliseconds of a date-time that a schema has accepted, which may have a leap second. */
export function fromDateTime(text: string): number {
  return parseTime(text) ?? Date.parse(text)
}
