/** Cache: formatters are expensive to create, and a fleet uses a handful of time zones. */
const formatters = new Map<string, Intl.DateTimeFormat>()

/** Whether the time zone is known to this process. */
export function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string') return false
  try {
    formatterOf(name)
    return true
  } catch {
    return false
  }
}

/**
 * The offset of a time zone at a local date-time without a zone, as in RFC 3339: `+02:00`. Where clocks are put back a
 * local time comes twice: the earlier one is meant, as charge points that go on counting would say.
 *
 * @param local a valid date-time without a zone
 * @throws RangeError when the time zone is unknown
 */
export function offsetAt(timeZone: string, local: string): string {
  const asUtc = Date.parse(`${local}Z`)
  // An offset that is right a day earlier or later: one of the two is right at the time itself.
  const before = offset(timeZone, asUtc - DAY_MS)
  const after = offset(timeZone, asUtc + DAY_MS)
  const isBefore = offset(timeZone, asUtc - before) === before
  return written(isBefore ? before : after)
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** Milliseconds that the zone is ahead of UTC at an instant. */
function offset(timeZone: string, instant: number): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatterOf(timeZone).formatToParts(instant)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  const local = Date.UTC(year, month - 1, day, hour, minute, second)
  return local - Math.floor(instant / 1000) * 1000
}

function written(milliseconds: number): string {
  const minutes = Math.round(Math.abs(milliseconds) / MINUTE_MS)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${milliseconds < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric'
    })
    formatters.set(timeZone, formatter)
  }
  return formatter
}
