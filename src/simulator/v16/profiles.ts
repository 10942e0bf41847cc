import type { CompositePeriod } from '../../smart-charging/index.js'
import type * as v16 from '../../v16/index.js'
import type { Charger } from '../charger.js'
import { powerChanged } from '../metering.js'
import { type Profile, profileOf, scheduleOf } from '../model/profiles.js'
import { toldEvse } from '../model/quirks.js'
import { connectorAt, toldFacts, toldSchedule } from '../model/station.js'
import { dropProfiles, takeProfile } from '../sessions/transactions.js'

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
  const profile = profileOf(evseId, csChargingProfiles, charger.time.now(), charger.random)
  return { status: takeProfile(charger, profile, charger.number('highestLevel')) ? 'Accepted' : 'Rejected' }
}

// [1.6 §3.13.1, §5.16.2]
function isAllowed(charger: Charger, evseId: number, profile: v16.ChargingProfile): boolean {
  const { chargingProfilePurpose, transactionId, stackLevel, chargingSchedule } = profile
  if (stackLevel < 0 || stackLevel > charger.number('highestLevel')) return false
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
  const isMeant = (profile: Profile) =>
    (id === undefined || profile.id === id) &&
    (evseId === undefined || profile.evseId === evseId) &&
    (chargingProfilePurpose === undefined || profile.purpose === chargingProfilePurpose) &&
    (stackLevel === undefined || profile.stackLevel === stackLevel)
  const kept = station.profiles.filter((profile) => !isMeant(profile))
  if (kept.length === station.profiles.length) return { status: 'Unknown' }
  dropProfiles(station, kept)
  charger.afterwards(() => powerChanged(charger))
  return { status: 'Accepted' }
}

export function getCompositeSchedule(
  charger: Charger,
  { connectorId, duration, chargingRateUnit = 'W' }: v16.GetCompositeScheduleRequest
): v16.GetCompositeScheduleResponse {
  const evseId = evseIdAt(charger, connectorId)
  if (evseId === undefined) return { status: 'Rejected' }
  const { station, time: clock } = charger
  const start = clock.now()
  const question = { evseId: toldEvse(station.quirks, evseId), start, duration, unit: chargingRateUnit }
  const schedule = scheduleOf(toldFacts(station), question)
  if (schedule.status === 'Rejected') return { status: 'Rejected' }
  const periods = toldSchedule(station, schedule.periods, question)
  return {
    status: 'Accepted',
    connectorId,
    scheduleStart: charger.timestamp(start),
    chargingSchedule: {
      duration: schedule.duration,
      startSchedule: charger.timestamp(start),
      chargingRateUnit,
      chargingSchedulePeriod: periods.map(period16)
    }
  }
}

function period16({ start: startPeriod, limit, numberPhases }: CompositePeriod & { limit: number }) {
  return { startPeriod, limit, ...(numberPhases !== undefined && { numberPhases }) }
}
