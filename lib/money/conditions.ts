import { compare, type Fraction, toScaled } from './exact.js'
import type { Doubts, Facts, UnknownReason } from './input.js'
import type { AnyPrice, Conditions } from './tariff.js'

/** Everything that conditions ask for, at one moment. Absent members are unknown. */
export interface Circumstances {
  /** Milliseconds since local midnight, day of the week and date. */
  readonly local?: { readonly time: number; readonly day: string; readonly date: string } | undefined
  readonly facts: Facts
  /** Thousandths of a Wh. */
  readonly energy?: Fraction | undefined
  /** W. */
  readonly power?: Fraction | undefined
  /** A. */
  readonly current?: Fraction | undefined
  /** Milliseconds. */
  readonly time?: Fraction | undefined
  readonly chargingTime?: Fraction | undefined
  readonly idleTime?: Fraction | undefined
  /** Why members are unknown. */
  readonly reasons: Doubts
}

/** Whether a condition holds, or why that is unknown. */
type Holds = boolean | UnknownReason

const MINUTE_MS = 60_000

const STATIC = ['evseKind', 'paymentBrand', 'paymentRecognition'] as const

/** Whether all conditions hold. One that does not is decisive, whatever else is unknown. */
export function allHold(conditions: Conditions | undefined, at: Circumstances): Holds {
  if (conditions === undefined) return true
  let unknown: UnknownReason | undefined
  for (const check of [holdsByClock, holdsByFacts, holdsByAmounts, holdsByTimes]) {
    const holds = check(conditions, at)
    if (holds === false) return false
    if (holds !== true) unknown ??= holds
  }
  return unknown ?? true
}

function holdsByClock(conditions: Conditions, { local, reasons }: Circumstances): Holds {
  const { startTimeOfDay, endTimeOfDay, dayOfWeek, validFromDate, validToDate } = conditions
  if (!usesClock(conditions)) return true
  if (local === undefined) return reasons.clock ?? 'no-time-zone'
  if (dayOfWeek !== undefined && !(dayOfWeek as readonly string[]).includes(local.day)) return false
  // Dates as text sort like dates.
  if (validFromDate !== undefined && local.date < validFromDate) return false
  if (validToDate !== undefined && local.date >= validToDate) return false
  const from = startTimeOfDay === undefined ? 0 : timeOfDay(startTimeOfDay)
  const to = endTimeOfDay === undefined ? undefined : timeOfDay(endTimeOfDay)
  if (to === undefined) return local.time >= from
  return to > from ? local.time >= from && local.time < to : local.time >= from || local.time < to
}

export function usesClock(conditions: Conditions): boolean {
  const { startTimeOfDay, endTimeOfDay, dayOfWeek, validFromDate, validToDate } = conditions
  return [startTimeOfDay, endTimeOfDay, dayOfWeek, validFromDate, validToDate].some((one) => one !== undefined)
}

/** Milliseconds since midnight of a text such as 08:30. */
export function timeOfDay(text: string): number {
  const [hours = '0', minutes = '0'] = text.split(':')
  return (Number(hours) * 60 + Number(minutes)) * MINUTE_MS
}

function holdsByFacts(conditions: Conditions, { facts }: Circumstances): Holds {
  let isUnknown = false
  for (const name of STATIC) {
    const wanted = conditions[name]
    if (wanted === undefined || facts[name] === wanted) continue
    if (facts[name] !== undefined) return false
    isUnknown = true
  }
  return isUnknown ? 'no-fact' : true
}

function holdsByAmounts(conditions: Conditions, { energy, power, current, reasons }: Circumstances): Holds {
  const { minEnergy, maxEnergy, minPower, maxPower, minCurrent, maxCurrent } = conditions
  const checks: Holds[] = [
    within({ value: energy, min: minEnergy, max: maxEnergy, unit: 3 }, reasons.energy ?? 'no-stop-register'),
    within({ value: power, min: minPower, max: maxPower, unit: 0 }, 'no-power'),
    within({ value: current, min: minCurrent, max: maxCurrent, unit: 0 }, 'no-current')
  ]
  return together(checks)
}

function holdsByTimes(conditions: Conditions, at: Circumstances): Holds {
  const { minTime, maxTime, minChargingTime, maxChargingTime, minIdleTime, maxIdleTime } = conditions
  const { time, chargingTime, idleTime, reasons } = at
  const unit = 3
  return together([
    within({ value: time, min: minTime, max: maxTime, unit }, reasons.time ?? 'no-duration'),
    within({ value: chargingTime, min: minChargingTime, max: maxChargingTime, unit }, reasons.states ?? 'no-states'),
    within({ value: idleTime, min: minIdleTime, max: maxIdleTime, unit }, reasons.states ?? 'no-states')
  ])
}

function together(checks: readonly Holds[]): Holds {
  return checks.includes(false) ? false : (checks.find((one) => one !== true) ?? true)
}

interface Bounds {
  /** In units of `10 ** -unit`. */
  value: Fraction | undefined
  min: number | undefined
  max: number | undefined
  unit: number
}

/** The minimum is inclusive, the maximum exclusive. A negative limit is for the other direction. [2.1 I] */
function within({ value, min, max, unit }: Bounds, reason: UnknownReason): Holds {
  if (min === undefined && max === undefined) return true
  if (value === undefined) return reason
  return (min === undefined || reaches(value, min, unit)) && (max === undefined || !isBeyond(value, max, unit))
}

/** Digits that limits may have beyond the unit of the value. */
const LIMIT_DIGITS = 6

function order(value: Fraction, limit: number, unit: number): number {
  const scaled = toScaled(limit, unit + LIMIT_DIGITS)
  return compare({ n: value.n * 10n ** BigInt(LIMIT_DIGITS), d: value.d }, { n: scaled, d: 1n })
}

function reaches(value: Fraction, limit: number, unit: number): boolean {
  return limit < 0 ? order(value, limit, unit) <= 0 : order(value, limit, unit) >= 0
}

function isBeyond(value: Fraction, limit: number, unit: number): boolean {
  if (limit < 0) return value.n >= 0n || order(value, limit, unit) <= 0
  return order(value, limit, unit) >= 0
}

/** A price that applies. `rate`: millionths of the currency for a kWh, an hour or once. */
export interface Picked {
  /** Absent: no price applies, which costs nothing. */
  readonly index?: number
  readonly price?: AnyPrice
  readonly rate: bigint
}

export const FREE: Picked = { rate: 0n }

/** The first price whose conditions all hold, or why it is unknown. Unknown conditions between equal prices do not matter. */
export function pick(prices: readonly AnyPrice[], at: Circumstances): Picked | UnknownReason {
  let reason: UnknownReason | undefined
  const candidates: Picked[] = []
  let isDecided = false
  for (const [index, price] of prices.entries()) {
    const holds = allHold(price.conditions, at)
    if (holds === false) continue
    candidates.push({ index, price, rate: rateOf(price) })
    if (holds === true) {
      isDecided = true
      break
    }
    reason ??= holds
  }
  if (!isDecided) candidates.push(FREE)
  const [first = FREE] = candidates
  if (reason === undefined || candidates.every(({ rate }) => rate === first.rate)) return first
  return reason
}

/** Decimals of prices. [2.1 decimals] */
export const PRICE_DIGITS = 6

export function rateOf({ priceKwh, priceMinute, priceHour, priceFixed }: AnyPrice): bigint {
  if (priceMinute !== undefined) return toScaled(priceMinute, PRICE_DIGITS) * 60n
  return toScaled(priceKwh ?? priceHour ?? priceFixed ?? 0, PRICE_DIGITS)
}
