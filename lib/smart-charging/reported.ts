import { parseTime, type ResponseOf } from 'fastify-ocpp'
import type { CompositePeriod, CompositeSchedule, Uncertainty } from 'fastify-ocpp/smart-charging'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import { VALUES_21 } from '../charge-points/period-values.js'
import type { Question } from './facts.js'

// The composite schedule that a charge point itself reports, and where it differs from ours.

/** The answer of a charge point. A period starts so many seconds after the start of the request. */
export interface ReportedSchedule {
  status: 'Accepted' | 'Rejected'
  statusInfo?: object
  /** As the charge point tells it. */
  scheduleStart?: string
  /** Seconds from the start of the request that are covered. */
  duration?: number
  unit?: 'A' | 'W'
  periods?: ReportedPeriod[]
}

/** The values that are compared, each with its name in OCPP. All but the limit and the phases are of 2.1. */
const VALUES = {
  limit: 'limit',
  ...VALUES_21,
  numberPhases: 'numberPhases'
} as const

/** The name of a value of a period. */
export type ValueName = keyof typeof VALUES
export const VALUE_NAMES = Object.keys(VALUES) as ValueName[]

export type ReportedPeriod = { start: number } & Partial<Record<ValueName, number>>

/** A time in which a value differs. Seconds after the start of the request. */
export interface Difference {
  start: number
  end: number
  /** Which value. */
  value: ValueName
  calculated: number
  /** Absent: the charge point says nothing about this time. */
  reported?: number
  /** Why the calculated value is uncertain. */
  uncertain?: Uncertainty[]
}

/** The request for a composite schedule in OCPP 1.6 [§5.7] and in 2.x [K08]. */
export function requestOf({ evseId, duration, unit }: Question, hasDeviceModel: boolean): object {
  const place = hasDeviceModel ? { evseId } : { connectorId: evseId }
  return { ...place, duration, chargingRateUnit: unit }
}

type Answer = v16.GetCompositeScheduleResponse | ResponseOf<'ocpp2.1', 'GetCompositeSchedule'>

/** The schedule of 1.6 is in two parts, that of 2.x in one. */
function scheduleIn(answer: Answer): { start?: string; schedule?: v16.ChargingSchedule | v21.CompositeScheduleType } {
  if ('schedule' in answer && answer.schedule !== undefined) {
    return { start: answer.schedule.scheduleStart, schedule: answer.schedule }
  }
  if (!('chargingSchedule' in answer) || answer.chargingSchedule === undefined) return {}
  const start = answer.scheduleStart ?? answer.chargingSchedule.startSchedule
  return { schedule: answer.chargingSchedule, ...(start !== undefined && { start }) }
}

/** A schedule that starts this near to the request starts with it: clocks differ, and messages take time. Seconds. */
const NEAR_S = 60

/** Reads an answer that passed the schema. */
export function readReported(answer: Answer, question: Question): ReportedSchedule {
  const info = 'statusInfo' in answer && answer.statusInfo !== undefined ? { statusInfo: answer.statusInfo } : {}
  const { start, schedule } = scheduleIn(answer)
  if (answer.status !== 'Accepted' || schedule === undefined) return { status: 'Rejected', ...info }
  const began = start === undefined ? undefined : parseTime(start)
  const ahead = began === undefined ? 0 : Math.round((began - question.start) / 1000)
  const offset = Math.abs(ahead) <= NEAR_S ? 0 : ahead
  const periods = schedule.chargingSchedulePeriod.map((period) => {
    return { start: offset + period.startPeriod, ...valuesIn(period) }
  })
  return {
    status: 'Accepted',
    ...info,
    ...(start !== undefined && { scheduleStart: start }),
    duration: Math.max(0, offset + (schedule.duration ?? question.duration)),
    unit: schedule.chargingRateUnit,
    periods: periods.sort((one, other) => one.start - other.start)
  }
}

function valuesIn(period: object): Partial<Record<ValueName, number>> {
  const told = period as Record<string, unknown>
  return Object.fromEntries(
    VALUE_NAMES.map((name) => [name, told[VALUES[name]]]).filter(([, value]) => value !== undefined)
  )
}

/** Differences that last no longer are those of clocks. Seconds. */
const CLOCKS_S = 10
/** Of limits, which are rounded to one decimal. */
const ROUNDING = 0.11
/** More are not listed. */
const MAX_DIFFERENCES = 100

/**
 * Where the charge point tells another value than that which its profiles come to. Where no profile limits, it tells its
 * hardware or whatever it likes, which is no difference; and of the values besides the limit, it need not tell any.
 *
 * @param calculated in the unit of the answer
 */
export function differencesOf(calculated: CompositeSchedule, reported: ReportedSchedule): Difference[] {
  const { periods: own } = calculated
  const { periods: told = [], duration: covered = 0 } = reported
  const edges = new Set([0, covered, calculated.duration, ...[...own, ...told].map(({ start }) => start)])
  const times = [...edges].filter((time) => time >= 0 && time <= calculated.duration).sort((a, b) => a - b)
  const found = VALUE_NAMES.flatMap((value) => {
    const ofValue: Difference[] = []
    for (const [index, start] of times.slice(0, -1).entries()) {
      const period = start < covered ? periodAt(told, start) : undefined
      const difference = differenceAt(value, periodAt(own, start), period)
      if (difference !== undefined) add(ofValue, { start, end: times[index + 1] ?? start, value, ...difference })
    }
    return ofValue
  })
  return found.filter(({ start, end }) => end - start > CLOCKS_S).slice(0, MAX_DIFFERENCES)
}

function differenceAt(value: ValueName, own: CompositePeriod | undefined, told: ReportedPeriod | undefined) {
  const [calculated, reported] = [own?.[value] ?? null, told?.[value]]
  if (own === undefined || own.limit === null || calculated === null) return undefined
  if (reported === undefined ? value !== 'limit' : Math.abs(calculated - reported) <= ROUNDING) return undefined
  return {
    calculated,
    ...(reported !== undefined && { reported }),
    ...(own.uncertain !== undefined && { uncertain: own.uncertain })
  }
}

/** Of the last of periods of the same start. */
function periodAt<Period extends { start: number }>(periods: readonly Period[], time: number): Period | undefined {
  return periods.findLast(({ start }) => start <= time)
}

/** Neighbours that say the same are one. */
function add(found: Difference[], next: Difference): void {
  const last = found.at(-1)
  const isSame = last !== undefined && last.end === next.start && sameBut(last, next)
  if (isSame) last.end = next.end
  else found.push(next)
}

function sameBut(one: Difference, other: Difference): boolean {
  return (
    one.calculated === other.calculated &&
    one.reported === other.reported &&
    String(one.uncertain) === String(other.uncertain)
  )
}
