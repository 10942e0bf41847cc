import { fromScaled, toScaled } from '../money/exact.js'
import type { CostUnknown, Quantity } from './cost.js'
import { type MeterSample, REGISTER, toWattHours } from './samples.js'
import type { EventType } from './sequence.js'

/** A reading that may be the first or the last of a transaction. */
export interface Edge {
  /** Epoch milliseconds, by the clock of the charge point. */
  at: number
  wh: number
  /** 2: marked by its context. 1: sent with Started or Ended. 0: any other reading. */
  rank: 0 | 1 | 2
}

/** The best reading for the beginning and for the end of one register. */
export interface Edges {
  begin?: Edge
  end?: Edge
}

/**
 * The readings of the energy registers in a transaction, by phase and location. Merging is commutative, associative and
 * idempotent, so that readings may arrive in any order, and more than once.
 */
export type Registers = Readonly<Record<string, Edges>>

/**
 * Locations of a register that can be billed, the best first. Values from the car, or of a meter that others share,
 * cannot.
 */
const PLACES = ['Outlet', 'Cable', 'Body', 'Inlet'] as const
type Place = (typeof PLACES)[number]

/** Sets of phases whose registers add up to the total. [1.6, 2.x "Phase"] */
const PHASES = [
  ['L1', 'L2', 'L3'],
  ['L1-N', 'L2-N', 'L3-N'],
  ['L1-L2', 'L2-L3', 'L3-L1']
] as const

/** The registers to use, the best first: the total, then sums of phases. */
const WHOLE = PLACES.flatMap((place) => [[keyOf('', place)], ...PHASES.map((phases) => keysOf(phases, place))])
const PARTS = PLACES.flatMap((place) => [...PHASES.map((phases) => keysOf(phases, place)), [keyOf('N', place)]])

/** The register that counts more than any other: of all phases, at the outlet. */
export const TOTAL = keyOf('', 'Outlet')

function keyOf(phase: string, place: Place): string {
  return `${phase}@${place}`
}

function keysOf(phases: readonly string[], place: Place): string[] {
  return phases.map((phase) => keyOf(phase, place))
}

/** The part of a sample that registers need. */
export type RegisterSample = Pick<
  MeterSample,
  'timestamp' | 'measurand' | 'phase' | 'context' | 'location' | 'unit' | 'format' | 'value'
>

/** @param eventType of the TransactionEvent that the samples came with */
export function registersIn(samples: readonly RegisterSample[], eventType?: EventType): Registers {
  const registers: Record<string, Edges> = {}
  for (const sample of samples) {
    const read = readingOf(sample)
    if (read === undefined) continue
    registers[read.key] = mergeEdges(registers[read.key], edgesOf(sample, read.wh, eventType))
  }
  return registers
}

function readingOf({ measurand, phase, location, unit, format, value }: RegisterSample) {
  const place = PLACES.find((one) => one === (location === '' ? 'Outlet' : location))
  const wh = measurand === REGISTER && format === 'Raw' ? toWattHours(value, unit) : null
  return place === undefined || wh === null || !isRegisterValue(wh) ? undefined : { key: keyOf(phase, place), wh }
}

/** A counter is never negative. Above 2^53 - 1 a number loses digits, and differences would be wrong. */
export function isRegisterValue(wh: number): boolean {
  return wh >= 0 && wh <= Number.MAX_SAFE_INTEGER
}

/** A reading marked as the beginning is never used as the end, and vice versa. [1.6, 2.x "ReadingContext"] */
function edgesOf({ context, timestamp: at }: RegisterSample, wh: number, eventType: EventType | undefined): Edges {
  if (context === 'Transaction.Begin') return { begin: { at, wh, rank: 2 } }
  if (context === 'Transaction.End') return { end: { at, wh, rank: 2 } }
  return {
    begin: { at, wh, rank: eventType === 'Started' ? 1 : 0 },
    end: { at, wh, rank: eventType === 'Ended' ? 1 : 0 }
  }
}

export function mergeRegisters(a: Registers, b: Registers): Registers {
  const merged: Record<string, Edges> = { ...a }
  for (const [key, edges] of Object.entries(b)) merged[key] = mergeEdges(merged[key], edges)
  return merged
}

function mergeEdges(a: Edges = {}, b: Edges = {}): Edges {
  const begin = better(a.begin, b.begin, -1)
  const end = better(a.end, b.end, 1)
  return { ...(begin && { begin }), ...(end && { end }) }
}

