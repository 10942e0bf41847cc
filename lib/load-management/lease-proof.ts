import type { Lease } from './leases.js'
import { type PlantEvse, wattsOf } from './plant.js'

// What the composite schedule that a charge point tells says about the end of a limit.

/** The composite schedule of a charge point. A period starts so many seconds after the start of the request. */
export interface ToldSchedule {
  status: 'Accepted' | 'Rejected'
  unit?: 'A' | 'W'
  /** Seconds from the start of the request that are covered. */
  duration?: number
  periods?: readonly { start: number; limit?: number }[]
}

/** The limit that the charge point was asked about. */
export interface Leased {
  evse: PlantEvse
  voltage: number
  /** A. */
  limit: number
  /** A. */
  fallback: number
  /** Seconds from the start of the request until the limit ends. */
  left: number
  /** Seconds since the start of its schedule. */
  elapsed: number
}

/** The schedule is asked for until so long after the end of the limit. Seconds. */
const BEYOND_S = 120
/** An end that is later by this is one of clocks and of messages that take time. Seconds. */
const LATE_S = 10
/** An end that is earlier by this, too, and of schedules in whole minutes. Seconds. */
const EARLY_S = 70
/** Of limits, which charge points round. A. */
const ROUNDING_A = 0.5
/** A limit that is so much above the fallback can be told from it. A. */
const APART_A = 3
/** Longer schedules are not asked for. Seconds. */
const LONGEST_S = 86_400
/** A shorter rest of a lease is not asked about. Seconds. */
const SHORTEST_S = 30

/** The seconds to ask for; `undefined`: the answer could not tell anything. */
export function secondsToAsk({ limit, fallback, left, elapsed }: Leased): number | undefined {
  if (limit - fallback < APART_A || left < SHORTEST_S) return undefined
  // Until after the end that a charge point tells that counts from the wrong moment.
  const seconds = Math.ceil(left + elapsed + BEYOND_S)
  return seconds > LONGEST_S ? undefined : seconds
}

/**
 * `kept`: the limit holds until its end, and then at most the fallback does. `ignored`: the limit goes on until long after it.
 * `undefined`: the schedule proves nothing, because it is too short, has gaps, counts from another time, or is about something
 * else. Some charge points leave the TxDefaultProfile out: then their maximum follows, which only another limit can be told from.
 */
export function leaseIn(told: ToldSchedule, leased: Leased): Exclude<Lease, 'unproven'> | undefined {
  const { left, elapsed, fallback, limit } = leased
  const { periods = [], duration = 0 } = told
  const most = left + elapsed + BEYOND_S
  if (told.status !== 'Accepted' || periods.length === 0 || duration < left + LATE_S + 1) return undefined
  const scale = scaleOf(told, leased)
  if (scale === undefined) return undefined
  const { perAmpere, said } = scale
  const near = (value: number | undefined, amperes: number) => {
    return value !== undefined && Math.abs(value - said(amperes)) <= ROUNDING_A * perAmpere
  }
  const before = limitsIn(periods, Math.min(EARLY_S, left) / 2, Math.max(left - EARLY_S, left / 2))
  if (!before.every((value) => near(value, limit))) return undefined
  const until = Math.min(duration, left + BEYOND_S)
  const isOver = (value: number | undefined) => {
    return value !== undefined && value > said(fallback) + ROUNDING_A * perAmpere
  }
  const after = limitsIn(periods, left + LATE_S, until)
  if (after.every((value) => value !== undefined && !isOver(value))) return 'kept'
  const isLong = duration >= most - LATE_S
  const isOn = limitsIn(periods, left, most - LATE_S).every((value) => near(value, limit))
  return isLong && isOn && !isAtMaximum(leased) ? 'ignored' : undefined
}

/** Whether a limit that goes on looks like the maximum of the EVSE. */
export function isAtMaximum({ limit, evse }: Pick<Leased, 'limit' | 'evse'>): boolean {
  return limit > evse.maximum - APART_A
}

/** The limits that hold at any time between two. `undefined`: the schedule says nothing there. */
function limitsIn(periods: NonNullable<ToldSchedule['periods']>, from: number, to: number): (number | undefined)[] {
  const first = periods.findLast(({ start }) => start <= from)
  const others = periods.filter(({ start }) => start > from && start < to)
  return [first, ...others].map((period) => period?.limit)
}

/** What a current is said as. A charge point that answers in the other unit counts one, two or three phases. */
function scaleOf({ unit, periods = [] }: ToldSchedule, { evse, voltage, limit }: Leased) {
  const sent = (amperes: number) => (evse.unit === 'A' ? amperes : wattsOf(evse, amperes, voltage))
  const own = evse.unit === 'A' ? 1 : voltage
  if (unit === undefined || unit === evse.unit) return { perAmpere: own, said: sent }
  const first = periods.findLast(({ start }) => start <= 0)?.limit
  const factors = [1, 2, 3].map((phases) => (unit === 'W' ? voltage * phases : 1 / (voltage * phases)))
  if (first === undefined || !factors.some((factor) => isLike(first, sent(limit) * factor))) return undefined
  // With the voltage that the charge point calculates with.
  const factor = first / sent(limit)
  return { perAmpere: own * factor, said: (amperes: number) => sent(amperes) * factor }
}

/** Charge points calculate with 220 to 240 V. */
function isLike(one: number, other: number): boolean {
  return Math.abs(one - other) <= other * 0.06
}
