import {
  type CompositeInput,
  type CompositePeriod,
  type CompositeSchedule,
  compositeSchedule,
  type EvseFacts,
  type InstalledProfile
} from '../../smart-charging/index.js'
import { parseTime } from '../../time.js'
import type * as v16 from '../../v16/index.js'
import type * as v21 from '../../v21/index.js'

export type AnyProfile = v16.ChargingProfile | v21.ChargingProfileType

/** A charging profile that the charge point has accepted. */
export interface Profile {
  readonly id: number
  /** 0 means the whole charge point. */
  readonly evseId: number
  readonly purpose: AnyProfile['chargingProfilePurpose']
  readonly stackLevel: number
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number
  /** Seconds, drawn by the charge point. [2.1 K01.FR.92] */
  readonly randomDelays: readonly number[]
  /** As the CSMS sent it. */
  readonly original: AnyProfile
}

export function profileOf(evseId: number, original: AnyProfile, acceptedAt: number, random: () => number): Profile {
  const { chargingProfilePurpose: purpose, stackLevel } = original
  const id = 'id' in original ? original.id : original.chargingProfileId
  return { id, evseId, purpose, stackLevel, acceptedAt, randomDelays: delaysOf(original, random), original }
}

function delaysOf({ chargingSchedule }: AnyProfile, random: () => number): number[] {
  const [schedule] = [chargingSchedule].flat()
  const most = schedule !== undefined && 'randomizedDelay' in schedule ? (schedule.randomizedDelay ?? 0) : 0
  return (schedule?.chargingSchedulePeriod.slice(1) ?? []).map(() => Math.floor(random() * (most + 1)))
}

/** Whether a profile takes the place of one that was there before. [1.6 §5.16; 2.x K01.FR.05, K01.FR.06] */
export function replaces(profile: Profile, other: Profile, version: CompositeInput['version']): boolean {
  if (profile.id === other.id) return true
  const isSamePlace =
    profile.purpose === other.purpose && profile.stackLevel === other.stackLevel && profile.evseId === other.evseId
  return isSamePlace && (version === '1.6' || overlap(profile.original, other.original))
}

function overlap(a: AnyProfile, b: AnyProfile): boolean {
  const from = ({ validFrom }: AnyProfile) => (validFrom && parseTime(validFrom)) || Number.NEGATIVE_INFINITY
  const to = ({ validTo }: AnyProfile) => (validTo && parseTime(validTo)) || Number.POSITIVE_INFINITY
  return from(a) < to(b) && from(b) < to(a)
}

/** The profile with the values of an update. [2.1 K28] */
export function updated(profile: Profile, update: v21.ChargingScheduleUpdateType, at: number): Profile | undefined {
  const original = profile.original as v21.ChargingProfileType
  const [schedule] = original.chargingSchedule
  const [first] = schedule?.chargingSchedulePeriod ?? []
  if (original.chargingProfileKind !== 'Dynamic' || schedule === undefined || first === undefined) return undefined
  const { customData: _, ...values } = update
  const chargingSchedule = [{ ...schedule, chargingSchedulePeriod: [{ ...first, ...values }] }]
  return { ...profile, original: { ...original, dynUpdateTime: new Date(at).toISOString(), chargingSchedule } }
}

/** The values on which the limits of a station depend. */
export interface StationFacts {
  version: CompositeInput['version']
  evses: readonly EvseFacts[]
  profiles: readonly Profile[]
  state: NonNullable<CompositeInput['state']>
}

export type Question = CompositeInput['request']

export function scheduleOf({ version, evses, profiles, state }: StationFacts, request: Question): CompositeSchedule {
  const installed: InstalledProfile<AnyProfile>[] = profiles.map(({ original: profile, ...given }) => ({
    evseId: given.evseId,
    acceptedAt: given.acceptedAt,
    randomDelays: given.randomDelays,
    profile
  }))
  return compositeSchedule({ version, evses, state, request, profiles: installed } as CompositeInput)
}

/** The power that one period allows an EV. */
export interface Allowance {
  /** W over all phases; infinite without a limit. */
  readonly watts: number
  /** W on each phase. */
  readonly perPhase: number
  readonly phases: number
}

export function allowanceAt(facts: StationFacts, evse: EvseFacts, at: number): Allowance {
  const { periods } = scheduleOf(facts, { evseId: evse.id, start: at, duration: 1, unit: 'W' })
  return allowanceOf(periods[0], evse)
}

/** Without a limit, a setpoint above 0 is the limit; below 0 the EV takes nothing. [2.1 Q03] */
function allowanceOf(period: CompositePeriod | undefined, { phases: wired }: EvseFacts): Allowance {
  const phases = period?.numberPhases ?? wired
  const most = (value: number | null | undefined) => Math.max(0, value ?? Number.POSITIVE_INFINITY)
  const { limit, limitL2, limitL3, setpoint } = period ?? {}
  const watts = Math.min(most(limit) + (limitL2 ?? 0) + (limitL3 ?? 0), most(setpoint))
  const lowest = limitL2 === undefined ? watts / phases : Math.min(most(limit), limitL2, most(limitL3))
  return { watts, perPhase: Math.min(lowest, watts / phases), phases }
}
