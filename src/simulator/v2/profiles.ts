import type { CompositePeriod } from '../../smart-charging/index.js'
import type * as v21 from '../../v21/index.js'
import type { Charger } from '../charger.js'
import { powerChanged } from '../metering.js'
import { type Profile, profileOf, scheduleOf, updated } from '../model/profiles.js'
import { toldEvse } from '../model/quirks.js'
import { type Evse, findTransaction, toldFacts, toldSchedule } from '../model/station.js'
import { dropProfiles, takeProfile } from '../sessions/transactions.js'
import { type Answers, call, sendParts } from './calls.js'

/** Purposes that apply only to the whole charging station. [2.x K01.FR.38, K24] */
const OF_STATION = new Set<v21.ChargingProfilePurposeEnumType>(['ChargingStationMaxProfile', 'LocalGeneration'])

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
    if (reasonCode !== undefined) return { status: 'Rejected', statusInfo: { reasonCode } }
    const profile = profileOf(evseId, chargingProfile, charger.time.now(), charger.random)
    return { status: takeProfile(charger, profile, charger.number('highestLevel')) ? 'Accepted' : 'Rejected' }
  },
  ClearChargingProfile: (charger, request) => {
    const { station } = charger
    const kept = station.profiles.filter((profile) => !isCleared(profile, request))
    if (kept.length === station.profiles.length) return { status: 'Unknown' }
    dropProfiles(station, kept)
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
    const { station, time } = charger
    const profile = station.profiles.find(({ id }) => id === chargingProfileId)
    const next = profile && updated(profile, scheduleUpdate, time.now())
    if (next === undefined) return { status: 'Rejected', statusInfo: { reasonCode: 'InvalidProfile' } }
    station.profiles = station.profiles.map((each) => (each === profile ? next : each))
    charger.afterwards(() => powerChanged(charger))
    return { status: 'Accepted' }
  },
  UsePriorityCharging: (charger, { transactionId, activate }) => {
    const transaction = findTransaction(charger.station, ({ id }) => id === transactionId)?.transaction
    if (transaction === undefined) return { status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } }
    const isPossible = charger.station.profiles.some(({ purpose }) => purpose === 'PriorityCharging')
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
  if (stackLevel > charger.number('highestLevel')) return 'InvalidStackLevel'
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
    (chargingProfilePurpose === undefined || profile.purpose === chargingProfilePurpose) &&
    (stackLevel === undefined || profile.stackLevel === stackLevel)
  )
}

function isReported(profile: Profile, { evseId, chargingProfile }: v21.GetChargingProfilesRequest): boolean {
  const { chargingProfileId, chargingProfilePurpose, stackLevel, chargingLimitSource } = chargingProfile
  return (
    (evseId === undefined || profile.evseId === evseId) &&
    (chargingProfileId === undefined || chargingProfileId.includes(profile.id)) &&
    (chargingProfilePurpose === undefined || profile.purpose === chargingProfilePurpose) &&
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
  const start = clock.now()
  const question = { evseId: toldEvse(station.quirks, evseId), start, duration, unit: chargingRateUnit }
  const composite = scheduleOf(toldFacts(station), question)
  if (composite.status === 'Rejected') {
    const reasonCode = composite.reason === 'unknown-evse' ? 'UnknownEvse' : 'InvalidValue'
    return { status: 'Rejected', statusInfo: { reasonCode } }
  }
  const schedule = {
    evseId,
    duration: composite.duration,
    scheduleStart: charger.timestamp(start),
    chargingRateUnit,
    chargingSchedulePeriod: toldSchedule(station, composite.periods, question).map(period2)
  }
  return { status: 'Accepted', schedule }
}

/** 2.0.1 has none of the members beside limit and phases. */
function period2(period: CompositePeriod & { limit: number }): v21.ChargingSchedulePeriodType {
  const { start: startPeriod, limit, numberPhases, phaseToUse, operationMode } = period
  const members = {
    startPeriod,
    limit,
    limit_L2: period.limitL2,
    limit_L3: period.limitL3,
    dischargeLimit: period.dischargeLimit,
    dischargeLimit_L2: period.dischargeLimitL2,
    dischargeLimit_L3: period.dischargeLimitL3,
    setpoint: period.setpoint,
    setpoint_L2: period.setpointL2,
    setpoint_L3: period.setpointL3,
    setpointReactive: period.setpointReactive,
    setpointReactive_L2: period.setpointReactiveL2,
    setpointReactive_L3: period.setpointReactiveL3,
    numberPhases,
    phaseToUse,
    operationMode
  }
  const given = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as unknown as v21.ChargingSchedulePeriodType
}
