import { type Circumstances, type Picked, pick, usesClock } from './conditions.js'
import { type Course, type Cut, conditionsOf, cutsOf, isIdle, usesCurrent, usesPower } from './cuts.js'
import { compare, type Fraction, firstIndex, minus, toScaled, whole, ZERO } from './exact.js'
import type { ChargingState, CostInput, UnknownReason } from './input.js'
import { type Component, type Priced, pricesOf, type TariffDocument } from './tariff.js'

/** `time`: chargingTime and idleTime of the same price, where it is unknown which of them it was. */
export type LineName = Component | 'time'

/** One price in one piece of a transaction. */
export interface Charge {
  readonly component: LineName
  readonly picked: Picked
  /** From and to which amount: thousandths of a Wh, or milliseconds. */
  readonly from: Fraction
  readonly to: Fraction
}

/** A time in which no price changes. */
export interface Piece {
  readonly from: Fraction
  readonly to: Fraction
  readonly tariff: number
  readonly state: ChargingState | undefined
  readonly charges: readonly Charge[]
  readonly unknown: readonly Unknown[]
}

/** A part of the cost that is unknown. */
export interface Unknown {
  readonly component: Component
  readonly reason: UnknownReason
}

/** The pieces of a transaction. Each is one multiplication for each component. */
export function piecesOf(input: CostInput, course: Course, energyReason: UnknownReason | undefined): Piece[] {
  const cuts = cutsOf(input, course)
  const look = new Look(input, course, energyReason)
  const [only, ...later] = cuts
  if (only !== undefined && later.length === 0)
    return [look.piece({ ...only, ...(only.energy && { energy: ZERO }) }, only)]
  return cuts.slice(1).map((to, index) => look.piece(cuts[index] ?? to, to))
}

type Part = Pick<Piece, 'charges' | 'unknown'>
const NOTHING: Part = { charges: [], unknown: [] }

/** Looks at a transaction piece by piece. */
export class Look {
  readonly #input: CostInput
  readonly #course: Course
  readonly #energyReason: UnknownReason | undefined
  /** The facts that conditions ask for: looking at all others would take longer than to price the transaction. */
  readonly #asks: { clock: boolean; power: boolean; current: boolean }

