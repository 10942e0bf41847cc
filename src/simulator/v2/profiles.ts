import { parseTime } from '../../time.js'
import type * as v21 from '../../v21/index.js'
import type { Charger } from '../charger.js'
import { powerChanged } from '../metering.js'
import { compositeSchedule, type Profile, type Purpose, type SchedulePeriod } from '../model/profiles.js'
import { type Evse, findTransaction, limitContext } from '../model/station.js'
import { keepProfile } from '../sessions/transactions.js'
import { type Answers, call, sendParts } from './calls.js'

/** `undefined`: the CSMS may not set this purpose. [2.x K01.FR.22] */
const PURPOSES: Readonly<Record<v21.ChargingProfilePurposeEnumType, Purpose | undefined>> = {
  ChargingStationExternalConstraints: undefined,
  ChargingStationMaxProfile: 'StationMax',
  TxDefaultProfile: 'TxDefault',
  TxProfile: 'Tx',
  PriorityCharging: 'Priority',
  LocalGeneration: 'LocalGeneration'
}

/** Purposes that apply only to the whole charging station. [2.x K01.FR.38, K24] */
const OF_STATION = new Set<v21.ChargingProfilePurposeEnumType>(['ChargingStationMaxProfile', 'LocalGeneration'])

/** Converts a profile of 2.x for the model. Only the first schedule counts, as without ISO 15118. */
export function profile2(evseId: number, original: v21.ChargingProfileType): Profile | undefined {
  const purpose = PURPOSES[original.chargingProfilePurpose]
  const [schedule] = original.chargingSchedule
  if (purpose === undefined || schedule === undefined) return undefined
  const { id, chargingProfileKind, recurrencyKind, stackLevel, validFrom, validTo, transactionId } = original
  return {
    id,
    evseId,
    purpose,
    kind: chargingProfileKind,
    recurrency: recurrencyKind,
    stackLevel,
    validFrom: time(validFrom),
    validTo: time(validTo),
    transactionId,
    schedule: {
      unit: schedule.chargingRateUnit,
      start: time(schedule.startSchedule),
      duration: schedule.duration,
      periods: schedule.chargingSchedulePeriod.map(period)
    },
    original
  }
}

// Without a limit, the set point serves as limit. [2.1 Q]
function period({ startPeriod, limit, setpoint, numberPhases }: v21.ChargingSchedulePeriodType): SchedulePeriod {
  return { start: startPeriod, limit: limit ?? setpoint ?? Number.POSITIVE_INFINITY, phases: numberPhases }
}

function time(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseTime(text)
}

export const smartCharging: Answers<
  | 'SetChargingProfile'
  | 'ClearChargingProfile'
  | 'GetChargingProfiles'
  | 'GetCompositeSchedule'
  | 'UpdateDynamicSchedule'
  | 'UsePriorityCharging'
> = {
  SetChargingProfile: (charger, { evseId, chargingProfile }) => {
    const reasonCode = refusal(charger, evseId, chargingProfile)
    const profile = profile2(evseId, chargingProfile)
    if (reasonCode !== undefined || profile === undefined) {
      return { status: 'Rejected', statusInfo: { reasonCode: reasonCode ?? 'InvalidProfile' } }
    }
    keepProfile(charger, profile)
    charger.afterwards(() => powerChanged(charger))
    return { status: 'Accepted' }
  },
  ClearChargingProfile: (charger, request) => {
    const { station } = charger
    const kept = station.profiles.filter((profile) => !isCleared(profile, request))
    if (kept.length === station.profiles.length) return { status: 'Unknown' }
    station.profiles = kept
    charger.afterwards(() => powerChanged(charger))
    return { status: 'Accepted' }
  },
  GetChargingProfiles: (charger, request) => {
    const found = charger.station.profiles.filter((profile) => isReported(profile, request))
    if (found.length === 0) return { status: 'NoProfiles' }
    charger.afterwards(() => report(charger, request.requestId, found))
    return { status: 'Accepted' }
  },
  GetCompositeSchedule: getCompositeSchedule,
  UpdateDynamicSchedule: (charger, { chargingProfileId, scheduleUpdate }) => {
    const profile = charger.station.profiles.find(({ id, kind }) => id === chargingProfileId && kind === 'Dynamic')
    const limit = scheduleUpdate.limit ?? scheduleUpdate.setpoint
    const [first] = profile?.schedule.periods ?? []
    if (first === undefined || limit === undefined)
      return { status: 'Rejected', statusInfo: { reasonCode: 'InvalidProfile' } }
    first.limit = limit
    charger.afterwards(() => powerChanged(charger))
    return { status: 'Accepted' }
  },
  UsePriorityCharging: (charger, { transactionId, activate }) => {
    const transaction = findTransaction(charger.station, ({ id }) => id === transactionId)?.transaction
    if (transaction === undefined) return { status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } }
    const isPossible = charger.station.profiles.some(({ purpose }) => purpose === 'Priority')
    if (!isPossible) return { status: 'NoProfile' }
    transaction.hasPriority = activate
    charger.afterwards(() => powerChanged(charger))
    return { status: 'Accepted' }
  }
}

