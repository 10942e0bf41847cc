import { timeOfDay, usesClock } from './conditions.js'
import { compare, type Fraction, split, toScaled, whole } from './exact.js'
import type { ChargingState, CostInput } from './input.js'
import type { LocalTime } from './local-time.js'
import type { Register } from './register.js'
import type { States } from './states.js'
import { type Conditions, PRICED, pricesOf, type TariffDocument } from './tariff.js'

/** A moment at which something changes that a price may depend on. */
export interface Cut {
  readonly at: Fraction
  /** Thousandths of a Wh; absent if the register is unknown. */
  readonly energy?: Fraction
}

/** Documents do not change, and are asked for their conditions several times. */
const found = new WeakMap<TariffDocument, readonly Conditions[]>()

/** All conditions of a tariff. */
export function conditionsOf(document: TariffDocument): readonly Conditions[] {
  const known = found.get(document) ?? searchConditions(document)
  found.set(document, known)
  return known
}

function searchConditions(document: TariffDocument): Conditions[] {
  return PRICED.flatMap((component) =>
    pricesOf(document, component).flatMap(({ conditions }) => (conditions === undefined ? [] : [conditions]))
  )
}

export interface Course {
  readonly start: number
  readonly until: number
  readonly states: States
  readonly register: Register | undefined
  readonly local: LocalTime | undefined
}

/** The moments from start to end between which no price changes, in the order of time. */
export function cutsOf(input: CostInput, course: Course): Cut[] {
  const { start, until, states, register } = course
  const conditions = input.tariffs.flatMap(({ document }) => conditionsOf(document))
  const times = new Set<number>([start, until])
  for (const time of [
    ...input.tariffs.map(({ from }) => from),
    ...states.spans.map(({ from }) => from),
    ...wallClock(conditions, course),
    ...thresholds(conditions, ['minTime', 'maxTime']).map((limit) => start + limit),
    ...thresholds(conditions, ['minChargingTime', 'maxChargingTime']).flatMap((limit) => whenCharged(states, limit)),
    ...idleThresholds(input, conditions, states),
    ...measurements(input, conditions, register)
  ]) {
    if (time > start && time < until) times.add(time)
  }
  const cuts: Cut[] = Array.from(times, (time) => cutAt(whole(time), register))
  for (const limit of energyLimits(conditions)) {
    const at = register?.when(limit)
    if (at === undefined || compare(at, whole(start)) <= 0 || compare(at, whole(until)) >= 0) continue
    if (at.d !== 1n || !times.has(Number(at.n))) cuts.push({ at, energy: whole(limit) })
  }
  return cuts.sort((a, b) => compare(a.at, b.at)).filter((cut, index, all) => isAfter(cut, all[index - 1]))
}

/** Pieces that are looked at, times the prices of which each has one: beyond, nobody waits for the result. */
const MAX_WORK = 500_000
const DAY_MS = 86_400_000

/** Whether a transaction has too many pieces to be priced: it took years, or its state changed all the time. */
export function isTooLong(input: CostInput, { start, until, states, register, local }: Course): boolean {
  const documents = input.tariffs.map(({ document }) => document)
  const conditions = documents.flatMap(conditionsOf)
  const prices = documents.map((document) => PRICED.reduce((sum, one) => sum + pricesOf(document, one).length, 0))
  const clocks = local === undefined ? 0 : timesOfDay(conditions).length
  const idle = thresholds(conditions, ['minIdleTime', 'maxIdleTime']).length
  const pieces =
    documents.length +
    (split(until - start, DAY_MS).count + 1) * clocks +
    states.spans.length * (1 + idle) +
    (usesPower(conditions) ? (register?.size ?? 0) + (input.power?.length ?? 0) : 0) +
    (usesCurrent(conditions) ? (input.current?.length ?? 0) : 0)
  return pieces * Math.max(...prices) > MAX_WORK
}

function isAfter(cut: Cut, before: Cut | undefined): boolean {
  return before === undefined || compare(before.at, cut.at) < 0
}

function cutAt(at: Fraction, register: Register | undefined): Cut {
  return register === undefined ? { at } : { at, energy: register.at(at) }
}

function whenCharged(states: States, limit: number): number[] {
  const time = states.whenCharged(limit)
  return time === undefined ? [] : [time]
}

/** Limits in milliseconds. */
function thresholds(conditions: readonly Conditions[], names: readonly (keyof Conditions)[]): number[] {
  const limits = conditions.flatMap((one) => names.map((name) => one[name]))
  return [...new Set(limits.flatMap((limit) => (typeof limit === 'number' ? [limit * 1000] : [])))]
}

function idleThresholds({ tariffs }: CostInput, conditions: readonly Conditions[], { spans }: States): number[] {
  const limits = thresholds(conditions, ['minIdleTime', 'maxIdleTime'])
  if (limits.length === 0) return []
  const choices = new Set(tariffs.map(({ document }) => document.idleIncludesEvse === true))
  return [...choices].flatMap((includesEvse) => {
    const begins = spans.filter(
      ({ state }, index) => isIdle(state, includesEvse) && !isIdle(spans[index - 1]?.state, includesEvse)
    )
    return begins.flatMap(({ from }) => limits.map((limit) => from + limit))
  })
}

export function isIdle(state: ChargingState | undefined, includesEvse: boolean): boolean {
  return state === 'pausedByEv' || state === 'connected' || (state === 'pausedByEvse' && includesEvse)
}

function wallClock(conditions: readonly Conditions[], { local, until }: Course): number[] {
  const times = timesOfDay(conditions)
  return local === undefined || times.length === 0 ? [] : local.edges(times, until)
}

/** Milliseconds since midnight at which a condition may change; none if none depends on the clock. */
function timesOfDay(conditions: readonly Conditions[]): number[] {
  const clocked = conditions.filter(usesClock)
  if (clocked.length === 0) return []
  const times = clocked.flatMap(({ startTimeOfDay, endTimeOfDay }) =>
    [startTimeOfDay, endTimeOfDay].flatMap((text) => (text === undefined ? [] : [timeOfDay(text)]))
  )
  return [...new Set([0, ...times])]
}

/** Thousandths of a Wh. */
function energyLimits(conditions: readonly Conditions[]): bigint[] {
  const limits = conditions.flatMap(({ minEnergy, maxEnergy }) => [minEnergy, maxEnergy])
  const known = limits.flatMap((limit) => (limit === undefined || limit <= 0 ? [] : [limit]))
  return [...new Set(known)].map((limit) => toScaled(limit, 3))
}

/** When power and current were measured, if a price depends on them. */
function measurements(input: CostInput, conditions: readonly Conditions[], register: Register | undefined): number[] {
  return [
    ...(usesPower(conditions) ? [...(register?.times ?? []), ...timesOf(input.power)] : []),
    ...(usesCurrent(conditions) ? timesOf(input.current) : [])
  ]
}

function timesOf(measured: readonly { readonly at: number }[] = []): number[] {
  return measured.map(({ at }) => at)
}

export function usesPower(conditions: readonly Conditions[]): boolean {
  return conditions.some(({ minPower, maxPower }) => minPower !== undefined || maxPower !== undefined)
}

export function usesCurrent(conditions: readonly Conditions[]): boolean {
  return conditions.some(({ minCurrent, maxCurrent }) => minCurrent !== undefined || maxCurrent !== undefined)
}
