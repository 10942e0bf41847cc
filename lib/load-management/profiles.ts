import { ALL_PROTOCOLS, NotConnectedError, versionInfo } from 'fastify-ocpp'
import { toDateTime } from '../date-time.js'
import { type Plant, wattsOf } from './plant.js'
import type { Answer } from './reserve.js'

// The OCPP calls that put a limit in force, and what their answers mean.

/** A limit for an EVSE, with all that its profile needs. */
export interface Wanted {
  kind: 'fallback' | 'limit'
  evse: Plant['evses'][number]
  voltage: number
  /** A. */
  amperes: number
  /** Seconds that a limit holds from now on. */
  lease: number
  /**
   * Seconds since the start of the transaction, from which a Relative profile counts. Absent: nobody saw the start, so the
   * profile has to be Absolute.
   */
  elapsed?: number
  /** Epoch milliseconds. */
  now: number
  /** As the charge point calls it. */
  transactionId?: string
}

export interface OcppCall {
  action: string
  payload: object
}

/** Ids of profiles start here, so that they are not those of operators. */
const FIRST_ID = 1_900_000_000

/** The same id for the same EVSE and purpose, so that a lost answer is healed by the next one. */
export function profileIdOf(evseId: number, kind: Wanted['kind']): number {
  return FIRST_ID + evseId * 2 + (kind === 'limit' ? 1 : 0)
}

/** The ids of profiles of load management. */
export const OWN_IDS = { first: FIRST_ID, last: FIRST_ID + 4002 }

export function isOwnProfile(id: number): boolean {
  return id >= OWN_IDS.first && id <= OWN_IDS.last
}

/** Whether a charge point of this version is addressed by connectors. */
function is16(protocol: string): boolean {
  const known = ALL_PROTOCOLS.find((each) => each === protocol)
  return known !== undefined && !versionInfo(known).hasDeviceModel
}

/** Whether a Relative profile counts from the start of the transaction; in 2.x from the closed power path. [2.x K01.FR.42] */
export function countsFromStart(protocol: string | null): boolean {
  return protocol !== null && is16(protocol)
}

/** The call that puts a limit in force. */
export function callFor(protocol: string, wanted: Wanted): OcppCall {
  return is16(protocol) ? set16(wanted) : set2(wanted)
}

/** The call that takes a profile away. */
export function callToClear(protocol: string, id: number): OcppCall {
  return { action: 'ClearChargingProfile', payload: is16(protocol) ? { id } : { chargingProfileId: id } }
}

/** Purposes that decide in place of our profiles, if they have a higher level. */
const RIVALS = new Set(['TxDefaultProfile', 'TxProfile', 'PriorityCharging'])

interface KnownProfile {
  profile_id: number
  evse_id: number
  connector_id: number
  purpose: string | null
  source: string
}

/** Whether a profile of somebody else may raise what an EVSE supplies. [1.6 §3.13.1; 2.x K01.FR.14, K21] */
export function isRival(profile: KnownProfile, { protocol, evseId }: { protocol: string; evseId: number }): boolean {
  // The profile of a start without a connector is for any of them.
  const isAnywhere = profile.purpose === 'TxProfile' && profile.connector_id === 0
  const isHere = is16(protocol) ? profile.connector_id === evseId || isAnywhere : [0, evseId].includes(profile.evse_id)
  return isHere && profile.source === 'CSO' && RIVALS.has(profile.purpose ?? '') && !isOwnProfile(profile.profile_id)
}

/** An Absolute schedule starts so long before now: the clock of the charge point may be a little behind. Seconds. */
const STARTED_S = 60

function scheduleOf(wanted: Wanted) {
  const { evse, voltage, amperes } = wanted
  const limit = evse.unit === 'A' ? amperes : wattsOf(evse, amperes, voltage)
  const periods = { chargingRateUnit: evse.unit, chargingSchedulePeriod: [{ startPeriod: 0, limit }] }
  return { ...periods, ...(wanted.kind === 'limit' && leaseOf(wanted)) }
}

/** The lease: it ends by itself, also while the charge point is away. [2.x K02.FR.08; 1.6 errata 3.43] */
function leaseOf({ elapsed, lease, now }: Wanted) {
  if (elapsed !== undefined) return { duration: Math.max(1, Math.floor(elapsed + lease)) }
  return { startSchedule: toDateTime(now - STARTED_S * 1000), duration: Math.floor(STARTED_S + lease) }
}

/** Relative to the start of the transaction where that is known: the clock of the charge point may be wrong. */
function common({ kind, elapsed }: Wanted) {
  return {
    stackLevel: 0,
    chargingProfilePurpose: kind === 'limit' ? 'TxProfile' : 'TxDefaultProfile',
    chargingProfileKind: kind === 'limit' && elapsed === undefined ? 'Absolute' : 'Relative'
  }
}

function set16(wanted: Wanted): OcppCall {
  const { evse, kind, transactionId } = wanted
  const csChargingProfiles = {
    chargingProfileId: profileIdOf(evse.evseId, kind),
    ...common(wanted),
    ...(kind === 'limit' && { transactionId: Number(transactionId) }),
    chargingSchedule: scheduleOf(wanted)
  }
  return { action: 'SetChargingProfile', payload: { connectorId: evse.evseId, csChargingProfiles } }
}

function set2(wanted: Wanted): OcppCall {
  const { evse, kind, transactionId } = wanted
  const id = profileIdOf(evse.evseId, kind)
  const chargingProfile = {
    id,
    ...common(wanted),
    ...(kind === 'limit' && { transactionId }),
    chargingSchedule: [{ id, ...scheduleOf(wanted) }]
  }
  return { action: 'SetChargingProfile', payload: { evseId: evse.evseId, chargingProfile } }
}

/** The meaning of an answer: only a valid answer that refuses proves that nothing has changed. */
export function answerOf(result: unknown): Answer {
  return (result as { status?: unknown } | undefined)?.status === 'Accepted' ? 'accepted' : 'rejected'
}

export function answerOfError(error: unknown): Answer {
  return error instanceof NotConnectedError ? 'unsent' : 'unknown'
}
