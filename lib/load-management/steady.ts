import type { Lines } from './lines.js'
import type { Measured } from './measured.js'

// The current that a car has taken for some time. Other phases may be loaded more because of it, so it falls at once and
// rises slowly.

export type Taken = Pick<Measured, 'amperes' | 'lines' | 'used'>

export interface Steady {
  /** Of the last sample. Epoch milliseconds. */
  at: number
  /** Since when the three lines of the charge point carry the same current. Epoch milliseconds. */
  evenSince?: number
  /** The least current of this window and of the one before it. Absent in the first window. */
  least?: Taken
  /** The least current of this window. */
  next: Taken
  /** Start of this window. Epoch milliseconds. */
  since: number
}

/** A current counts as taken for this long after its sample. Milliseconds. */
const FRESH_MS = 75_000
const WINDOW_MS = 30_000
/** For this long a car has to load its lines alike. Milliseconds. */
const PROOF_MS = 60_000
/** Above it a car certainly charges. A. */
const CLEAR = 5

/** After one more sample. @param takenAt epoch milliseconds */
export function steadied(before: Steady | undefined, taken: Taken, takenAt: number): Steady {
  // Samples may come late, and in another order.
  const now = Math.max(takenAt, before?.at ?? 0)
  const evenSince = evenAfter(before?.evenSince, taken.lines, now)
  const known = { at: now, ...(evenSince !== undefined && { evenSince }) }
  if (before === undefined || now - before.at > FRESH_MS) return { ...known, next: taken, since: now }
  const next = lower(before.next, taken)
  if (now - before.since >= WINDOW_MS) return { ...known, least: next, next: taken, since: now }
  const { least, since } = before
  return { ...known, next, since, ...(least !== undefined && { least: lower(least, taken) }) }
}

/** The current that the car has certainly taken up to now; `undefined`: it is not known. */
export function takenBy({ at, least }: Steady, now: number): Taken | undefined {
  return now - at <= FRESH_MS ? least : undefined
}

/** Whether the car is known to load its three lines alike. */
export function isBalanced({ at, evenSince = Number.POSITIVE_INFINITY }: Steady): boolean {
  return at - evenSince >= PROOF_MS
}

/** The same current, as far as a car and a meter can tell. */
export function isEven(lines: Lines): boolean {
  const most = Math.max(...lines)
  return most - Math.min(...lines) <= Math.max(1, most / 10)
}

/** A pause, or a little current, proves nothing. */
function evenAfter(before: number | undefined, lines: Lines | undefined, now: number): number | undefined {
  if (lines === undefined || !isEven(lines)) return undefined
  return Math.max(...lines) > CLEAR ? (before ?? now) : before
}

function lower(one: Taken, other: Taken): Taken {
  const [a, b] = [one.lines, other.lines]
  const lines: Lines | undefined = a && b && [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.min(a[2], b[2])]
  const used = usedBy(one, other)
  return {
    amperes: Math.min(one.amperes, other.amperes),
    ...(lines !== undefined && { lines }),
    ...(used !== undefined && { used })
  }
}

function usedBy(one: Taken, other: Taken): Taken['used'] {
  if (one.used === undefined && other.used === undefined) return undefined
  const [a, b] = [one.used ?? [one.amperes, one.amperes], other.used ?? [other.amperes, other.amperes]]
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1])]
}