  constructor(input: CostInput, course: Course, energyReason: UnknownReason | undefined) {
    const conditions = input.tariffs.flatMap(({ document }) => conditionsOf(document))
    this.#asks = {
      clock: conditions.some(usesClock),
      power: usesPower(conditions),
      current: usesCurrent(conditions)
    }
    this.#input = input
    this.#course = course
    this.#energyReason = energyReason
  }

  piece(from: Cut, to: Cut): Piece {
    const time = from.at.n / from.at.d
    const tariff = tariffAt(this.#input, time)
    const document = documentAt(this.#input, tariff)
    const span = this.#course.states.at(time)
    const at = this.circumstances(from, document)
    const energy = this.#energy(document, at, { from, to })
    const spent = this.#time(document, at, { from, to, state: span?.state })
    return {
      from: from.at,
      to: to.at,
      tariff,
      state: span?.state,
      charges: [...energy.charges, ...spent.charges],
      unknown: [...energy.unknown, ...spent.unknown]
    }
  }

  circumstances({ at, energy }: Cut, document: TariffDocument): Circumstances {
    const { start, local } = this.#course
    const { doubts = {}, facts = {} } = this.#input
    const time = at.n / at.d
    const hasTime = doubts.time === undefined
    const { clock: asksClock, power: asksPower, current: asksCurrent } = this.#asks
    const isClocked = asksClock && local !== undefined && hasTime && doubts.clock === undefined
    const clock = doubts.clock ?? doubts.time
    return {
      local: isClocked ? local.at(Number(time)) : undefined,
      facts,
      energy,
      power: asksPower ? this.#power(time) : undefined,
      current: asksCurrent ? latest(this.#input.current, time, ({ a }) => a) : undefined,
      time: hasTime ? minus(at, whole(start)) : undefined,
      ...(hasTime && { chargingTime: this.#charged(at), idleTime: this.#idle(at, document) }),
      reasons: {
        ...doubts,
        ...(clock !== undefined && { clock }),
        ...(this.#energyReason !== undefined && { energy: this.#energyReason })
      }
    }
  }

  #power(time: bigint): Fraction | undefined {
    return latest(this.#input.power, time, ({ w }) => w) ?? this.#course.register?.powerAt(time)
  }

  /** Unknown from the first moment on whose state is unknown. */
  #charged(at: Fraction): Fraction | undefined {
    const { states } = this.#course
    const { unknownFrom } = states
    if (unknownFrom !== undefined && at.n >= BigInt(unknownFrom) * at.d) return undefined
    return states.chargedUntil(at)
  }

  #idle(at: Fraction, { idleIncludesEvse = false }: TariffDocument): Fraction | undefined {
    const { states } = this.#course
    const span = states.at(at.n / at.d)
    if (span?.state === undefined) return undefined
    if (!isIdle(span.state, idleIncludesEvse)) return ZERO
    const begin = states.beginningOf(span, (state) => isIdle(state, idleIncludesEvse))
    const before = states.at(BigInt(begin) - 1n)
    // How long it had been idle before the states were known is unknown.
    if (begin > this.#course.start && before?.state === undefined) return undefined
    return minus(at, whole(begin))
  }

  #energy(document: TariffDocument, at: Circumstances, { from, to }: { from: Cut; to: Cut }): Part {
    const reason = this.#energyReason
    const used = from.energy === undefined || to.energy === undefined ? undefined : minus(to.energy, from.energy)
    if (used?.n === 0n) return NOTHING
    const picked = pick(pricesOf(document, 'energy'), at)
    if (typeof picked === 'string') return unknown('energy', picked)
    if (picked.price === undefined || (picked.rate === 0n && used === undefined)) return NOTHING
    if (from.energy === undefined || to.energy === undefined) return unknown('energy', reason ?? 'no-stop-register')
    return { charges: [{ component: 'energy', picked, from: from.energy, to: to.energy }], unknown: [] }
  }

  #time(
    document: TariffDocument,
    at: Circumstances,
    { from, to, state }: { from: Cut; to: Cut; state: ChargingState | undefined }
  ): Part {
    if (state === undefined) return this.#timeOfUnknownState(document, at, { from, to })
    const isIdleNow = isIdle(state, document.idleIncludesEvse ?? false)
    if (!isIdleNow && state !== 'charging') return NOTHING
    const component = isIdleNow ? 'idleTime' : 'chargingTime'
    const picked = pick(pricesOf(document, component), at)
    if (typeof picked === 'string') return unknown(component, picked)
    return this.#spent(component, picked, { from, to })
  }

  /** It does not matter whether a car charges where both cost the same. */
  #timeOfUnknownState(document: TariffDocument, at: Circumstances, span: { from: Cut; to: Cut }): Part {
    const { from, to } = span
    // In no time every state costs the same.
    if (this.#input.doubts?.time === undefined && compare(from.at, to.at) === 0) return NOTHING
    const { chargingTime, idleTime } = document
    const [charging, idle] = [pick(pricesOf(document, 'chargingTime'), at), pick(pricesOf(document, 'idleTime'), at)]
    const areKnown = typeof charging !== 'string' && typeof idle !== 'string'
    if (areKnown && charging.rate === idle.rate) {
      const isTaxedAlike = JSON.stringify(chargingTime?.taxRates) === JSON.stringify(idleTime?.taxRates)
      if (charging.rate === 0n || isTaxedAlike) return this.#spent('time', charging, span)
    }
    const reason = this.#input.doubts?.states ?? 'no-states'
    const both = [
      ['chargingTime', charging],
      ['idleTime', idle]
    ] as const
    return {
      charges: [],
      unknown: both.flatMap(([component, picked]) => {
        if (typeof picked === 'string') return [{ component, reason: picked }]
        return picked.rate === 0n ? [] : [{ component, reason }]
      })
    }
  }

  #spent(component: 'chargingTime' | 'idleTime' | 'time', picked: Picked, { from, to }: { from: Cut; to: Cut }): Part {
    if (picked.price === undefined) return NOTHING
    const reason = this.#input.doubts?.time
    if (reason === undefined || picked.rate === 0n) {
      return { charges: [{ component, picked, from: from.at, to: to.at }], unknown: [] }
    }
    if (component !== 'time') return unknown(component, reason)
    return { charges: [], unknown: (['chargingTime', 'idleTime'] as const).map((one) => ({ component: one, reason })) }
  }
}

function unknown(component: Component, reason: UnknownReason): Part {
  return { charges: [], unknown: [{ component, reason }] }
}

/** The latest measurement before a time. */
function latest<T extends { readonly at: number }>(
  measured: readonly T[] | undefined,
  time: bigint,
  read: (one: T) => number
): Fraction | undefined {
  if (measured === undefined || measured.length === 0) return undefined
  const one = measured[firstIndex(measured.length, (index) => (measured[index]?.at ?? 0) > time) - 1]
  return one === undefined ? undefined : { n: toScaled(read(one), 3), d: 1000n }
}

export function tariffAt({ tariffs }: CostInput, time: bigint): number {
  const next = tariffs.findIndex(({ from }, index) => index > 0 && from > time)
  return (next === -1 ? tariffs.length : next) - 1
}

export function documentAt({ tariffs }: CostInput, index: number): TariffDocument {
  const tariff = tariffs[index]
  if (tariff === undefined) throw new RangeError('a cost needs a tariff')
  return tariff.document
}

/** The charges that come once, at the start, and those of the reservation before it. */
export function chargesAtStart(input: CostInput, course: Course): Part {
  const document = documentAt(input, 0)
  const look = new Look(input, course, undefined)
  const at = look.circumstances({ at: whole(course.start), energy: ZERO }, document)
  const parts = [once('fixed', 'fixedFee', document, at)]
  const { reservation, doubts } = input
  if (doubts?.reservation !== undefined) {
    if (document.reservationTime !== undefined) parts.push(unknown('reservationTime', doubts.reservation))
    parts.push(once('reservationFixed', 'reservationFixed', document, at))
  } else if (reservation !== undefined) {
    parts.push(reservedTime(input, course, reservation), once('reservationFixed', 'reservationFixed', document, at))
  }
  return { charges: parts.flatMap(({ charges }) => charges), unknown: parts.flatMap((part) => part.unknown) }
}

function once(component: Component, priced: Priced, document: TariffDocument, at: Circumstances): Part {
  const picked = pick(pricesOf(document, priced), at)
  if (typeof picked === 'string') return unknown(component, picked)
  if (picked.price === undefined) return NOTHING
  return { charges: [{ component, picked, from: ZERO, to: whole(1) }], unknown: [] }
}

/** Before the start nothing has been used. */
const BEFORE = { energy: ZERO, time: ZERO, chargingTime: ZERO, idleTime: ZERO }

/** From the reservation to the start; each price that applies in between. [2.1 I12.FR.06-08] */
function reservedTime(input: CostInput, course: Course, { from, until }: { from: number; until: number }): Part {
  if (until <= from) return NOTHING
  const document = documentAt(input, 0)
  const prices = pricesOf(document, 'reservationTime')
  const only: CostInput = { ...input, tariffs: [{ from, document }], power: [], current: [] }
  const reserved: Course = { ...course, start: from, until, register: undefined }
  const cuts = cutsOf(only, reserved)
  const look = new Look(only, reserved, undefined)
  const parts = cuts.slice(1).map((to, index): Part => {
    const begin = cuts[index] ?? to
    const picked = pick(prices, { ...look.circumstances(begin, document), ...BEFORE })
    if (typeof picked === 'string') return unknown('reservationTime', picked)
    if (picked.price === undefined) return NOTHING
    return { charges: [{ component: 'reservationTime', picked, from: begin.at, to: to.at }], unknown: [] }
  })
  return { charges: parts.flatMap(({ charges }) => charges), unknown: parts.flatMap((part) => part.unknown) }
}
