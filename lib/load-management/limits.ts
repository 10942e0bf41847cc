import { type CircuitLimit, PHASES, type Phase, type Plant, WEEKDAYS, type Window } from './plant.js'

// The limit of a circuit at an instant: the lowest of what is configured, of the window, and of what an energy manager sets.

/** Of each phase in A, and of all together in W. */
export type Bounds = Record<Phase, number> & { W: number }
export type Origin = 'static' | 'window' | 'dynamic' | 'fallback'

/** A limit that somebody has set for some time. */
export interface DynamicLimit {
  limit: CircuitLimit
  source: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/** What a meter has measured. */
export interface Measurement {
  /** A. */
  currents: Record<Phase, number>
  /** Whether the load of our EVSEs is in it. */
  includesChargers: boolean
  /** Epoch milliseconds. */
  at: number
}

/** What is told of a circuit from outside. */
export interface Told {
  /** Also after it has expired. */
  dynamic?: DynamicLimit | undefined
  measurement?: Measurement | undefined
  /** What our EVSEs took when it was measured. A. Absent: not known. */
  own?: Record<Phase, number> | undefined
}

type PlantCircuit = Plant['circuits'][number]

export function boundsOf({ A = Infinity, L1 = A, L2 = A, L3 = A, W = Infinity }: CircuitLimit): Bounds {
  return { L1: Math.min(A, L1), L2: Math.min(A, L2), L3: Math.min(A, L3), W }
}

export function lowest(bounds: readonly Bounds[]): Bounds {
  const of = (key: keyof Bounds) => Math.min(...bounds.map((each) => each[key]))
  return { L1: of('L1'), L2: of('L2'), L3: of('L3'), W: of('W') }
}

/** The limit that holds now, and where it comes from: the last one that lowers it. */
export function limitNow(circuit: PlantCircuit, told: Told, at: { now: number; timeZone: string }) {
  const parts: [Origin, CircuitLimit][] = [['static', circuit.limit]]
  for (const window of circuit.windows ?? []) {
    if (isOpen(window, localTime(at.now, at.timeZone))) parts.push(['window', window.limit])
  }
  const { dynamic, measurement } = told
  if (dynamic !== undefined && dynamic.expiresAt > at.now) parts.push(['dynamic', dynamic.limit])
  const isExpired = dynamic !== undefined && dynamic.expiresAt <= at.now
  const isStale = measurement !== undefined && !isFresh(circuit, measurement, at.now)
  if (isExpired || isStale) parts.push(['fallback', circuit.fallbackLimit ?? circuit.limit])
  let bounds = boundsOf(circuit.limit)
  let origin: Origin = 'static'
  for (const [name, limit] of parts) {
    const next = lowest([bounds, boundsOf(limit)])
    if (isBelow(next, bounds)) origin = name
    bounds = next
  }
  return { bounds, origin }
}

export function isFresh({ maxMeasurementAge }: PlantCircuit, { at }: Measurement, now: number): boolean {
  return now - at <= maxMeasurementAge * 1000
}

function isBelow(one: Bounds, other: Bounds): boolean {
  return [...PHASES, 'W' as const].some((key) => one[key] < other[key])
}

/** The lowest limit that the configuration alone can come to. */
export function lowestLimit(circuit: Pick<PlantCircuit, 'limit' | 'windows' | 'fallbackLimit'>): Bounds {
  const { limit, windows = [], fallbackLimit = limit } = circuit
  return lowest([limit, fallbackLimit, ...windows.map((window) => window.limit)].map(boundsOf))
}

const MINUTE_MS = 60_000
/** Leases never last longer. */
const HORIZON_MS = 86_400_000

/** The first minute, within a day, at which less is allowed than now; `undefined` if there is none. Epoch milliseconds. */
export function nextDrop(circuit: PlantCircuit, told: Told, at: { now: number; timeZone: string }): number | undefined {
  const { dynamic } = told
  const { bounds } = limitNow(circuit, told, at)
  const edges = new Set<number>()
  if (dynamic !== undefined && dynamic.expiresAt > at.now) edges.add(dynamic.expiresAt)
  if ((circuit.windows ?? []).length > 0) {
    const starts = new Set((circuit.windows ?? []).flatMap(({ from, to }) => [from, to]))
    const first = Math.ceil((at.now + 1) / MINUTE_MS) * MINUTE_MS
    const end = at.now + HORIZON_MS
    for (let time = first; time <= end; time += 15 * MINUTE_MS) {
      for (const edge of edgesWithin(time, starts, at.timeZone)) edges.add(edge)
    }
  }
  return [...edges]
    .sort((one, other) => one - other)
    .find((edge) => isBelow(limitNow(circuit, told, { ...at, now: edge }).bounds, bounds))
}

/** The minutes from `time` on, within a quarter of an hour, at which a window begins or ends. */
function edgesWithin(time: number, clocks: ReadonlySet<string>, timeZone: string): number[] {
  const { minutes } = localTime(time, timeZone)
  return [...clocks].flatMap((clock) => {
    const ahead = (minutesOf(clock) - minutes + 1440) % 1440
    return ahead < 15 ? [time + ahead * MINUTE_MS] : []
  })
}

interface LocalTime {
  /** 0 is Monday. */
  day: number
  /** After midnight. */
  minutes: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

function localTime(now: number, timeZone: string): LocalTime {
  const known = formats.get(timeZone)
  const format =
    known ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23'
    })
  formats.set(timeZone, format)
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]))
  const day = (WEEKDAYS as readonly string[]).indexOf(parts.weekday ?? '')
  return { day, minutes: Number(parts.hour) * 60 + Number(parts.minute) }
}

function minutesOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
}

/** `from` equal to `to` is the whole day. */
function isOpen({ days = [...WEEKDAYS], from, to }: Window, { day, minutes }: LocalTime): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)]
  const on = (index: number) => (days as readonly string[]).includes(WEEKDAYS[(index + 7) % 7] ?? '')
  if (start < end) return on(day) && minutes >= start && minutes < end
  return (on(day) && minutes >= start) || (on(day - 1) && minutes < end)
}
