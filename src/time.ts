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

/** RFC 3339, and what charge points make of it: an offset without minutes or colon, no seconds, no zone. */
const DATE_TIME =
  /^(?<date>\d{4}-\d\d-\d\d)[T ](?<minute>\d\d:\d\d)(?::(?<second>\d\d)(?<fraction>\.\d+)?)?(?:Z|(?<hours>[+-]\d\d)(?::?(?<minutes>\d\d))?)?$/i

/** The form that most charge points send, which `Date.parse` reads as it is. A leap second is not of it. */
const COMMON = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{3})?Z$/

/**
 * A date-time as epoch milliseconds. A leap second (`23:59:60Z`) becomes the second after it, as POSIX counts; a time
 * without a zone is UTC. `undefined` when the text is no date-time. [RFC 3339 §5.6, §5.7]
 */
export function parseTime(text: string): number | undefined {
  if (COMMON.test(text)) {
    const time = Date.parse(text)
    return Number.isNaN(time) ? undefined : time
  }
  const { date, minute, second = '00', fraction = '', hours, minutes = '00' } = DATE_TIME.exec(text)?.groups ?? {}
  if (date === undefined) return undefined
  const isLeap = second === '60'
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`
  const time = Date.parse(`${date}T${minute}:${isLeap ? '59' : second}${fraction}${zone}`)
  if (Number.isNaN(time)) return undefined
  return isLeap ? time + 1000 : time
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
