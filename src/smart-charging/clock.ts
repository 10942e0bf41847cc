import { parseTime } from '../time.js'
import type { Time } from './types.js'

export const SECOND = 1000
export const DAY = 86_400 * SECOND

/** Milliseconds since the epoch; `undefined` for an unreadable date-time. */
export function instantOf(time: Time | undefined): number | undefined {
  if (time === undefined) return undefined
  if (typeof time === 'number') return Number.isFinite(time) ? time : undefined
  return parseTime(time)
}

/** The date and time of a date-time as if in UTC, whatever its offset. [2.1 K01.FR.90] */
export function wallTimeOf(text: string | undefined): number | undefined {
  return instantOf(text?.replace(/(?<=\d)(?:Z|[+-]\d\d(?::?\d\d)?)$/i, ''))
}

/** The wall clock of a time zone. */
export interface WallClock {
  isKnown: boolean
  /** The time that the clock shows, as milliseconds since the epoch of a clock in UTC. */
  at(instant: number): number
  /** When the clock will have advanced by `milliseconds`. Sooner if the clock is set before that, and within a day. */
  after(instant: number, milliseconds: number): number
}

const UTC: WallClock = {
  isKnown: false,
  at: (instant) => instant,
  after: (instant, milliseconds) => instant + milliseconds
}

/** An unknown zone counts as UTC. */
export function wallClock(timeZone: string | undefined): WallClock {
  const format = formatOf(timeZone)
  if (format === undefined) return UTC
  const offset = offsetsOf(format)
  return {
    isKnown: true,
    at: (instant) => instant + offset(instant),
    after: (instant, milliseconds) => {
      const then = instant + Math.min(milliseconds, DAY)
      const before = offset(instant)
      return offset(then) === before ? then : transition(offset, before, instant, then)
    }
  }
}

/** The time of the transition, to the second. */
function transition(offset: (instant: number) => number, before: number, from: number, to: number): number {
  let [low, high] = [Math.floor(from / SECOND), Math.ceil(to / SECOND)]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offset(middle * SECOND) === before) low = middle
    else high = middle
  }
  return high * SECOND
}

function formatOf(timeZone: string | undefined): Intl.DateTimeFormat | undefined {
  if (timeZone === undefined) return undefined
  try {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric' } as const
    return new Intl.DateTimeFormat('en-US', {
      ...numeric,
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
      timeZone
    })
  } catch {
    return undefined
  }
}

const MINUTE = 60 * SECOND
/** Minutes whose offsets are kept. */
const MAX_KEPT = 4096

/** The offset at each instant. Clocks are set at full minutes, and many profiles are asked about the same one. */
function offsetsOf(format: Intl.DateTimeFormat): (instant: number) => number {
  const kept = new Map<number, number>()
  return (instant) => {
    const minute = Math.floor(instant / MINUTE)
    const known = kept.get(minute)
    if (known !== undefined) return known
    const offset = offsetAt(format, instant)
    if (kept.size >= MAX_KEPT) kept.clear()
    kept.set(minute, offset)
    return offset
  }
}

/** The largest time that JavaScript has. */
const END_OF_TIME = 8.64e15

function offsetAt(format: Intl.DateTimeFormat, instant: number): number {
  if (Math.abs(instant) > END_OF_TIME) return 0
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of format.formatToParts(instant)) shown[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / SECOND) * SECOND
}
