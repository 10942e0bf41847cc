import type {
  CompositeInput,
  CompositePeriod,
  CompositeSchedule,
  EvseFacts,
  InstalledProfile,
  StateFacts,
  WarningCode
} from 'fastify-ocpp/smart-charging'
import type { ChargingProfileType, ChargingSchedulePeriodType, ChargingScheduleType } from 'fastify-ocpp/v21'

// Helpers that the cases of composite schedules are written with.

export const NOW = '2026-01-05T12:00:00Z'

export interface Case {
  title: string
  input: CompositeInput
  /** Members that are left out are not compared. */
  periods?: Partial<CompositePeriod>[]
  warnings?: WarningCode[]
  reason?: CompositeSchedule['reason']
}

type Period = Partial<ChargingSchedulePeriodType>
type Purpose = ChargingProfileType['chargingProfilePurpose']

interface Wish extends Partial<Omit<ChargingProfileType, 'chargingSchedule'>> {
  at?: number
  /** In A unless `unit` says otherwise; by the second from which they apply. */
  periods: Record<number, Period | number>
  unit?: 'A' | 'W'
  schedule?: Partial<ChargingScheduleType>
  installed?: Partial<InstalledProfile<never>>
}

let lastId = 0

export function profile(chargingProfilePurpose: Purpose, wish: Wish): InstalledProfile<ChargingProfileType> {
  const { at = 1, periods, unit = 'A', schedule, installed, ...rest } = wish
  const id = rest.id ?? ++lastId
  const kind = rest.chargingProfileKind ?? 'Absolute'
  const hasStart = kind === 'Absolute' || kind === 'Recurring'
  const chargingSchedulePeriod = Object.entries(periods).map(([startPeriod, period]) => ({
    startPeriod: Number(startPeriod),
    ...(typeof period === 'number' ? { limit: period } : period)
  }))
  const chargingSchedule = {
    id,
    chargingRateUnit: unit,
    ...(hasStart && { startSchedule: NOW }),
    ...schedule,
    chargingSchedulePeriod
  }
  return {
    evseId: at,
    ...installed,
    profile: {
      stackLevel: 0,
      chargingProfilePurpose,
      ...rest,
      id,
      chargingProfileKind: kind,
      chargingSchedule: [chargingSchedule]
    }
  }
}

export const fallback = (wish: Wish) => profile('TxDefaultProfile', wish)
export const tx = (wish: Wish) => profile('TxProfile', { transactionId: 't', ...wish })
export const maximum = (wish: Wish) => profile('ChargingStationMaxProfile', { at: 0, ...wish })
export const external = (wish: Wish) => profile('ChargingStationExternalConstraints', wish)
export const generation = (wish: Wish) => profile('LocalGeneration', { at: 0, ...wish })

export const AC: EvseFacts = { id: 1, phases: 3, voltage: 230 }
export const CHARGING: StateFacts = { transactions: [{ id: 't', evseId: 1, startedAt: NOW }] }

export interface Facts {
  version?: '2.0.1' | '2.1'
  evses?: EvseFacts[]
  state?: StateFacts
  profiles: InstalledProfile<ChargingProfileType>[]
  request?: Partial<CompositeInput['request']>
}

export function facts({ version = '2.1', evses = [AC], state = CHARGING, profiles, request }: Facts): CompositeInput {
  const input = {
    evses,
    state,
    profiles,
    request: { evseId: 1, start: NOW, duration: 600, unit: 'A' as const, ...request }
  }
  return { version, ...input } as CompositeInput
}

/** The same of 1.6, with one schedule. */
export function facts16({ profiles, ...rest }: Facts): CompositeInput {
  const old = profiles.map(({ profile: { id, chargingSchedule, ...profile }, ...installed }) => ({
    ...installed,
    profile: {
      ...profile,
      chargingProfileId: id,
      chargingProfilePurpose: profile.chargingProfilePurpose.replace('ChargingStationMax', 'ChargePointMax'),
      chargingSchedule: chargingSchedule[0]
    }
  }))
  return { ...facts({ ...rest, profiles: [] }), version: '1.6', profiles: old } as unknown as CompositeInput
}
