/** The purpose of a charging profile, in the words of 2.x. */
export type Purpose = 'StationMax' | 'TxDefault' | 'Tx' | 'Priority' | 'LocalGeneration'

export interface SchedulePeriod {
  /** Seconds from the start of the schedule. */
  readonly start: number
  /** In the unit of the schedule. */
  limit: number
  readonly phases: number | undefined
}

export interface Schedule {
  readonly unit: 'A' | 'W'
  /** Milliseconds since the epoch. */
  readonly start: number | undefined
  /** Seconds. `undefined`: the schedule lasts until another one takes over. */
  readonly duration: number | undefined
  readonly periods: readonly SchedulePeriod[]
}

/** A charging profile of any version. [1.6 §3.13; 2.x K01] */
export interface Profile {
  readonly id: number
  /** 0 means the whole charge point. */
  readonly evseId: number
  readonly purpose: Purpose
  readonly kind: 'Absolute' | 'Recurring' | 'Relative' | 'Dynamic'
  readonly recurrency: 'Daily' | 'Weekly' | undefined
  readonly stackLevel: number
  readonly validFrom: number | undefined
  readonly validTo: number | undefined
  readonly transactionId: string | undefined
  readonly schedule: Schedule
  /** The profile as the CSMS sent it, for reports. */
  readonly original: unknown
}

/** The values that a limit depends on, besides the profiles. */
export interface LimitContext {
  readonly evseId: number
  /** Maximum power of the hardware. W. */
  readonly hardware: number
  readonly voltage: number
  readonly phases: number
  /** Start of the transaction. `undefined`: there is none, so TxProfiles do not count. */
  readonly transactionStart: number | undefined
  readonly hasPriority: boolean
}

/** A period of a composite schedule. */
export interface CompositePeriod {
  /** Seconds from the start. */
  readonly start: number
  /** W */
  readonly limit: number
}

const SECOND = 1000
const RECURRENCE = { Daily: 86_400 * SECOND, Weekly: 7 * 86_400 * SECOND }
/** Maximum number of periods in a composite schedule of 2.x. */
const MAX_PERIODS = 1024

/**
 * The power limit at a time, in W. For each purpose, the profile with the highest stack level that is valid then counts.
 * TxProfile takes precedence over TxDefaultProfile, the profile of an EVSE over that of the charge point. The lowest of
 * the remaining limits holds. [1.6 §3.13.3; 2.x K01]
 */
export function limitAt(profiles: readonly Profile[], context: LimitContext, at: number): number {
  const of = (purpose: Purpose, evseId: number) => highest(profiles, purpose, evseId, context, at)
  const transaction =
    (context.hasPriority ? of('Priority', context.evseId) : undefined) ??
    (context.transactionStart === undefined ? undefined : of('Tx', context.evseId)) ??
    of('TxDefault', context.evseId) ??
    of('TxDefault', 0)
  const station = of('StationMax', 0)
  const generated = station === undefined ? 0 : (of('LocalGeneration', 0) ?? 0)
  return Math.max(0, Math.min(context.hardware, transaction ?? Infinity, (station ?? Infinity) + generated))
}

/** The limits over some seconds; consecutive periods with the same limit are joined. */
export function compositeSchedule(
  profiles: readonly Profile[],
  context: LimitContext,
  from: number,
  seconds: number
): CompositePeriod[] {
  const composite: CompositePeriod[] = []
  for (const at of boundaries(profiles, context, from, from + seconds * SECOND)) {
    const limit = limitAt(profiles, context, at)
    if (composite.at(-1)?.limit !== limit) composite.push({ start: Math.round((at - from) / SECOND), limit })
  }
  return composite.slice(0, MAX_PERIODS)
}

function highest(
  profiles: readonly Profile[],
  purpose: Purpose,
  evseId: number,
  context: LimitContext,
  at: number
): number | undefined {
  let found: { level: number; limit: number } | undefined
  for (const profile of profiles) {
    if (profile.purpose !== purpose || profile.evseId !== evseId) continue
    if (found !== undefined && found.level >= profile.stackLevel) continue
    const limit = profileLimit(profile, context, at)
    if (limit !== undefined) found = { level: profile.stackLevel, limit }
  }
  return found?.limit
}

/** The limit of one profile at a time, in W; `undefined` when the profile is not valid then. */
function profileLimit(profile: Profile, context: LimitContext, at: number): number | undefined {
  const { validFrom = -Infinity, validTo = Infinity, schedule } = profile
  if (at < validFrom || at >= validTo) return undefined
  const start = scheduleStart(profile, context, at)
  if (start === undefined || at < start) return undefined
  const elapsed = (at - start) / SECOND
  if (schedule.duration !== undefined && elapsed >= schedule.duration) return undefined
  const period = schedule.periods.findLast((candidate) => candidate.start <= elapsed)
  return period && inWatts(period, schedule.unit, context)
}

function scheduleStart({ kind, recurrency, schedule }: Profile, context: LimitContext, at: number): number | undefined {
  if (kind === 'Relative') return context.transactionStart ?? schedule.start
  if (kind !== 'Recurring') return schedule.start ?? context.transactionStart ?? -Infinity
  if (schedule.start === undefined || recurrency === undefined) return schedule.start
  const every = RECURRENCE[recurrency]
  return schedule.start + Math.floor((at - schedule.start) / every) * every
}

function inWatts(period: SchedulePeriod, unit: 'A' | 'W', { voltage, phases }: LimitContext): number {
  return unit === 'W' ? period.limit : period.limit * voltage * Math.min(period.phases ?? phases, phases)
}

/** All times at which the limit may change, including the start. */
function boundaries(profiles: readonly Profile[], context: LimitContext, from: number, to: number): number[] {
  const times = new Set<number>([from])
  const add = (time: number) => {
    if (time > from && time < to && times.size < MAX_PERIODS * 2) times.add(time)
  }
  for (const profile of profiles) {
    add(profile.validFrom ?? from)
    add(profile.validTo ?? from)
    for (const start of occurrences(profile, context, from, to)) {
      for (const period of profile.schedule.periods) add(start + period.start * SECOND)
      if (profile.schedule.duration !== undefined) add(start + profile.schedule.duration * SECOND)
    }
  }
  return [...times].sort((a, b) => a - b)
}

function occurrences(profile: Profile, context: LimitContext, from: number, to: number): number[] {
  const first = scheduleStart(profile, context, from)
  if (first === undefined || !Number.isFinite(first)) return []
  if (profile.kind !== 'Recurring' || profile.recurrency === undefined) return [first]
  const every = RECURRENCE[profile.recurrency]
  const count = Math.min(Math.ceil((to - first) / every), MAX_PERIODS)
  return Array.from({ length: count }, (_, index) => first + index * every)
}
