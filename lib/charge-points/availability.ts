import type { ConnectorState } from './connector-state.js'

// How long EVSEs were up. Pure: from connections and the states of connectors.

/** Epoch milliseconds; `to` is not included. */
export interface Span {
  from: number
  to: number
}

export interface StateSpan extends Span {
  evseId: number
  /** 0: the whole EVSE. */
  connectorId: number
  state: ConnectorState
}

export interface Known {
  /** The connections of the charge point. */
  connections: readonly Span[]
  /** The states of its connectors. `evseId` 0: the whole charge point. */
  states: readonly StateSpan[]
  /** The EVSEs of the charge point, by their ids. */
  evseIds: readonly number[]
  /** Time from which the charge point is known. `undefined`: nothing is known. */
  since: number | undefined
}

/** Milliseconds. `connected` is the sum of `up`, `faulted`, `outOfService` and `unknown`. */
export interface Availability {
  /** The part of the range for which data exists. */
  time: number
  connected: number
  up: number
  faulted: number
  outOfService: number
  /** Connected, but without a reported state. */
  unknown: number
  /** The part of `up` in which a cable was plugged in. */
  occupied: number
}

type Kind = 'occupied' | 'free' | 'faulted' | 'outOfService' | 'unknown'

const KINDS: Readonly<Record<ConnectorState, Kind>> = {
  Available: 'free',
  Preparing: 'occupied',
  Charging: 'occupied',
  SuspendedEV: 'occupied',
  SuspendedEVSE: 'occupied',
  Finishing: 'occupied',
  Reserved: 'free',
  Unavailable: 'outOfService',
  Faulted: 'faulted'
}

/** The kind of an EVSE is the first of these that one of its connectors has: one working connector is enough. */
const ORDER: readonly Kind[] = ['occupied', 'free', 'faulted', 'outOfService']

/** The kind of an EVSE. A state of the whole EVSE, or of the charge point, takes precedence if it is out of order. */
function kindOf(states: readonly StateSpan[]): Kind {
  const whole = states.filter(({ evseId, connectorId }) => evseId === 0 || connectorId === 0).map(kind)
  const down = whole.find((one) => one === 'faulted' || one === 'outOfService')
  if (down !== undefined) return down
  const own = states.filter(({ evseId }) => evseId !== 0).map(kind)
  return ORDER.find((one) => own.includes(one)) ?? 'unknown'
}

function kind({ state }: StateSpan): Kind {
  return KINDS[state]
}

/** How long an EVSE was up in a range. `undefined`: nothing is known of the range. */
export function availabilityOf(known: Known, evseId: number, range: Span): Availability | undefined {
  const from = Math.max(range.from, known.since ?? Number.POSITIVE_INFINITY)
  if (from >= range.to) return undefined
  const cut = { from, to: range.to }
  const sum: Availability = {
    time: range.to - from,
    connected: 0,
    up: 0,
    faulted: 0,
    outOfService: 0,
    unknown: 0,
    occupied: 0
  }
  const states = known.states
    .filter((state) => (state.evseId === evseId || state.evseId === 0) && overlaps(state, cut))
    .sort((one, other) => one.from - other.from)
  const present = new Set<StateSpan>()
  let next = 0
  for (const span of merged(known.connections, cut)) {
    for (let begin = span.from; begin < span.to; ) {
      for (; (states[next]?.from ?? begin + 1) <= begin; next++) present.add(states[next] as StateSpan)
      let end = Math.min(span.to, states[next]?.from ?? span.to)
      for (const state of present) {
        if (state.to <= begin) present.delete(state)
        else end = Math.min(end, state.to)
      }
      add(sum, kindOf([...present]), end - begin)
      begin = end
    }
  }
  return sum
}

function add(sum: Availability, found: Kind, length: number): void {
  sum.connected += length
  if (found === 'occupied') sum.occupied += length
  if (found === 'occupied' || found === 'free') sum.up += length
  else sum[found] += length
}

function overlaps(one: Span, other: Span): boolean {
  return one.from < other.to && one.to > other.from
}

/** The parts of spans within a range, joined where they overlap: a charge point may be connected twice for a moment. */
function merged(spans: readonly Span[], range: Span): Span[] {
  const cut = spans
    .filter((span) => overlaps(span, range))
    .map(({ from, to }) => ({ from: Math.max(from, range.from), to: Math.min(to, range.to) }))
    .sort((one, other) => one.from - other.from)
  const joined: Span[] = []
  for (const span of cut) {
    const last = joined.at(-1)
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else joined.push({ ...span })
  }
  return joined
}

/** The sum of several EVSEs. */
export function addUp(all: readonly Availability[]): Availability | undefined {
  const [first, ...others] = all
  if (first === undefined) return undefined
  const sum = { ...first }
  for (const other of others) for (const name of Object.keys(sum) as (keyof Availability)[]) sum[name] += other[name]
  return sum
}

export const INTERVALS = ['hour', 'day', 'week', 'month'] as const
export type AvailabilityInterval = (typeof INTERVALS)[number]

/** The hours, days, weeks from Monday, or months of a range, in UTC. */
export function spansOf({ from, to }: Span, interval: AvailabilityInterval | undefined): Span[] {
  if (interval === undefined) return [{ from, to }]
  const spans: Span[] = []
  for (let begin = from; begin < to; ) {
    const end = Math.min(nextStart(begin, interval), to)
    spans.push({ from: begin, to: end })
    begin = end
  }
  return spans
}

function nextStart(at: number, interval: AvailabilityInterval): number {
  const date = new Date(at)
  if (interval === 'hour') return date.setUTCMinutes(60, 0, 0)
  date.setUTCHours(0, 0, 0, 0)
  if (interval === 'day') return date.setUTCDate(date.getUTCDate() + 1)
  if (interval === 'week') return date.setUTCDate(date.getUTCDate() + 7 - ((date.getUTCDay() + 6) % 7))
  return date.setUTCMonth(date.getUTCMonth() + 1, 1)
}