/** The reason code for refusing a profile, or `undefined`. [2.x K01; Part 2 appendices "Reason codes"] */
function refusal(charger: Charger, evseId: number, profile: v21.ChargingProfileType): string | undefined {
  const { chargingProfilePurpose, chargingSchedule, stackLevel, transactionId } = profile
  const evse = charger.station.evses.find(({ id }) => id === evseId)
  if (evseId !== 0 && evse === undefined) return 'UnknownEvse'
  if (chargingProfilePurpose === 'ChargingStationExternalConstraints') return 'InvalidProfile'
  if (OF_STATION.has(chargingProfilePurpose) && evseId !== 0) return 'InvalidProfile'
  if (stackLevel > Number(charger.settings.get('SmartChargingCtrlr.ProfileStackLevel'))) return 'InvalidStackLevel'
  if (chargingSchedule.some(({ chargingSchedulePeriod: [first] }) => first?.startPeriod !== 0)) return 'InvalidSchedule'
  return chargingProfilePurpose === 'TxProfile' ? txRefusal(evse, transactionId) : undefined
}

function txRefusal(evse: Evse | undefined, transactionId: string | undefined): string | undefined {
  if (transactionId === undefined) return 'MissingParam'
  return evse?.transaction?.id === transactionId ? undefined : 'TxNotFound'
}

function isCleared(profile: Profile, request: v21.ClearChargingProfileRequest): boolean {
  const { chargingProfileId, chargingProfileCriteria = {} } = request
  if (chargingProfileId !== undefined) return profile.id === chargingProfileId
  const { evseId, chargingProfilePurpose, stackLevel } = chargingProfileCriteria
  return (
    (evseId === undefined || profile.evseId === evseId) &&
    (chargingProfilePurpose === undefined || profile.purpose === PURPOSES[chargingProfilePurpose]) &&
    (stackLevel === undefined || profile.stackLevel === stackLevel)
  )
}

function isReported(profile: Profile, { evseId, chargingProfile }: v21.GetChargingProfilesRequest): boolean {
  const { chargingProfileId, chargingProfilePurpose, stackLevel, chargingLimitSource } = chargingProfile
  return (
    (evseId === undefined || profile.evseId === evseId) &&
    (chargingProfileId === undefined || chargingProfileId.includes(profile.id)) &&
    (chargingProfilePurpose === undefined || profile.purpose === PURPOSES[chargingProfilePurpose]) &&
    (stackLevel === undefined || profile.stackLevel === stackLevel) &&
    (chargingLimitSource === undefined || chargingLimitSource.includes('CSO'))
  )
}

/** Maximum number of profiles in one ReportChargingProfiles; all of them belong to one EVSE. */
const REPORT_SIZE = 5

async function report(charger: Charger, requestId: number, profiles: readonly Profile[]): Promise<void> {
  const evseIds = [...new Set(profiles.map(({ evseId }) => evseId))]
  for (const [index, evseId] of evseIds.entries()) {
    const isLast = index === evseIds.length - 1
    const originals = profiles
      .filter((one) => one.evseId === evseId)
      .map((one) => one.original as v21.ChargingProfileType)
    await sendParts(originals, REPORT_SIZE, (chargingProfile, _seqNo, tbc) =>
      call(charger, 'ReportChargingProfiles', {
        requestId,
        chargingLimitSource: 'CSO',
        evseId,
        tbc: tbc || !isLast,
        chargingProfile
      })
    )
  }
}

function getCompositeSchedule(
  charger: Charger,
  { evseId, duration, chargingRateUnit = 'W' }: v21.GetCompositeScheduleRequest
): v21.GetCompositeScheduleResponse {
  const { station, time: clock } = charger
  const evse = station.evses.find(({ id }) => id === evseId)
  if (evseId !== 0 && evse === undefined) return { status: 'Rejected', statusInfo: { reasonCode: 'UnknownEvse' } }
  if (duration < 0) return { status: 'Rejected', statusInfo: { reasonCode: 'InvalidValue' } }
  const context = limitContext(station, evse)
  const divisor = chargingRateUnit === 'W' ? 1 : context.voltage * context.phases
  const start = clock.now()
  const chargingSchedulePeriod = compositeSchedule(station.profiles, context, start, duration).map((part) => ({
    startPeriod: part.start,
    limit: Number((part.limit / divisor).toFixed(1)),
    numberPhases: context.phases
  }))
  const schedule = {
    evseId,
    duration,
    scheduleStart: charger.timestamp(start),
    chargingRateUnit,
    chargingSchedulePeriod
  }
  return { status: 'Accepted', schedule }
}
