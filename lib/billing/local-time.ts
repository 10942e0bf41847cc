import { Calendar } from '../calendar.js'
import { readTime } from '../http/paging.js'

const MINUTE_MS = 60_000

/** A time as RFC 3339 with the offset of a time zone, such as 2026-03-02T09:00:00+01:00. */
export function localDateTime(time: number, timeZone: string): string {
  const [offset] = new Calendar(timeZone).offsets(time, time)
  const ahead = offset?.ahead ?? 0
  const local = new Date(time + ahead).toISOString().slice(0, 19)
  const minutes = Math.abs(Math.trunc(ahead / MINUTE_MS))
  const two = (value: number) => String(value).padStart(2, '0')
  return `${local}${ahead < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`
}

/** The day of a time in a time zone: YYYY-MM-DD. */
export function localDate(time: number, timeZone: string): string {
  return localDateTime(time, timeZone).slice(0, 10)
}

/**
 * The epoch milliseconds of a date-time in a request, or of the beginning of a date in a time zone.
 *
 * @throws `INVALID_QUERY`
 */
export function dayOrTime(name: string, text: string, timeZone: string): number {
  const time = readTime(name, text)
  return /^\d{4}-\d\d-\d\d$/.test(text) ? new Calendar(timeZone).instantOf(time) : time
}

/** Whether a span of time is within one calendar month of a time zone. */
export function isOneMonth({ from, to }: { from: number; to: number }, timeZone: string): boolean {
  return localDate(from, timeZone).slice(0, 7) === localDate(to - 1, timeZone).slice(0, 7)
}
