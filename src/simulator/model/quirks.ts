import { parseTime } from '../../time.js'
import { MIN_POWER } from './ev.js'
import type { Allowance, AnyProfile, Profile } from './profiles.js'

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
  'refuses-future-start': 'rejects schedules that start in the future',
  'needs-highest-level': 'rejects stack levels below the highest one',
  'needs-level-0': 'rejects stack levels above 0, though it tells a higher one',
  'highest-level-0': 'has the stack level 0 only, and tells so',
  'level-999': 'has the stack level 999 only, and tells so',
  'one-profile': 'rejects a second profile of an EVSE',
  'loses-relative-default': 'accepts a Relative TxDefaultProfile, and does not keep it',
  'keeps-level': 'keeps the profile that another one of its purpose and level should replace, and obeys the older one',
  'late-default': 'a TxDefaultProfile counts from the next transaction on',
  'zero-is-final': 'a transaction that was limited to less than 6 A never charges again',
  'stored-zero': 'after a transaction that was limited to less than 6 A, none charges until it boots',
  'sleepy-cars': 'a car that has charged and is paused takes nothing until it is plugged in again',
  'resumes-unlimited': 'after a pause, a transaction has no limit',
  'ignores-duration': 'a limit does not end with the duration of its schedule',
  overshoots: 'a transaction has no limit in its first 5 s',
  'slow-current': 'the current follows a limit 10 s later',
  'slower-current': 'the current follows a limit 45 s later',
  'own-cloud': 'after each profile, its own cloud limits it to 16 A instead for a minute',
  'own-limit': 'limits transactions to 10 A by itself; 2.x tells it by NotifyChargingLimit',
  'slow-answers': 'answers SetChargingProfile 20 s later',
  'forgets-profiles': 'has no profiles after a boot',
  'resurrects-profiles': 'after a boot, profiles that were deleted or replaced are in force again',
  'no-current': 'does not measure Current.Import',
  'one-line-meter': 'measures the current of L1 only',
  'composite-forgets-defaults': 'leaves its TxDefaultProfiles out of the composite schedule that it answers',
  'composite-forgets-evses': 'leaves the profiles of EVSEs out of the composite schedule that it answers',
  'composite-one-period': 'answers only the first period of a composite schedule',
  'composite-no-sum': 'answers the composite schedule of the first EVSE for EVSE 0',
  'composite-zero-watts': 'answers 0 W where its profiles limit in A',
  'composite-48': 'answers 48 A, or as many W, where no profile limits'
} as const

export type Quirk = keyof typeof QUIRKS
export type Quirks = ReadonlySet<Quirk>

/** Names of all quirks. */
export const QUIRK_NAMES = Object.keys(QUIRKS) as Quirk[]

/** Simulated milliseconds until a slow current has followed. */
const FOLLOW_TIMES: readonly [Quirk, number][] = [
  ['slower-current', 45_000],
  ['slow-current', 10_000]
]
/** Simulated milliseconds in which an EVSE overshoots. */
const OVERSHOOT_TIME = 5_000
/** Simulated milliseconds in which the limit of the own cloud counts after a profile. */
const CLOUD_TIME = 60_000
const CLOUD_AMPERES = 16
/** The limit of the own load balancing. A. */
export const OWN_AMPERES = 10
/** Simulated milliseconds that a slow answer takes. */
export const ANSWER_TIME = 20_000

/** The limits that a transaction has seen. */
export interface Throttle {
  /** Whether it was limited to less than a car can take. */
  wasPaused: boolean
  /** Whether its car has charged. */
  hasCharged: boolean
  /** The limits of the last seconds, each with its time in milliseconds. */
  steps: { at: number; allowance: Allowance }[]
}

export function createThrottle(): Throttle {
  return { wasPaused: false, hasCharged: false, steps: [] }
}

/** What the limits of a transaction depend on besides its profiles. */
export interface Circumstances {
  throttle: Throttle
  hardware: Allowance
  now: number
  startedAt: number
  /** When the charge point accepted a profile last. */
  acceptedAt: number
  /** Volts. */
  voltage: number
  /** What the charge point keeps beyond the transaction, and what the car does. */
  kept: { isStoppedForGood: boolean }
  car: { isAsleep?: boolean }
}

/** The power that a charge point with quirks supplies where its profiles allow `allowed`. */
export function throttled(quirks: Quirks, allowed: Allowance, at: Circumstances): Allowance {
  const { throttle, hardware, now, startedAt } = at
  if (quirks.size === 0) return allowed
  if (quirks.has('ignores-limits')) return hardware
  if (quirks.has('overshoots') && now - startedAt < OVERSHOOT_TIME) return hardware
  const own = ownLimit(quirks, allowed, at)
  const isPaused = own.perPhase < MIN_POWER
  if (isPaused) remember(quirks, at)
  if (!isPaused) throttle.hasCharged = true
  if (isFinal(quirks, at)) return { ...own, watts: 0, perPhase: 0 }
  const wanted = throttle.wasPaused && !isPaused && quirks.has('resumes-unlimited') ? hardware : own
  const [, time] = FOLLOW_TIMES.find(([quirk]) => quirks.has(quirk)) ?? []
  return time === undefined ? wanted : delayed(throttle, wanted, now - time, now)
}

function remember(quirks: Quirks, { throttle, kept, car }: Circumstances): void {
  throttle.wasPaused = true
  if (quirks.has('stored-zero')) kept.isStoppedForGood = true
  if (quirks.has('sleepy-cars') && throttle.hasCharged) car.isAsleep = true
}

