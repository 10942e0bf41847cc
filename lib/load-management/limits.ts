import { LocalTime as WallClock } from '../money/local-time.js'
import { type CircuitLimit, PHASES, type Phase, type Plant, WEEKDAYS, type Window } from './plant.js'

// The limit of a circuit at an instant: the lowest of what is configured, of the window, and of what an energy manager sets.

/** Of each phase in A, and of all together in W. */
export type Bounds = Record<Phase, number> & { W: number }
const BOUNDS: readonly (keyof Bounds)[] = [...PHASES, 'W']
export type Origin = 'static' | 'window' | 'dynamic' | 'fallback'

/** A limit that somebody has set for some time. */
export interface DynamicLimit {
  limit: CircuitLimit
  source: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/** A measurement of a meter. */
export interface Measurement {
  /** A. Absent: only the power was told. */
  currents?: Record<Phase, number>
  /** W of all phases together. Absent: it follows from the currents. */
  watts?: number
  /** Whether the load of our EVSEs is in it. */
  includesChargers: boolean
  /** Epoch milliseconds. */
  at: number
}

/** The limits and measurements that others report of a circuit. */
export interface Told {
  /** Also after it has expired. */
  dynamic?: DynamicLimit | undefined
  measurement?: Measurement | undefined
  /** What our EVSEs certainly took at the time of the measurement. Absent: not known. */
  own?: Bounds | undefined
  /** Other load that counts also when less is measured, because it has put the circuit above its limit. */
  kept?: Bounds | undefined
}

type PlantCircuit = Plant['circuits'][number]

export function boundsOf({ A = Infinity, L1 = A, L2 = A, L3 = A, W = Infinity }: CircuitLimit): Bounds {
  return { L1: Math.min(A, L1), L2: Math.min(A, L2), L3: Math.min(A, L3), W }
}

export function lowest(bounds: readonly Bounds[]): Bounds {
  const of = (key: keyof Bounds) => Math.min(...bounds.map((each) => each[key]))
  return { L1: of('L1'), L2: of('L2'), L3: of('L3'), W: of('W') }
}

/** The limit that holds now, and where it comes from on each phase: the last one that lowers it there. */
export function limitNow(circuit: PlantCircuit, told: Told, at: { now: number; timeZone: string }) {
  const parts: [Origin, CircuitLimit][] = [['static', circuit.limit]]
  const { windows = [] } = circuit
  if (windows.length > 0) {
    const local = localTime(at.now, at.timeZone)
    for (const window of windows) if (isOpen(openingOf(window), local)) parts.push(['window', window.limit])
  }
  const { dynamic, measurement } = told
  if (dynamic !== undefined && dynamic.expiresAt > at.now) parts.push(['dynamic', dynamic.limit])
  const isExpired = dynamic !== undefined && dynamic.expiresAt <= at.now
  const isStale = measurement !== undefined && !isFresh(circuit, measurement, at.now)
  if (isExpired || isStale) parts.push(['fallback', circuit.fallbackLimit ?? circuit.limit])
  let bounds = boundsOf(circuit.limit)
  const origins: Record<keyof Bounds, Origin> = { L1: 'static', L2: 'static', L3: 'static', W: 'static' }
  for (const [name, limit] of parts) {
    const next = lowest([bounds, boundsOf(limit)])
    for (const key of BOUNDS) if (next[key] < bounds[key]) origins[key] = name
    bounds = next
  }
  return { bounds, origins }
}

export function isFresh({ maxMeasurementAge }: PlantCircuit, { at }: Measurement, now: number): boolean {
  return now - at <= maxMeasurementAge * 1000
}

function isBelow(one: Bounds, other: Bounds): boolean {
  return BOUNDS.some((key) => one[key] < other[key])
}

/** The lowest limit that the configuration alone can come to. */
export function lowestLimit(circuit: Pick<PlantCircuit, 'limit' | 'windows' | 'fallbackLimit'>): Bounds {
  const { limit, windows = [], fallbackLimit = limit } = circuit
  return lowest([limit, fallbackLimit, ...windows.map((window) => window.limit)].map(boundsOf))
}

const MINUTE_MS = 60_000
const QUARTER_MIN = 15
const QUARTER_MS = QUARTER_MIN * MINUTE_MS
const DAY_MIN = 1440
/** Leases never last longer. */
const HORIZON_MS = 86_400_000

/** The first minute, within a day, at which less is allowed than now; `undefined` if there is none. Epoch milliseconds. */
export function nextDrop(circuit: PlantCircuit, told: Told, at: { now: number; timeZone: string }): number | undefined {
  const { expiresAt = 0 } = told.dynamic ?? {}
  const { bounds } = limitNow(circuit, told, at)
  const isLess = (limit: CircuitLimit) => isBelow(lowest([bounds, boundsOf(limit)]), bounds)
  const drop = nextOpening(
    (circuit.windows ?? []).filter(({ limit }) => isLess(limit)),
    at
  )
  if (expiresAt <= at.now || (drop !== undefined && drop <= expiresAt)) return drop
  return isBelow(limitNow(circuit, told, { ...at, now: expiresAt }).bounds, bounds) ? expiresAt : drop
}

/** The first minute, within a day, at which one of the windows is open. None of them is open now. */
function nextOpening(
  windows: readonly Window[],
  { now, timeZone }: { now: number; timeZone: string }
): number | undefined {
  if (windows.length === 0) return undefined
  const openings = windows.map(openingOf)
  const clocks = [...new Set(openings.map(({ start }) => start))]
  // Clocks are put forward and back at a quarter of an hour of UTC, in every zone.
  for (let quarter = Math.floor(now / QUARTER_MS) * QUARTER_MS; quarter <= now + HORIZON_MS; quarter += QUARTER_MS) {
    const { day, minutes } = localTime(quarter, timeZone)
    // Also at its start: a window may begin in an hour that is left out, or that comes twice.
    const ahead = [0, ...clocks.map((clock) => (clock - minutes + DAY_MIN) % DAY_MIN)]
    const found = ahead
      .filter((some) => some < QUARTER_MIN && quarter + some * MINUTE_MS > now)
      .sort((one, other) => one - other)
      .find((some) => openings.some((opening) => isOpen(opening, { day, minutes: minutes + some })))
    if (found !== undefined) return quarter + found * MINUTE_MS
  }
  return undefined
}

interface LocalTime {
  /** 0 is Monday. */
  day: number
  /** After midnight. */
  minutes: number
}

function localTime(now: number, timeZone: string): LocalTime {
  const { time, day } = new WallClock(timeZone, now, now).at(now)
  return { day: (WEEKDAYS as readonly string[]).indexOf(day.slice(0, 3)), minutes: Math.floor(time / MINUTE_MS) }
}

function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
}

/** A window as it is compared with a clock. */
interface Opening {
  /** Minutes after midnight. */
  start: number
  end: number
  /** Whether it begins on each day; 0 is Monday. */
  days: readonly boolean[]
}

function openingOf({ days = [...WEEKDAYS], from, to }: Window): Opening {
  return {
    start: minutesOf(from),
    end: minutesOf(to),
    days: WEEKDAYS.map((day) => (days as readonly string[]).includes(day))
  }
}

/** `from` equal to `to` is the whole day. */
function isOpen({ start, end, days }: Opening, { day, minutes }: LocalTime): boolean {
  const isOn = days[day] === true
  if (start < end) return isOn && minutes >= start && minutes < end
  return (isOn && minutes >= start) || (days[(day + 6) % 7] === true && minutes < end)
}
