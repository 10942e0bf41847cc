import type { RequestOf } from 'fastify-ocpp'
import type * as v21 from 'fastify-ocpp/v21'
import { defined } from '../charge-points/defined.js'
import { VALUES_21 } from '../charge-points/period-values.js'
import { notSupported } from './exchange.js'

export const PURPOSES = ['station', 'default', 'transaction', 'priority'] as const
export type Purpose = (typeof PURPOSES)[number]

/** A charging profile that the back-end sets. */
export interface Limit {
  profileId: number
  stackLevel: number
  purpose: Purpose
  validFrom?: string
  validTo?: string
  /** Seconds that the profile counts while the charge point is offline. [2.1 K01.FR.101] */
  maxOfflineDuration?: number
  /** Whether it never counts again after that. [2.1 K01.FR.102] */
  invalidAfterOfflineDuration?: boolean
  schedule: Schedule
}

export const KINDS = ['Absolute', 'Recurring', 'Relative'] as const
export type Kind = (typeof KINDS)[number]

export const RECURRENCIES = ['Daily', 'Weekly'] as const
export type Recurrency = (typeof RECURRENCIES)[number]

/** How a limit changes with time. Durations are in seconds. */
export interface Schedule {
  kind: Kind
  /** A date-time. Relative schedules count from the start of the transaction. */
  startSchedule?: string
  duration?: number
  recurrency?: Recurrency
  unit: 'W' | 'A'
  minChargingRate?: number
  useLocalTime?: boolean
  randomizedDelay?: number
  limitAtSoC?: { soc: number; limit: number }
  periods: readonly SchedulePeriod[]
}

export const MODES = [
  'Idle',
  'ChargingOnly',
  'CentralSetpoint',
  'ExternalSetpoint',
  'ExternalLimits',
  'CentralFrequency',
  'LocalFrequency',
  'LocalLoadBalancing'
] as const satisfies readonly v21.OperationModeEnumType[]

export type SchedulePeriod = {
  /** Seconds after the start of the schedule. */
  start: number
  limit?: number
  phases?: number
  phaseToUse?: number
  operationMode?: (typeof MODES)[number]
  preconditioningRequest?: boolean
  evseSleep?: boolean
} & Partial<Record<keyof typeof VALUES_21, number>>

type Profile16 = RequestOf<'ocpp1.6', 'SetChargingProfile'>['csChargingProfiles']
type Profile2 = RequestOf<'ocpp2.1', 'SetChargingProfile'>['chargingProfile']

const PURPOSES_16 = {
  station: 'ChargePointMaxProfile',
  default: 'TxDefaultProfile',
  transaction: 'TxProfile'
} as const

export const PURPOSES_2 = {
  station: 'ChargingStationMaxProfile',
  default: 'TxDefaultProfile',
  transaction: 'TxProfile',
  priority: 'PriorityCharging'
} as const satisfies Record<Purpose, string>

/** @throws `OPERATION_NOT_SUPPORTED` */
export function purposeOf16(purpose: Purpose) {
  if (purpose === 'priority') throw notSupported('OCPP 1.6 has no priority charging', '/purpose')
  return PURPOSES_16[purpose]
}

/** As the versions call it. */
export function namesOf(purpose: Purpose): readonly string[] {
  return purpose === 'priority' ? [PURPOSES_2[purpose]] : [PURPOSES_16[purpose], PURPOSES_2[purpose]]
}

/** [1.6 §7.8, §7.13] */
export function profile16(limit: Limit): Omit<Profile16, 'transactionId'> {
  const { periods } = limit.schedule
  return {
    chargingProfileId: limit.profileId,
    stackLevel: limit.stackLevel,
    chargingProfilePurpose: purposeOf16(limit.purpose),
    ...kindOf(limit),
    chargingSchedule: {
      ...scheduleOf(limit.schedule),
      // A period without a limit is refused before.
      chargingSchedulePeriod: periods.map((period) => ({ ...periodOf(period), limit: period.limit ?? 0 }))
    }
  }
}

/** [2.x "ChargingProfileType"] */
export function profile2(limit: Limit): Omit<Profile2, 'transactionId'> {
  const { profileId, stackLevel, purpose, schedule } = limit
  const { useLocalTime, randomizedDelay, limitAtSoC, periods } = schedule
  return {
    id: profileId,
    stackLevel,
    chargingProfilePurpose: PURPOSES_2[purpose],
    ...kindOf(limit),
    ...defined({
      maxOfflineDuration: limit.maxOfflineDuration,
      invalidAfterOfflineDuration: limit.invalidAfterOfflineDuration
    }),
    chargingSchedule: [
      {
        id: profileId,
        ...scheduleOf(schedule),
        ...defined({ useLocalTime, randomizedDelay, limitAtSoC }),
        chargingSchedulePeriod: periods.map(period21)
      }
    ]
  }
}

function kindOf({ schedule, validFrom, validTo }: Limit) {
  return {
    chargingProfileKind: schedule.kind,
    ...defined({ recurrencyKind: schedule.recurrency, validFrom, validTo })
  }
}

function scheduleOf({ unit, duration, startSchedule, minChargingRate }: Schedule) {
  return { ...defined({ duration, startSchedule }), chargingRateUnit: unit, ...defined({ minChargingRate }) }
}

function periodOf({ start, limit, phases }: SchedulePeriod) {
  return { startPeriod: start, ...defined({ limit, numberPhases: phases }) }
}

function period21(period: SchedulePeriod): v21.ChargingSchedulePeriodType {
  const { phaseToUse, operationMode, preconditioningRequest, evseSleep } = period
  const values = Object.entries(VALUES_21).map(([name, spelling]) => [spelling, period[name as keyof typeof VALUES_21]])
  return {
    ...periodOf(period),
    ...defined({ phaseToUse, operationMode, preconditioningRequest, evseSleep }),
    ...defined(Object.fromEntries(values))
  }
}
