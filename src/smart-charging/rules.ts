import type * as v16 from '../v16/index.js'
import type * as v21 from '../v21/index.js'
import type * as v201 from '../v201/index.js'
import { DAY, instantOf, SECOND, wallTimeOf } from './clock.js'
import type { ChargingRateUnit, CompositeInput, EvSchedule, InstalledProfile, StateFacts } from './types.js'
import { type Lines, linesOf } from './units.js'

/** A purpose of 2.1. */
export type Purpose = v21.ChargingProfilePurposeEnumType | 'EvSchedule'

/** The values of a period of a schedule, in the unit of the schedule. */
export interface Terms {
  limit: Lines | undefined
  discharge: Lines | undefined
  setpoint: Lines | undefined
  reactive: Lines | undefined
  phases: number | undefined
  phaseToUse: number | undefined
  mode: v21.OperationModeEnumType | undefined
}

export interface Span {
  /** Milliseconds after the start of the schedule. */
  from: number
  terms: Terms
}

/** A parsed charging schedule. Times in milliseconds. */
export interface Timetable {
  unit: ChargingRateUnit
  /** `undefined`: relative to the transaction. In local time what the wall clock shows. */
  start: number | undefined
  isLocal: boolean
  duration: number
  /** In order. */
  spans: Span[]
  /** Spans with the delays of the charge point; `undefined` when they are not known. [2.1 K01.FR.92] */
  delayed: Span[] | undefined
  maxDelay: number
  limitAtSoC: { soc: number; limit: number } | undefined
  minRate: number | undefined
}

/** A parsed charging profile of any version. Times in milliseconds since the epoch. */
export interface Rule {
  id: number
  evseId: number
  purpose: Purpose
  /** As the version spells it. */
  spelling: string
  stackLevel: number
  source: string
  kind: v21.ChargingProfileKindEnumType
  /** Milliseconds of a recurring profile. */
  every: number | undefined
  validFrom: number
  validTo: number
  transactionId: string | undefined
  isConfirmed: boolean
  /** Whether the values of the profile are known. */
  hasValues: boolean
  /** The last update of a dynamic profile. [2.1 K28] */
  updatedAt: number | undefined
  /** When the profile is silent because the charge point is, or was, offline too long. [2.1 K01.FR.101-103] */
  silent: { from: number; to: number } | undefined
  timetable: Timetable
}

type AnyProfile = v16.ChargingProfile | v201.ChargingProfileType | v21.ChargingProfileType
type AnySchedule = v16.ChargingSchedule | v201.ChargingScheduleType | v21.ChargingScheduleType

const CSO = 'CSO'
/** A limit that was notified without values. [2.x K12] */
const NO_VALUES: AnySchedule = { id: 0, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0 }] }
const EVERY = { Daily: DAY, Weekly: 7 * DAY }

export function rulesOf({ profiles, state = {}, request }: CompositeInput): Rule[] {
  return profiles.map((installed) => ruleOf(installed, state, request.scheduleIndex ?? 0))
}

function ruleOf(installed: InstalledProfile<AnyProfile>, state: StateFacts, index: number): Rule {
  const { evseId, source = CSO, confirmed = true, randomDelays } = installed
  // The fields of 2.1; older versions have less of them.
  const profile = installed.profile as Partial<v16.ChargingProfile> & Partial<v21.ChargingProfileType>
  const schedules = [installed.profile.chargingSchedule].flat()
  const schedule = schedules[index] ?? schedules[0] ?? NO_VALUES
  const spelling = installed.profile.chargingProfilePurpose
  const purpose = spelling === 'ChargePointMaxProfile' ? 'ChargingStationMaxProfile' : spelling
  const { kind, every } = kindOf(installed.profile)
  return {
    id: profile.id ?? profile.chargingProfileId ?? 0,
    evseId,
    purpose,
    spelling,
    stackLevel: installed.profile.stackLevel,
    source,
    kind,
    every,
    validFrom: instantOf(profile.validFrom) ?? Number.NEGATIVE_INFINITY,
    validTo: instantOf(profile.validTo) ?? Number.POSITIVE_INFINITY,
    transactionId: profile.transactionId === undefined ? undefined : String(profile.transactionId),
    isConfirmed: confirmed,
    hasValues: schedule !== NO_VALUES,
    updatedAt: kind === 'Dynamic' ? (instantOf(profile.dynUpdateTime) ?? instantOf(installed.acceptedAt)) : undefined,
    silent: silence(installed, profile, state),
    timetable: timetableOf(schedule, { kind, purpose, randomDelays })
  }
}

/** `recurrencyKind` counts for recurring profiles only. [1.6 §7.8] */
function kindOf({ chargingProfileKind: kind, recurrencyKind }: AnyProfile) {
  const every = kind === 'Recurring' && recurrencyKind !== undefined ? EVERY[recurrencyKind] : undefined
  return { kind, every }
}

