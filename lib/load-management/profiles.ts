import { ALL_PROTOCOLS, CallError, NotConnectedError, versionInfo } from 'fastify-ocpp'
import { toDateTime } from '../date-time.js'
import type { DynamicLease } from './dynamic-leases.js'
import { type Form, isStanding } from './forms.js'
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
  /** It is said by a Dynamic profile. */
  dynamic?: DynamicLease
}

export interface OcppCall {
  action: string
  payload: object
  /** Before which calls of others it is sent. Default: before none. */
  priority?: number
}

/** Ids of profiles start here, so that they are not those of operators. */
const FIRST_ID = 1_900_000_000

/**
 * The same id for the same EVSE and purpose, so that a lost answer is healed by the next one.
 *
 * @param evseId 0 is the whole charge point
 */
export function profileIdOf(evseId: number, kind: Wanted['kind']): number {
  return FIRST_ID + evseId * 2 + (kind === 'limit' ? 1 : 0)
}

/** The id of the maximum of a whole charge point with several EVSEs. No limit of a transaction has it, because EVSE 0 has none. */
export const STATION_ID = profileIdOf(0, 'limit')

/** The id of the profile that says this in this form. */
export function idIn(form: Form, evseId: number, kind: Wanted['kind']): number {
  if (form.profile === 'station') return profileIdOf(0, 'fallback')
  return profileIdOf(evseId, isStanding(form) ? 'fallback' : kind)
}

/** The ids of profiles of load management. */
export const OWN_IDS = { first: FIRST_ID, last: FIRST_ID + 4002 }

export function isOwnProfile(id: number): boolean {
  return id >= OWN_IDS.first && id <= OWN_IDS.last
}

/** Whether a charge point of this version is addressed by connectors. */
export function is16(protocol: string): boolean {
  const known = ALL_PROTOCOLS.find((each) => each === protocol)
  return known !== undefined && !versionInfo(known).hasDeviceModel
}

/** Whether a Relative profile counts from the start of the transaction; in 2.x from the closed power path. [2.x K01.FR.42] */
export function countsFromStart(protocol: string | null): boolean {
  return protocol !== null && is16(protocol)
}

/** The call that puts a limit in force. */
export function callFor(protocol: string, wanted: Wanted): OcppCall {
  if (is16(protocol)) return set16(wanted)
  return wanted.dynamic?.isUpdate === true ? update21(wanted) : set2(wanted)
}

/** The names of the highest stack level of a charge point. [1.6 §9.4.1; 2.x Part 2, Appendix 3] */
export const HIGHEST_LEVEL = {
  key: 'ChargeProfileMaxStackLevel',
  component: 'SmartChargingCtrlr',
  variable: 'ProfileStackLevel'
} as const

/**
 * ChargingProfileUpdateRateLimit: the least seconds between two profiles of a purpose. It is deprecated, because a number of seconds
 * does not say when a profile is refused. [2.1 Part 2, Appendix 3; errata 2025-09, 2.19]
 */
export const RATE_LIMIT = { component: 'SmartChargingCtrlr', variable: 'UpdateRateLimit' } as const

/** The variable that tells whether a charge point takes Dynamic profiles: SupportsDynamicProfiles. [2.1 Part 2, Appendix 3] */
export const DYNAMIC = {
  component: 'SmartChargingCtrlr',
  variable: 'SupportsFeature',
  instance: 'DynamicProfiles',
  setting: 'SupportsDynamicProfiles'
} as const

/** Whether this version has Dynamic profiles, which came with priority charging. [2.1 K28] */
export function hasDynamicProfiles(protocol: string | null): boolean {
  const known = ALL_PROTOCOLS.find((each) => each === protocol)
  return known !== undefined && versionInfo(known).hasPriorityCharging
}