function isFinal(quirks: Quirks, { throttle, kept, car }: Circumstances): boolean {
  return kept.isStoppedForGood || car.isAsleep === true || (throttle.wasPaused && quirks.has('zero-is-final'))
}

/** Limits that no CSMS has set: one in place of the profiles, and one beside them. */
function ownLimit(
  quirks: Quirks,
  allowed: Allowance,
  { now, acceptedAt, voltage, hardware }: Circumstances
): Allowance {
  const isOfCloud = quirks.has('own-cloud') && now - acceptedAt < CLOUD_TIME
  const base = isOfCloud ? capped(hardware, CLOUD_AMPERES * voltage) : allowed
  return quirks.has('own-limit') ? capped(base, OWN_AMPERES * voltage) : base
}

function capped({ watts, perPhase, phases }: Allowance, most: number): Allowance {
  return { watts: Math.min(watts, most * phases), perPhase: Math.min(perPhase, most), phases }
}

function delayed(throttle: Throttle, wanted: Allowance, until: number, now: number): Allowance {
  const last = throttle.steps.at(-1)?.allowance
  if (last?.watts !== wanted.watts || last.perPhase !== wanted.perPhase || last.phases !== wanted.phases) {
    throttle.steps.push({ at: now, allowance: wanted })
  }
  const followed = throttle.steps.findLastIndex(({ at }) => at <= until)
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
  return profiles.filter(({ purpose, evseId }) => {
    if (quirks.has('composite-forgets-defaults') && purpose === 'TxDefaultProfile') return false
    return !(quirks.has('composite-forgets-evses') && evseId !== 0)
  })
}

interface Told {
  unit: 'A' | 'W'
  profiles: readonly Profile[]
  /** What a charge point answers where no profile limits. */
  hardware: number
  phases: number
  voltage: number
}

/** The periods that a charge point answers. `limit` `null`: no profile limits. */
export function toldPeriods<Period extends { limit: number | null }>(
  quirks: Quirks,
  periods: readonly Period[],
  { unit, profiles, hardware, phases, voltage }: Told
): (Period & { limit: number })[] {
  const isZero =
    quirks.has('composite-zero-watts') && unit === 'W' && profiles.some((profile) => unitOf(profile) === 'A')
  const none = quirks.has('composite-48') ? 48 * (unit === 'A' ? 1 : voltage * phases) : hardware
  const told = periods.map((period) => ({ ...period, limit: isZero ? 0 : (period.limit ?? none) }))
  return quirks.has('composite-one-period') ? told.slice(0, 1) : told
}

/** The EVSE whose composite schedule is answered for this one. */
export function toldEvse(quirks: Quirks, evseId: number): number {
  return evseId === 0 && quirks.has('composite-no-sum') ? 1 : evseId
}

/** The highest stack level that a charge point tells. `undefined`: as its settings have it. */
export function toldLevel(quirks: Quirks): number | undefined {
  if (quirks.has('highest-level-0')) return 0
  return quirks.has('level-999') ? 999 : undefined
}

/** The profiles after a boot. @param gone those that were deleted or replaced before */
export function afterBoot(
  quirks: Quirks,
  profiles: readonly Profile[],
  { gone, now }: { gone: readonly Profile[]; now: number }
) {
  if (quirks.has('forgets-profiles')) return []
  if (!quirks.has('resurrects-profiles')) return [...profiles]
  const ids = new Set(gone.map(({ id }) => id))
  const last = [...ids].flatMap((id) => gone.findLast((profile) => profile.id === id) ?? [])
  const back = last.map((profile) => ({ ...profile, acceptedAt: now }))
  return [...profiles.filter(({ id }) => !ids.has(id)), ...back]
}

/** Whether a profile takes the place of one that has the same purpose and level. */
export function mayReplace(quirks: Quirks, profile: Profile, other: Profile): boolean {
  return profile.id === other.id || !quirks.has('keeps-level')
}

/** The profiles as the charge point understands them. */
export function understood(quirks: Quirks, profiles: readonly Profile[]): readonly Profile[] {
  const known = quirks.has('keeps-level') ? profiles.filter((profile) => !isShadowed(profile, profiles)) : profiles
  return quirks.has('ignores-duration') ? known.map(withoutDuration) : known
}

/** Whether an older profile of the same purpose and level counts in its place. */
function isShadowed(profile: Profile, profiles: readonly Profile[]): boolean {
  const index = profiles.indexOf(profile)
  return profiles.slice(0, index).some((older) => {
    return (['purpose', 'stackLevel', 'evseId'] as const).every((member) => older[member] === profile[member])
  })
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

const schedulesOf = ({ original }: { original: AnyProfile }) => [original.chargingSchedule].flat()

const unitOf = (profile: Profile) => schedulesOf(profile)[0]?.chargingRateUnit

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
  'refuses-future-start': ({ profile }) =>
    schedulesOf(profile).some(({ startSchedule }) => (parseTime(startSchedule ?? '') ?? 0) > profile.acceptedAt),
  'needs-highest-level': ({ profile, highestLevel }) => profile.stackLevel < highestLevel,
  'level-999': ({ profile, highestLevel }) => profile.stackLevel < highestLevel,
  'needs-level-0': ({ profile }) => profile.stackLevel > 0,
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