/** The schedule of an EV, which is an additional limit while the transaction runs. */
export function evRule({ timeBase, chargingSchedule }: EvSchedule, evseId: number): Rule {
  const timetable = timetableOf(chargingSchedule, { kind: 'Absolute', purpose: 'EvSchedule', randomDelays: undefined })
  return {
    id: 0,
    evseId,
    purpose: 'EvSchedule',
    spelling: 'EvSchedule',
    stackLevel: 0,
    source: 'EV',
    kind: 'Absolute',
    every: undefined,
    validFrom: Number.NEGATIVE_INFINITY,
    validTo: Number.POSITIVE_INFINITY,
    transactionId: undefined,
    isConfirmed: true,
    hasValues: true,
    updatedAt: undefined,
    silent: undefined,
    timetable: { ...timetable, start: instantOf(timeBase) }
  }
}

function silence(
  { acceptedAt }: InstalledProfile<AnyProfile>,
  { maxOfflineDuration, invalidAfterOfflineDuration = false }: Partial<v21.ChargingProfileType>,
  state: StateFacts
): Rule['silent'] {
  const offlineSince = instantOf(state.offlineSince)
  if (maxOfflineDuration === undefined || offlineSince === undefined) return undefined
  if ((instantOf(acceptedAt) ?? Number.NEGATIVE_INFINITY) > offlineSince) return undefined
  const from = offlineSince + maxOfflineDuration * SECOND
  const online = instantOf(state.onlineSince) ?? Number.NEGATIVE_INFINITY
  const back = online < offlineSince ? Number.POSITIVE_INFINITY : online
  if (from >= back) return undefined
  return { from, to: invalidAfterOfflineDuration ? Number.POSITIVE_INFINITY : back }
}

interface Manner {
  kind: v21.ChargingProfileKindEnumType
  purpose: Purpose
  randomDelays: readonly number[] | undefined
}

function timetableOf(given: AnySchedule, { kind, purpose, randomDelays }: Manner): Timetable {
  const schedule: Omit<v21.ChargingScheduleType, 'id'> = { ...given, chargingSchedulePeriod: [] }
  const { useLocalTime: isLocal = false, startSchedule, duration, randomizedDelay = 0 } = schedule
  const spans = given.chargingSchedulePeriod
    .map((period) => ({ from: period.startPeriod * SECOND, terms: termsOf(period, purpose) }))
    .sort((a, b) => a.from - b.from)
  const start = isLocal ? wallTimeOf(startSchedule) : instantOf(startSchedule)
  const maxDelay = Math.max(0, randomizedDelay) * SECOND
  return {
    unit: schedule.chargingRateUnit,
    start: kind === 'Relative' || kind === 'Dynamic' ? undefined : start,
    isLocal: isLocal && start !== undefined && kind !== 'Relative' && kind !== 'Dynamic',
    duration: duration === undefined ? Number.POSITIVE_INFINITY : duration * SECOND,
    spans,
    delayed: maxDelay === 0 ? spans : delayed(spans, randomDelays),
    maxDelay,
    limitAtSoC: schedule.limitAtSoC,
    minRate: schedule.minChargingRate
  }
}

/** A period that would start at or after the next one is dropped. [2.1 K01.FR.97] */
function delayed(spans: readonly Span[], delays: readonly number[] | undefined): Span[] | undefined {
  if (delays === undefined || delays.length < spans.length - 1) return undefined
  const kept: Span[] = []
  let next = Number.POSITIVE_INFINITY
  for (const [index, span] of [...spans.entries()].reverse()) {
    const from = span.from + (index === 0 ? 0 : (delays[index - 1] ?? 0) * SECOND)
    if (from >= next) continue
    kept.unshift({ ...span, from })
    next = from
  }
  return kept
}

type AnyPeriod = AnySchedule['chargingSchedulePeriod'][number]

function termsOf(given: AnyPeriod, purpose: Purpose): Terms {
  const period: v21.ChargingSchedulePeriodType = given
  const { limit, dischargeLimit, setpoint, setpointReactive, phaseToUse = 0, numberPhases = 0 } = period
  // Only a TxProfile may have limits of single phases. [2.1 K01.FR.142-147]
  const single = purpose === 'TxProfile'
  const lines = (l1?: number, l2?: number, l3?: number) => linesOf(l1, single ? l2 : undefined, single ? l3 : undefined)
  return {
    limit: lines(limit, period.limit_L2, period.limit_L3)?.map((each) => Math.max(0, each)),
    discharge: lines(dischargeLimit, period.dischargeLimit_L2, period.dischargeLimit_L3)?.map((each) =>
      Math.min(0, each)
    ),
    setpoint: lines(setpoint, period.setpoint_L2, period.setpoint_L3),
    reactive: lines(setpointReactive, period.setpointReactive_L2, period.setpointReactive_L3),
    phases: numberPhases >= 1 ? numberPhases : undefined,
    phaseToUse: numberPhases === 1 && phaseToUse >= 1 ? phaseToUse : undefined,
    mode: period.operationMode
  }
}
