import { MIN_POWER } from './ev.js'
import type { Allowance, Profile } from './profiles.js'

/** Behaviour of real charge points, against the standard or where it leaves a choice, that a CSMS has to cope with. */
export const QUIRKS = {
  'ignores-limits': 'accepts profiles and supplies what the car takes',
  'amperes-only': 'rejects profiles in W',
  'watts-only': 'rejects profiles in A',
  'whole-numbers': 'rejects limits with decimals',
  'refuses-tx-profile': 'rejects each TxProfile',
  'refuses-transaction-id': 'rejects a TxProfile with a transactionId',
  'refuses-relative': 'rejects Relative profiles',
  'needs-relative': 'rejects profiles that are not Relative',
  'needs-highest-level': 'rejects stack levels below the highest one',
  'one-profile': 'rejects a second profile of an EVSE',
  'loses-relative-default': 'accepts a Relative TxDefaultProfile, and does not keep it',
  'late-default': 'a TxDefaultProfile counts from the next transaction on',
  'zero-is-final': 'a transaction that was limited to less than 6 A never charges again',
  'resumes-unlimited': 'after a pause, a transaction has no limit',
  'ignores-duration': 'a limit does not end with the duration of its schedule',
  'slow-current': 'the current follows a limit 10 s later',
  'slow-answers': 'answers SetChargingProfile 20 s later',
  'forgets-profiles': 'has no profiles after a boot',
  'no-current': 'does not measure Current.Import',
  'one-line-meter': 'measures the current of L1 only',
  'composite-forgets-defaults': 'leaves its TxDefaultProfiles out of the composite schedule that it answers'
} as const

export type Quirk = keyof typeof QUIRKS
export type Quirks = ReadonlySet<Quirk>

/** Names of all quirks. */
export const QUIRK_NAMES = Object.keys(QUIRKS) as Quirk[]

/** Simulated milliseconds until a slow current has followed. */
const FOLLOW_TIME = 10_000
/** Simulated milliseconds that a slow answer takes. */
export const ANSWER_TIME = 20_000

/** The limits that a transaction has seen. */
export interface Throttle {
  /** Whether it was limited to less than a car can take. */
  wasPaused: boolean
  /** The limits of the last seconds, each with its time in milliseconds. */
  steps: { at: number; allowance: Allowance }[]
}

export function createThrottle(): Throttle {
  return { wasPaused: false, steps: [] }
}

/** The power that a charge point with quirks supplies where its profiles allow `allowed`. */
export function throttled(
  quirks: Quirks,
  allowed: Allowance,
  at: { throttle: Throttle; hardware: Allowance; now: number }
): Allowance {
  const { throttle, hardware, now } = at
  if (quirks.size === 0) return allowed
  if (quirks.has('ignores-limits')) return hardware
  const isPaused = allowed.perPhase < MIN_POWER
  if (isPaused) throttle.wasPaused = true
  if (throttle.wasPaused && quirks.has('zero-is-final')) return { ...allowed, watts: 0, perPhase: 0 }
  const wanted = throttle.wasPaused && !isPaused && quirks.has('resumes-unlimited') ? hardware : allowed
  return quirks.has('slow-current') ? delayed(throttle, wanted, now) : wanted
}

function delayed(throttle: Throttle, wanted: Allowance, now: number): Allowance {
  const last = throttle.steps.at(-1)?.allowance
  if (last?.watts !== wanted.watts || last.perPhase !== wanted.perPhase || last.phases !== wanted.phases) {
    throttle.steps.push({ at: now, allowance: wanted })
  }
  const followed = throttle.steps.findLastIndex(({ at }) => at <= now - FOLLOW_TIME)
  throttle.steps = throttle.steps.slice(Math.max(0, followed))
  return throttle.steps[0]?.allowance ?? wanted
}

/** The profiles that count for a transaction that began then. */
export function countingProfiles(quirks: Quirks, profiles: readonly Profile[], startedAt: number): readonly Profile[] {
  if (!quirks.has('late-default')) return profiles
  return profiles.filter(({ purpose, acceptedAt }) => purpose !== 'TxDefaultProfile' || acceptedAt <= startedAt)
}

/** The profiles that make up the composite schedule which a charge point answers. */
export function toldProfiles(quirks: Quirks, profiles: readonly Profile[]): readonly Profile[] {
  if (!quirks.has('composite-forgets-defaults')) return profiles
  return profiles.filter(({ purpose }) => purpose !== 'TxDefaultProfile')
}

/** The profiles as the charge point understands them. */
export function understood(quirks: Quirks, profiles: readonly Profile[]): readonly Profile[] {
  return quirks.has('ignores-duration') ? profiles.map(withoutDuration) : profiles
}

function withoutDuration(profile: Profile): Profile {
  const { original } = profile
  const chargingSchedule =
    'chargingProfileId' in original
      ? endless(original.chargingSchedule)
      : original.chargingSchedule.map((schedule) => endless(schedule))
  return { ...profile, original: { ...original, chargingSchedule } as Profile['original'] }
}

function endless<Schedule extends { duration?: number }>({ duration: _, ...schedule }: Schedule) {
  return schedule
}

/** A profile that the CSMS sends, and what the charge point has. */
export interface Offer {
  profile: Profile
  /** Profiles that would stay beside it. */
  others: readonly Profile[]
  highestLevel: number
}

type Refusal = (offer: Offer) => boolean

const schedulesOf = ({ original }: Profile) => [original.chargingSchedule].flat()

function limitsOf(profile: Profile): number[] {
  return schedulesOf(profile).flatMap((schedule) => {
    return [...schedule.chargingSchedulePeriod].flatMap(({ limit }) => limit ?? [])
  })
}

const REFUSALS: Readonly<Partial<Record<Quirk, Refusal>>> = {
  'amperes-only': ({ profile }) => schedulesOf(profile).some(({ chargingRateUnit }) => chargingRateUnit === 'W'),
  'watts-only': ({ profile }) => schedulesOf(profile).some(({ chargingRateUnit }) => chargingRateUnit === 'A'),
  'whole-numbers': ({ profile }) => limitsOf(profile).some((limit) => !Number.isInteger(limit)),
  'refuses-tx-profile': ({ profile }) => profile.purpose === 'TxProfile',
  'refuses-transaction-id': ({ profile }) =>
    profile.purpose === 'TxProfile' && profile.original.transactionId !== undefined,
  'refuses-relative': ({ profile }) => profile.original.chargingProfileKind === 'Relative',
  'needs-relative': ({ profile }) => profile.original.chargingProfileKind !== 'Relative',
  'needs-highest-level': ({ profile, highestLevel }) => profile.stackLevel < highestLevel,
  'one-profile': ({ profile, others }) => others.some(({ evseId }) => evseId === profile.evseId)
}

/** Whether a charge point accepts a profile and does not keep it. */
export function isLost(quirks: Quirks, { purpose, original }: Profile): boolean {
  const isRelative = original.chargingProfileKind === 'Relative'
  return quirks.has('loses-relative-default') && purpose === 'TxDefaultProfile' && isRelative
}

/** Whether a charge point rejects a profile because of its quirks. */
export function isRefused(quirks: Quirks, offer: Offer): boolean {
  return [...quirks].some((quirk) => REFUSALS[quirk]?.(offer) === true)
}
