/** Lengths of spans of time that a calendar divides time into. */
export const INTERVALS = ['hour', 'day', 'week', 'month'] as const
export type Interval = (typeof INTERVALS)[number]

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Offsets are looked up this often, and bisected where they differ: no zone changes twice within it. */
const STEP_MS = 7 * DAY_MS
/** 1970-01-01 was a Thursday; weeks begin on Monday. [ISO 8601] */
const MONDAY = 3

/** A time from which on, and how far local time is ahead of UTC. Milliseconds. */
export interface Offset {
  from: number
  ahead: number
}

/** The calendar of a time zone. */
export class Calendar {
  readonly #format: Intl.DateTimeFormat

  /** @param timeZone an IANA time zone */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric'
    })
  }

  /** The offsets that apply from one time until another, in the order of time. */
  offsets(from: number, to: number): Offset[] {
    const found: Offset[] = [{ from, ahead: this.#aheadAt(from) }]
    for (let time = from; time < to; time += STEP_MS) {
      const next = Math.min(time + STEP_MS, to)
      const last = found.at(-1)?.ahead ?? 0
      const ahead = this.#aheadAt(next)
      if (ahead !== last) found.push({ from: this.#changeBetween(time, next, last), ahead })
    }
    return found
  }

  /** When a span of time begins that contains a time. */
  startOf(interval: Interval, time: number): number {
    const ahead = this.#aheadAt(time)
    if (interval === 'hour') return time - mod(time + ahead, HOUR_MS)
    return this.instantOf(startOfLocal(interval, time + ahead))
  }

  /** When the spans begin of which parts are between two times. */
  startsOf(interval: Interval, from: number, to: number): number[] {
    const starts: number[] = []
    for (let local = startOfLocal(interval, from + this.#aheadAt(from)); ; local = nextLocal(interval, local)) {
      const start = this.instantOf(local)
      if (start >= to) return starts
      starts.push(start)
    }
  }

  /** When the clocks show a local time, which is in milliseconds as if it were UTC. */
  instantOf(local: number): number {
    const guess = local - this.#aheadAt(local)
    return local - this.#aheadAt(guess)
  }

  #changeBetween(from: number, to: number, before: number): number {
    let [low, high] = [from, to]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#aheadAt(middle) === before) low = middle
      else high = middle
    }
    return high
  }

  #aheadAt(time: number): number {
    const parts: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(time)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - (time - mod(time, 1000))
  }
}

function startOfLocal(interval: Interval, local: number): number {
  const day = Math.floor(local / DAY_MS)
  if (interval === 'hour') return local - mod(local, HOUR_MS)
  if (interval === 'day') return day * DAY_MS
  if (interval === 'week') return (day - mod(day + MONDAY, 7)) * DAY_MS
  const date = new Date(local)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}

function nextLocal(interval: Interval, local: number): number {
  if (interval === 'hour') return local + HOUR_MS
  if (interval === 'day') return local + DAY_MS
  if (interval === 'week') return local + 7 * DAY_MS
  const date = new Date(local)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by
}