/** The call that asks for the highest stack level. */
export function callToAsk(protocol: string): OcppCall {
  const { key, component, variable } = HIGHEST_LEVEL
  if (is16(protocol)) return { action: 'GetConfiguration', payload: { key: [key] } }
  const getVariableData = [{ component: { name: component }, variable: { name: variable } }]
  return { action: 'GetVariables', payload: { getVariableData } }
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

/** So long before now starts a schedule that never ends. Seconds. */
const LONG_STARTED_S = 86_400

/** A current in the unit of the EVSE. */
function saidFor({ evse, voltage }: Wanted, amperes: number): number {
  return evse.unit === 'A' ? amperes : wattsOf(evse, amperes, voltage)
}

function scheduleOf(wanted: Wanted) {
  const { evse, kind, amperes, lease, now } = wanted
  const said = (limit: number) => saidFor(wanted, limit)
  const chargingSchedulePeriod = [{ startPeriod: 0, limit: said(amperes) }]
  const schedule = { chargingRateUnit: evse.unit, chargingSchedulePeriod }
  if (kind === 'limit' && !isStanding(evse.form)) return { ...schedule, ...leaseOf(wanted) }
  // The fallback follows the lease within the same profile.
  if (kind === 'limit') {
    chargingSchedulePeriod.push({ startPeriod: Math.floor(LONG_STARTED_S + lease), limit: said(evse.fallback) })
  }
  if (kindOf(wanted) === 'Relative') return schedule
  return { ...schedule, startSchedule: toDateTime(now - LONG_STARTED_S * 1000) }
}

/** The lease: it ends by itself, also while the charge point is away. [2.x K02.FR.08; 1.6 errata 3.43] */
function leaseOf(wanted: Wanted) {
  const { elapsed, lease, now, dynamic } = wanted
  if (dynamic !== undefined) return { duration: dynamic.duration }
  if (kindOf(wanted) === 'Relative') return { duration: Math.max(1, Math.floor((elapsed ?? 0) + lease)) }
  return { startSchedule: toDateTime(now - STARTED_S * 1000), duration: Math.floor(STARTED_S + lease) }
}

/** Relative to the start of the transaction where that is known: the clock of the charge point may be wrong. */
function kindOf({ kind, elapsed, dynamic, evse: { form } }: Wanted): Form['kind'] | 'Dynamic' {
  if (dynamic !== undefined) return 'Dynamic'
  // A maximum may not be Relative, and a Relative default would give its first period to the next car, too. [2.x K01.FR.38]
  if (form.profile === 'station' || (kind === 'limit' && isStanding(form))) return 'Absolute'
  return kind === 'limit' && elapsed === undefined ? 'Absolute' : form.kind
}

function common(wanted: Wanted, station: string) {
  const { kind, evse } = wanted
  const { stackLevel, profile } = evse.form
  const isOfTransaction = kind === 'limit' && !isStanding(evse.form)
  return {
    stackLevel,
    chargingProfilePurpose: profile === 'station' ? station : isOfTransaction ? 'TxProfile' : 'TxDefaultProfile',
    chargingProfileKind: kindOf(wanted)
  }
}

function set16(wanted: Wanted): OcppCall {
  const { evse, kind, transactionId } = wanted
  const csChargingProfiles = {
    chargingProfileId: idIn(evse.form, evse.evseId, kind),
    ...common(wanted, 'ChargePointMaxProfile'),
    ...(kind === 'limit' && evse.form.profile === 'transaction' && { transactionId: Number(transactionId) }),
    chargingSchedule: scheduleOf(wanted)
  }
  return { action: 'SetChargingProfile', payload: { connectorId: placeOf(evse), csChargingProfiles } }
}

function set2(wanted: Wanted): OcppCall {
  const { evse, kind, transactionId } = wanted
  const id = idIn(evse.form, evse.evseId, kind)
  const chargingProfile = {
    id,
    ...common(wanted, 'ChargingStationMaxProfile'),
    ...(kind === 'limit' && !isStanding(evse.form) && { transactionId }),
    ...dynamicTimes(wanted),
    chargingSchedule: [{ id, ...scheduleOf(wanted) }]
  }
  return { action: 'SetChargingProfile', payload: { evseId: placeOf(evse), chargingProfile } }
}

/** The profile of a start, whose transaction has no id yet: it counts from that transaction. [1.6 §5.16.2; 2.x F01, K05] */
export function profileOfStart(
  protocol: string,
  start: Pick<Wanted, 'evse' | 'voltage' | 'amperes' | 'lease' | 'now'>
) {
  const wanted = { ...start, kind: 'limit', elapsed: 0 } as const
  const id = profileIdOf(start.evse.evseId, 'limit')
  const said = { ...common(wanted, ''), chargingProfilePurpose: 'TxProfile' as const }
  const schedule = scheduleOf(wanted)
  if (is16(protocol)) return { v16: { chargingProfileId: id, ...said, chargingSchedule: schedule } }
  return { v2: { id, ...said, chargingSchedule: [{ id, ...schedule }] } }
}

/** Its clock may be a little behind. Some never end a profile that was not updated and does not tell when it was. [2.1 K28.FR.13] */
function dynamicTimes({ dynamic, now }: Wanted) {
  if (dynamic === undefined) return {}
  return { validTo: toDateTime(dynamic.validTo - STARTED_S * 1000), dynUpdateTime: toDateTime(now) }
}

/** Another value for a Dynamic profile, which begins its duration anew. [2.1 K28] */
function update21(wanted: Wanted): OcppCall {
  const { evse, amperes } = wanted
  const chargingProfileId = idIn(evse.form, evse.evseId, 'limit')
  return {
    action: 'UpdateDynamicSchedule',
    payload: { chargingProfileId, scheduleUpdate: { limit: saidFor(wanted, amperes) } }
  }
}

/** A maximum is that of the whole charge point. */
function placeOf({ evseId, form }: Wanted['evse']): number {
  return form.profile === 'station' ? 0 : evseId
}

/** The meaning of an answer: only a valid answer that refuses proves that nothing has changed. */
export function answerOf(result: unknown): Answer {
  const { status, statusInfo } = (result ?? {}) as { status?: unknown; statusInfo?: { reasonCode?: unknown } }
  if (status === 'Accepted') return 'accepted'
  return statusInfo?.reasonCode === 'RateLimitExceeded' ? 'too-many' : 'rejected'
}

/** The seconds until the next profile that a charge point tells when profiles come too often. [2.1 K01.FR.57, K01.FR.59] */
export function secondsBeforeRetry(result: unknown): number | undefined {
  const { statusInfo } = (result ?? {}) as { statusInfo?: { additionalInfo?: unknown } }
  const found = /^\s*(\d{1,9}) seconds before retry/i.exec(String(statusInfo?.additionalInfo ?? ''))
  return found === null ? undefined : Number(found[1])
}

export function answerOfError(error: unknown): Answer {
  const isUnsent = error instanceof NotConnectedError || (error as { sent?: unknown }).sent === false
  if (isUnsent) return 'unsent'
  // A charge point that sends an error has not understood, but not proven that nothing has changed.
  return error instanceof CallError ? 'error' : 'unknown'
}
