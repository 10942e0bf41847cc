import type { RequestOf } from 'fastify-ocpp'

export const PURPOSES = ['station', 'default', 'transaction'] as const
export type Purpose = (typeof PURPOSES)[number]

/** A charging limit with all its parameters. */
export interface Limit {
  limit: number
  unit: 'W' | 'A'
  phases?: number
  /** Seconds. */
  duration?: number
  profileId: number
  stackLevel: number
  purpose: Purpose
  /** Start of the validity as a date-time. Absent: the start of the transaction. */
  startsAt?: string
  validFrom?: string
  validTo?: string
  /** Changes after the first period, which begins at 0 with `limit`. */
  periods?: readonly LimitPeriod[]
  recurrency?: Recurrency
}

export const RECURRENCIES = ['Daily', 'Weekly'] as const
export type Recurrency = (typeof RECURRENCIES)[number]

export interface LimitPeriod {
  /** Seconds after the start of the schedule. */
  start: number
  limit: number
  phases?: number
}

type Profile16 = RequestOf<'ocpp1.6', 'SetChargingProfile'>['csChargingProfiles']
type Profile2 = RequestOf<'ocpp2.1', 'SetChargingProfile'>['chargingProfile']

export const PURPOSES_16 = {
  station: 'ChargePointMaxProfile',
  default: 'TxDefaultProfile',
  transaction: 'TxProfile'
} as const satisfies Record<Purpose, string>

export const PURPOSES_2 = {
  station: 'ChargingStationMaxProfile',
  default: 'TxDefaultProfile',
  transaction: 'TxProfile'
} as const satisfies Record<Purpose, string>

/** [1.6 §7.8, §7.13] */
export function profile16(limit: Limit): Omit<Profile16, 'transactionId'> {
  return {
    chargingProfileId: limit.profileId,
    stackLevel: limit.stackLevel,
    chargingProfilePurpose: PURPOSES_16[limit.purpose],
    ...kindOf(limit),
    chargingSchedule: scheduleOf(limit)
  }
}

/** [2.x "ChargingProfileType"] */
export function profile2(limit: Limit): Omit<Profile2, 'transactionId'> {
  return {
    id: limit.profileId,
    stackLevel: limit.stackLevel,
    chargingProfilePurpose: PURPOSES_2[limit.purpose],
    ...kindOf(limit),
    chargingSchedule: [{ id: limit.profileId, ...scheduleOf(limit) }]
  }
}

/** Absolute profiles have a start, Relative ones do not. [2.x K01.FR.40, K01.FR.41] */
function kindOf({ startsAt, validFrom, validTo, recurrency }: Limit) {
  const kind = startsAt === undefined ? ('Relative' as const) : ('Absolute' as const)
  return {
    chargingProfileKind: recurrency === undefined ? kind : ('Recurring' as const),
    ...(recurrency !== undefined && { recurrencyKind: recurrency }),
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo })
  }
}

function scheduleOf({ limit, unit, phases, duration, startsAt, periods = [] }: Limit) {
  const all: LimitPeriod[] = [{ start: 0, limit, ...(phases !== undefined && { phases }) }, ...periods]
  return {
    ...(duration !== undefined && { duration }),
    ...(startsAt !== undefined && { startSchedule: startsAt }),
    chargingRateUnit: unit,
    chargingSchedulePeriod: all.map((period) => ({
      startPeriod: period.start,
      limit: period.limit,
      ...(period.phases !== undefined && { numberPhases: period.phases })
    }))
  }
}