/**
 * The reading of higher rank; then the earlier (-1) or later (1) one; at equal times the lower (-1) or higher (1)
 * value.
 */
function better(a: Edge | undefined, b: Edge | undefined, direction: -1 | 1): Edge | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const difference = b.rank - a.rank || (b.at - a.at) * direction || (b.wh - a.wh) * direction
  return difference > 0 ? b : a
}

/** The meter readings at both ends of a transaction, in Wh; `null` if unknown. */
export interface Meter {
  start: number | null
  stop: number | null
  energy: Quantity
}

/** Uses the best register that was read at both ends, because readings of different registers cannot be compared. */
export function meterOf(registers: Registers): Meter {
  const candidates = candidatesOf(registers)
  const best = candidates.find(({ begin, end }) => begin !== undefined && end !== undefined)
  if (best !== undefined) return meterBetween(best.begin?.wh ?? null, best.end?.wh ?? null)
  const begin = candidates.find((one) => one.begin !== undefined)?.begin
  const end = candidates.find((one) => one.end !== undefined)?.end
  if (begin !== undefined && end !== undefined) return { start: begin.wh, stop: null, energy: 'different-registers' }
  return meterBetween(begin?.wh ?? null, end?.wh ?? null)
}

/**
 * OCPP 1.6: the start reading comes from StartTransaction. It is a total, so it may be compared with registers of all
 * phases; a register of single phases is compared only with itself.
 */
export function meterSince(meterStart: number | null, registers: Registers): Meter {
  if (meterStart === null) return meterOf(registers)
  const whole = WHOLE.flatMap((keys) => sumOf(registers, keys, 'end') ?? [])[0]
  if (whole !== undefined) return meterBetween(meterStart, whole.wh)
  const { energy } = meterOf(registers)
  return { start: meterStart, stop: null, energy: typeof energy === 'number' ? energy : 'no-stop-register' }
}

/** The first reading of a register of all phases. */
export function wholeAtBegin(registers: Registers): number | undefined {
  return WHOLE.flatMap((keys) => sumOf(registers, keys, 'begin') ?? [])[0]?.wh
}

export function meterBetween(start: number | null, stop: number | null): Meter {
  return { start, stop, energy: energyOf(start, stop) }
}

function energyOf(start: number | null, stop: number | null): Quantity {
  if (start === null) return 'no-start-register'
  if (stop === null) return 'no-stop-register'
  return energyBetween(start, stop) ?? ('meter-went-backwards' satisfies CostUnknown)
}

function candidatesOf(registers: Registers): Edges[] {
  const there = PARTS.map((keys) => keys.filter((key) => registers[key] !== undefined))
  return [...WHOLE, ...there].map((keys) => {
    const begin = sumOf(registers, keys, 'begin')
    const end = sumOf(registers, keys, 'end')
    return distinct({ ...(begin && { begin }), ...(end && { end }) })
  })
}

/**
 * A single reading without a context would be both the first and the last one, and give an energy of 0. It counts as
 * one end only.
 */
function distinct(edges: Edges): Edges {
  const { begin, end } = edges
  if (begin === undefined || end === undefined || begin.at !== end.at) return edges
  if (begin.rank === 2 || end.rank === 2) return edges
  return end.rank > begin.rank ? { end } : { begin }
}

/** The sum of the registers, if all of them were read at the same time. */
function sumOf(registers: Registers, keys: readonly string[], edge: 'begin' | 'end'): Edge | undefined {
  const edges = keys.flatMap((key) => registers[key]?.[edge] ?? [])
  const [first] = edges
  if (first === undefined || edges.length < keys.length) return undefined
  if (edges.some(({ at, rank }) => at !== first.at || rank !== first.rank)) return undefined
  return { ...first, wh: sum(edges.map(({ wh }) => wh)) }
}

/** Rounds to a thousandth of a Wh, so that 0.1 + 0.2 is 0.3. */
function sum(values: readonly number[]): number {
  return fromScaled(
    values.reduce((total, value) => total + toScaled(value, 3), 0n),
    3
  )
}

/** Energy between two readings in Wh; `null` if it is unknown, for example because the meter was replaced. */
export function energyBetween(meterStart: number | null, meterStop: number | null): number | null {
  if (meterStart === null || meterStop === null) return null
  // In whole thousandths as BigInt, because a double cannot hold the decimals of a large counter.
  const energy = toScaled(meterStop, 3) - toScaled(meterStart, 3)
  return energy >= 0n ? fromScaled(energy, 3) : null
}
