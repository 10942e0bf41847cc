import type { LiveEvent } from '../api/stream.js'

/** A time by the clock of a charge point, and by that of the server when it was told. */
export interface Told {
  told: string
  at: string | number
}

/** Number of the latest times that count: a clock may have been set. */
const LATEST = 5
/** A clock is right if it differs by less. Milliseconds. */
const RIGHT_MS = 300_000

/**
 * Milliseconds by which the clock of a charge point is ahead of that of the server, negative: behind. `undefined`: it is right, or
 * nobody knows. One message that came late says nothing, so the smallest difference counts.
 */
export function clockOffset(samples: readonly Told[]): number | undefined {
  const differences = samples
    .map(({ told, at }) => ({ told: Date.parse(told), at: typeof at === 'number' ? at : Date.parse(at) }))
    .filter(({ told, at }) => !Number.isNaN(told) && !Number.isNaN(at))
    .sort((one, other) => other.at - one.at)
    .slice(0, LATEST)
    .map(({ told, at }) => told - at)
  if (differences.length === 0) return undefined
  const smallest = differences.reduce((found, each) => (Math.abs(each) < Math.abs(found) ? each : found))
  return Math.abs(smallest) < RIGHT_MS ? undefined : smallest
}

/** The times in an event that a charge point has told just now. */
export function timesIn({ type, at, data }: LiveEvent): Told[] {
  const { timestamp, offline, readings } = data as {
    timestamp?: string
    offline?: boolean
    readings?: readonly { timestamp: string }[]
  }
  if (offline === true) return []
  if ((type === 'status' || type === 'transaction') && timestamp !== undefined) return [{ told: timestamp, at }]
  if (type !== 'meter-values') return []
  const latest = readings
    ?.map((reading) => reading.timestamp)
    .sort()
    .at(-1)
  return latest === undefined ? [] : [{ told: latest, at }]
}

/** A time of a charge point by the clock of the server, so that it can be compared with now. */
export function byServerClock(told: string | undefined, offset: number | undefined): number | undefined {
  return told === undefined ? undefined : Date.parse(told) - (offset ?? 0)
}
