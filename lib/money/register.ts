import { compare, type Fraction, firstIndex, times, toScaled, whole, ZERO } from './exact.js'
import type { CostInput, UnknownReason } from './input.js'
import type { States } from './states.js'

type Reading = CostInput['meter'][number]

/** Energy is exact to a thousandth of a Wh. */
const ENERGY_DIGITS = 3

/** The energy register of a transaction, between its readings spread evenly over the time of charging. */
export class Register {
  readonly #readings: Readings
  readonly #states: States
  readonly #begin: bigint

  constructor(readings: Readings, states: States) {
    this.#readings = readings
    this.#states = states
    this.#begin = toScaled(readings.begin.wh, ENERGY_DIGITS)
  }

  /** How often it was read. */
  get size(): number {
    return this.#length
  }

  /** When it was read. */
  get times(): number[] {
    return Array.from({ length: this.#length }, (_, index) => this.#reading(index)?.at ?? 0)
  }

  /** Thousandths of a Wh since the start. */
  at(time: Fraction): Fraction {
    const index = this.#indexAt(Number(time.n / time.d))
    const [a, b] = [this.#reading(index), this.#reading(index + 1)]
    if (a === undefined) return ZERO
    const before = this.#since(index)
    if (b === undefined || compare(whole(a.at), time) === 0) return whole(before)
    const gained = this.#since(index + 1) - before
    if (gained === 0n) return whole(before)
    const { part, all } = this.#states.flow(a.at, b.at, time)
    const d = all * part.d
    return { n: before * d + gained * part.n, d }
  }

  /** When so many thousandths of a Wh were first reached; `undefined` if they never were. */
  when(energy: bigint): Fraction | undefined {
    const index = firstIndex(this.#length, (one) => this.#since(one) >= energy)
    const [a, b] = [this.#reading(index - 1), this.#reading(index)]
    if (a === undefined || b === undefined) return undefined
    const before = this.#since(index - 1)
    const { all } = this.#states.flow(a.at, b.at, whole(b.at))
    const part = { n: (energy - before) * all, d: this.#since(index) - before }
    return this.#states.whenFlowed(a.at, b.at, part)
  }

  /** The mean power in W between the two readings around a time. */
  powerAt(time: bigint): Fraction | undefined {
    const index = this.#indexAt(Number(time))
    const [a, b] = [this.#reading(index), this.#reading(index + 1)]
    if (a === undefined || b === undefined) return undefined
    return times(whole(this.#since(index + 1) - this.#since(index)), { n: 3600n, d: BigInt(b.at) - BigInt(a.at) })
  }

  get #length(): number {
    const { first, last, stop } = this.#readings
    return 1 + last - first + (stop === undefined ? 0 : 1)
  }

  #reading(index: number): Reading | undefined {
    const { begin, all, first, last, stop } = this.#readings
    if (index < 1) return index === 0 ? begin : undefined
    const place = first + index - 1
    if (place < last) return all[place]
    return place === last ? stop : undefined
  }

  /** The last reading that is not after a time. */
  #indexAt(time: number): number {
    return firstIndex(this.#length, (index) => (this.#reading(index)?.at ?? 0) > time) - 1
  }

  #since(index: number): bigint {
    return toScaled(this.#reading(index)?.wh ?? 0, ENERGY_DIGITS) - this.#begin
  }
}

/** `begin`, those of `all` from `first` to before `last`, and `stop`: without a copy of a day of readings. */
export interface Readings {
  readonly begin: Reading
  readonly all: readonly Reading[]
  readonly first: number
  readonly last: number
  readonly stop: Reading | undefined
}

/**
 * The readings of a transaction in the order of time, one for each time, from its start to its end.
 *
 * @param isFinal whether there has to be a reading at the end
 */
export function readingsOf(
  meter: readonly Reading[],
  { start, end, isFinal }: { start: number; end: number; isFinal: boolean }
): Readings | UnknownReason {
  if (end <= start) return readingsAt(meter, { start, isFinal })
  const isUsual = isRising(meter)
  const sorted = isUsual || isOrdered(meter) ? meter : ordered(meter)
  // Readings outside of the transaction count as at its start and at its end.
  const first = firstIndex(sorted.length, (index) => (sorted[index]?.at ?? 0) > start)
  const begin = sorted[first - 1]
  if (begin === undefined) return 'no-start-register'
  const last = firstIndex(sorted.length, (index) => (sorted[index]?.at ?? 0) >= end)
  const stop = sorted[last]
  if (stop === undefined && isFinal) return 'no-stop-register'
  if (!isUsual && goesBack(sorted, first - 1, last)) return 'meter-went-backwards'
  // Of a running transaction, the reading after the wanted time tells how it goes on.
  const next = stop === undefined || !isFinal ? stop : { at: end, wh: stop.wh }
  if (!isFinal && next === undefined && first === last) return 'no-stop-register'
  return { begin: { at: start, wh: begin.wh }, all: sorted, first, last, stop: next }
}

/** The readings of a transaction that takes no time: what was used jumps. */
function readingsAt(
  meter: readonly Reading[],
  { start, isFinal }: { start: number; isFinal: boolean }
): Readings | UnknownReason {
  const sorted = [...meter].sort((a, b) => a.at - b.at || a.wh - b.wh)
  const before = sorted.filter(({ at }) => at <= start)
  const begin = before.find(({ at }) => at === before.at(-1)?.at)
  if (begin === undefined) return 'no-start-register'
  const after = sorted.filter(({ at }) => at >= start)
  const stop = after.filter(({ at }) => at === after[0]?.at).at(-1)
  if (stop === undefined) return isFinal ? 'no-stop-register' : { ...ONE, begin: { at: start, wh: begin.wh } }
  if (stop.wh < begin.wh) return 'meter-went-backwards'
  return { ...ONE, begin: { at: start, wh: begin.wh }, stop: { at: start, wh: stop.wh } }
}

const ONE = { all: [], first: 0, last: 0, stop: undefined }

/** Whether readings are in the order of time, one for each time, and never go back: with one look at a day of them. */
function isRising(meter: readonly Reading[]): boolean {
  let last = Number.NEGATIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (let index = 0; index < meter.length; index++) {
    const { at, wh } = meter[index] as Reading
    if (at <= last || wh < highest) return false
    last = at
    highest = wh
  }
  return true
}

/** Whether readings are in the order of time, one for each time. Indices, because a day has thousands of readings. */
function isOrdered(meter: readonly Reading[]): boolean {
  let last = Number.NEGATIVE_INFINITY
  for (let index = 0; index < meter.length; index++) {
    const { at } = meter[index] as Reading
    if (at <= last) return false
    last = at
  }
  return true
}

/** Of readings at the same time the highest counts. */
function ordered(meter: readonly Reading[]): Reading[] {
  const sorted = [...meter].sort((a, b) => a.at - b.at || a.wh - b.wh)
  return sorted.filter(({ at }, index) => sorted[index + 1]?.at !== at)
}

function goesBack(meter: readonly Reading[], first: number, last: number): boolean {
  let highest = Number.NEGATIVE_INFINITY
  const end = last < meter.length ? last : meter.length - 1
  for (let index = first; index <= end; index++) {
    const { wh } = meter[index] as Reading
    if (wh < highest) return true
    highest = wh
  }
  return false
}
