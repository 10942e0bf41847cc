import { parseTime } from '../../time.js'
import type * as v16 from '../../v16/index.js'
import type { Charger } from '../charger.js'
import { powerChanged } from '../metering.js'
import { compositeSchedule, type Profile, type Purpose } from '../model/profiles.js'
import { connectorAt, limitContext } from '../model/station.js'
import { keepProfile } from '../sessions/transactions.js'

const PURPOSES: Readonly<Record<v16.ChargingProfilePurposeType, Purpose>> = {
  ChargePointMaxProfile: 'StationMax',
  TxDefaultProfile: 'TxDefault',
  TxProfile: 'Tx'
}

/** Converts a profile of 1.6 for the model. */
export function profile16(evseId: number, original: v16.ChargingProfile): Profile {
  const { chargingProfileId, chargingProfilePurpose, chargingProfileKind, recurrencyKind, stackLevel } = original
  const { validFrom, validTo, chargingSchedule } = original
  return {
    id: chargingProfileId,
    evseId,
    purpose: PURPOSES[chargingProfilePurpose],
    kind: chargingProfileKind,
    recurrency: recurrencyKind,
    stackLevel,
    validFrom: time(validFrom),
    validTo: time(validTo),
    transactionId: undefined,
    schedule: {
      unit: chargingSchedule.chargingRateUnit,
      start: time(chargingSchedule.startSchedule),
      duration: chargingSchedule.duration,
      periods: chargingSchedule.chargingSchedulePeriod.map(({ startPeriod, limit, numberPhases }) => ({
        start: startPeriod,
        limit,
        phases: numberPhases
      }))
    },
    original
  }
}

function time(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseTime(text)
}

/** The EVSE id of a connectorId; 0 for the whole charge point, `undefined` for an unknown connector. */
export function evseIdAt(charger: Charger, connectorId: number): number | undefined {
  return connectorId === 0 ? 0 : connectorAt(charger.station, connectorId)?.evse.id
}

export function setChargingProfile(
  charger: Charger,
  { connectorId, csChargingProfiles }: v16.SetChargingProfileRequest
): v16.SetChargingProfileResponse {
  const evseId = evseIdAt(charger, connectorId)
  if (evseId === undefined || !isAllowed(charger, evseId, csChargingProfiles)) return { status: 'Rejected' }
  keepProfile(charger, profile16(evseId, csChargingProfiles))
  charger.afterwards(() => powerChanged(charger))
  return { status: 'Accepted' }
}

// [1.6 §3.13.1, §5.16.2]
function isAllowed(charger: Charger, evseId: number, profile: v16.ChargingProfile): boolean {
  const { chargingProfilePurpose, transactionId, stackLevel, chargingSchedule } = profile
  if (stackLevel < 0 || stackLevel > Number(charger.settings.get('ChargeProfileMaxStackLevel'))) return false
  if (chargingSchedule.chargingSchedulePeriod[0]?.startPeriod !== 0) return false
  if (chargingProfilePurpose === 'ChargePointMaxProfile') return evseId === 0
  if (chargingProfilePurpose === 'TxDefaultProfile') return true
  const transaction = charger.station.evses.find(({ id }) => id === evseId)?.transaction
  return transaction !== undefined && (transactionId === undefined || transactionId === transaction.csmsId)
}

export function clearChargingProfile(
  charger: Charger,
  { id, connectorId, chargingProfilePurpose, stackLevel }: v16.ClearChargingProfileRequest
): v16.ClearChargingProfileResponse {
  const { station } = charger
  const evseId = connectorId === undefined ? undefined : evseIdAt(charger, connectorId)
  if (connectorId !== undefined && evseId === undefined) return { status: 'Unknown' }
  const purpose = chargingProfilePurpose && PURPOSES[chargingProfilePurpose]
  const isMeant = (profile: Profile) =>
    (id === undefined || profile.id === id) &&
    (evseId === undefined || profile.evseId === evseId) &&
    (purpose === undefined || profile.purpose === purpose) &&
    (stackLevel === undefined || profile.stackLevel === stackLevel)
  const kept = station.profiles.filter((profile) => !isMeant(profile))
  if (kept.length === station.profiles.length) return { status: 'Unknown' }
  station.profiles = kept
  charger.afterwards(() => powerChanged(charger))
  return { status: 'Accepted' }
}

export function getCompositeSchedule(
  charger: Charger,
  { connectorId, duration, chargingRateUnit = 'W' }: v16.GetCompositeScheduleRequest
): v16.GetCompositeScheduleResponse {
  const evseId = evseIdAt(charger, connectorId)
  if (evseId === undefined || duration < 0) return { status: 'Rejected' }
  const { station, time: clock } = charger
  const evse = station.evses.find(({ id }) => id === evseId)
  const context = limitContext(station, evse)
  const divisor = chargingRateUnit === 'W' ? 1 : context.voltage * context.phases
  const start = clock.now()
  const periods = compositeSchedule(station.profiles, context, start, duration)
  return {
    status: 'Accepted',
    connectorId,
    scheduleStart: charger.timestamp(start),
    chargingSchedule: {
      duration,
      startSchedule: charger.timestamp(start),
      chargingRateUnit,
      chargingSchedulePeriod: periods.map(({ start: startPeriod, limit }) => ({
        startPeriod,
        limit: Number((limit / divisor).toFixed(1))
      }))
    }
  }
}
