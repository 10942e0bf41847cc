import { ALL_PROTOCOLS, parseTime, versionInfo } from 'fastify-ocpp'
import type { Selectable } from 'kysely'
import type { ChargingProfilesTable } from '../database/schema-charge-points.js'
import { type Change, held, type Scope } from '../events/scope.js'
import { awaitedMessages, bindToStarted } from '../ledger/awaited-starts.js'
import { bootsOf, findNewest } from '../ledger/namesakes.js'
import { findOpenAt } from '../ledger/queries.js'
import type { ChargePointRow } from './rows.js'

// The ledger of charging profiles: the profiles that a charge point has according to its answers and reports.

export interface ChargingProfile {
  /** 1.6: 0. */
  evseId: number
  /** 2.x: 0. */
  connectorId: number
  profileId: number
  /** CSO for a profile of this CSMS. */
  source: string
  stackLevel: number
  purpose: string
  kind: string
  transactionId?: string
  /** As OCPP spells it. */
  payload: object
}

export type ProfileRow = Selectable<ChargingProfilesTable>

/** The source of profiles that this CSMS sets. Profiles of other sources are limits of others. [2.x "ChargingLimitSource"] */
export const CSO = 'CSO'

/** The charge point has accepted our profile, which replaces others. [1.6 §5.16; 2.x K01] */
export function installChargingProfile(profile: ChargingProfile): Change {
  return held(async (scope) => {
    const transactionKey = await transactionOf(scope, profile)
    const replaced = await replacedBy(scope, profile, transactionKey)
    await deleteRows(scope, replaced)
    await insert(scope, profile, { transactionKey, messageId: '', isConfirmed: true })
  })
}

/** Maximum number of unanswered calls that are kept for one profile. Beyond it the oldest ones are dropped. */
const MAX_UNANSWERED = 8

/** Maximum numbers of profiles of a charge point: of other sources than this CSMS, and of this CSMS. */
const MAX_FOREIGN = 100
const MAX_OWN = 1_000

/** The charge point did not answer: it may have the profile, or still those that the profile replaces. */
export function assumeChargingProfile(profile: ChargingProfile, messageId: string): Change {
  return held(async (scope) => {
    const transactionKey = await transactionOf(scope, profile)
    const replaced = await replacedBy(scope, profile, transactionKey)
    await doubt(scope, replaced)
    await forgetOldest(
      scope,
      replaced.filter((row) => row.profile_id === profile.profileId)
    )
    await insert(scope, profile, { transactionKey, messageId, isConfirmed: false })
  })
}

/** Days for which a profile waits for the transaction that it was sent to start. */
const KEPT_DAYS = 30

/**
 * The profile of a remote start, which has no transaction yet. `settleStarts` binds it to the transaction. [1.6 §5.16.2;
 * 2.x F01, F02]
 */
export function awaitTransaction(
  profile: ChargingProfile,
  { messageId, isConfirmed }: { messageId: string; isConfirmed: boolean }
): Change {
  return held(async (scope) => {
    const { trx, chargePointId, now } = scope
    await trx
      .deleteFrom('charging_profiles')
      .where('charge_point_id', '=', chargePointId)
      .where('message_id', '!=', '')
      .where('accepted_at', '<', now - KEPT_DAYS * 86_400_000)
      .execute()
    await insert(scope, profile, { transactionKey: null, messageId, isConfirmed })
    // The transaction may have started before the answer arrived.
    await bindToStarted(scope, messageId)
  })
}

/** Profiles that the charge point reports. They replace the assumptions about them. [2.x K09] */
export function saveReportedProfiles(profiles: readonly ChargingProfile[]): Change {
  return held(async (scope) => {
    for (const profile of profiles) {
      const known = await rowsOf(scope, profile.source)
      const same = known.filter((row) => row.profile_id === profile.profileId || isUnnamed(row, profile))
      await deleteRows(scope, same)
      const acceptedAt = same.find(({ confirmed }) => confirmed === 1)?.accepted_at ?? null
      const transactionKey = await transactionOf(scope, profile)
      await insert(scope, profile, { transactionKey, messageId: '', isConfirmed: true, acceptedAt })
    }
    await dropBeyond(scope)
  })
}

/** Criteria that select profiles. All that are given must match; without any, every profile matches. */
export interface ChargingProfileCriteria {
  profileIds?: readonly number[] | undefined
  evseId?: number | undefined
  connectorId?: number | undefined
  purpose?: string | undefined
  stackLevel?: number | undefined
  sources?: readonly string[] | undefined
}

/** The charge point has none of them any more. [1.6 §5.5; 2.x K10, K13] */
export function deleteChargingProfiles(criteria: ChargingProfileCriteria): Change {
  return held(async (scope) => {
    const rows = await rowsOf(scope)
    await deleteRows(
      scope,
      rows.filter((row) => isMeant(row, criteria))
    )
  })
}

/**
 * The charge point has deleted the profiles that match, or knows none of them, which is as good. That of a start which waits
 * for its transaction is not installed yet, and comes with the transaction. [1.6 §5.5, §5.16.2; 2.x K10]
 */
export function deleteInstalled(criteria: ChargingProfileCriteria): Change {
  return deleteUnreported(criteria, new Set())
}

/** Of the profiles that match, the charge point has only those with the reported ids. [2.x K09] */
export function deleteUnreported(criteria: ChargingProfileCriteria, reported: ReadonlySet<number>): Change {
  return held(async (scope) => {
    const rows = await rowsOf(scope)
    const awaited = await awaitedMessages(scope)
    const isAwaited = ({ message_id, confirmed }: ProfileRow) => confirmed === 1 || awaited.has(message_id)
    // A profile that waits for its transaction is not installed yet.
    const installed = rows.filter((row) => row.message_id === '' || !isAwaited(row))
    await deleteRows(
      scope,
      installed.filter((row) => isMeant(row, criteria) && !reported.has(row.profile_id))
    )
  })
}

/** The charge point did not answer: it may have deleted them. */
export function doubtChargingProfiles(criteria: ChargingProfileCriteria): Change {
  return held(async (scope) => {
    const rows = await rowsOf(scope)
    await doubt(
      scope,
      rows.filter((row) => isMeant(row, criteria))
    )
  })
}

/** The charge point has proven that it has these. */
export function confirmProfiles(rows: readonly Pick<ProfileRow, 'id'>[]): Change {
  return async ({ trx, chargePointId, now }) => {
    const { count: boots } = await bootsOf(trx, chargePointId)
    for (const { id } of rows) {
      await trx
        .updateTable('charging_profiles')
        .set({ confirmed: 1, updated_at: now, boots })
        .where('charge_point_id', '=', chargePointId)
        .where('id', '=', id)
        .execute()
    }
  }
}

/** The charge point certainly has none of these any more. */
export function forgetProfiles(rows: readonly Pick<ProfileRow, 'id'>[]): Change {
  return async ({ trx, chargePointId }) => {
    for (const { id } of rows) {
      await trx
        .deleteFrom('charging_profiles')
        .where('charge_point_id', '=', chargePointId)
        .where('id', '=', id)
        .execute()
    }
  }
}

/** New values of a dynamic profile. [2.1 K28] */
export interface DynamicUpdate {
  profileId: number
  values: object
  /** Message id of the call, if the charge point did not answer it. */
  unanswered?: string
}

export function updateDynamicProfile({ profileId, values, unanswered }: DynamicUpdate): Change {
  return held(async (scope) => {
    const rows = await rowsOf(scope, CSO)
    const dynamic = rows.filter((row) => row.profile_id === profileId && row.kind === 'Dynamic')
    const newest = dynamic.at(-1)
    if (newest === undefined) return
    const payload = withValues(JSON.parse(newest.payload), values, scope.now)
    if (unanswered === undefined) await deleteRows(scope, dynamic)
    else {
      await doubt(scope, dynamic)
      await forgetOldest(scope, dynamic)
    }
    const { id: _, ...row } = newest
    const certainty = { message_id: unanswered ?? '', confirmed: unanswered === undefined ? 1 : 0 }
    const { count: boots } = await bootsOf(scope.trx, scope.chargePointId)
    await scope.trx
      .insertInto('charging_profiles')
      .values({ ...row, ...certainty, payload: JSON.stringify(payload), updated_at: scope.now, boots })
      .execute()
  })
}

interface DynamicPayload {
  chargingSchedule?: { chargingSchedulePeriod?: object[] }[]
}

/** A dynamic profile has one period. [2.1 K28.FR.01] */
function withValues(payload: DynamicPayload, values: object, now: number): object {
  const [schedule] = payload.chargingSchedule ?? []
  const [period] = schedule?.chargingSchedulePeriod ?? []
  const chargingSchedule = [{ ...schedule, chargingSchedulePeriod: [{ ...period, ...values }] }]
  return { ...payload, dynUpdateTime: new Date(now).toISOString(), chargingSchedule }
}

function isProtocol2(protocol: string | null): boolean {
  const known = ALL_PROTOCOLS.find((each) => each === protocol)
  return known !== undefined && versionInfo(known).hasDeviceModel
}

/** Profiles that 2.x keeps over a boot. [2.1 ChargingProfilePersistence] */
const KEPT_OVER_BOOT = new Set(['TxDefaultProfile', 'ChargingStationMaxProfile'])

/**
 * Whether the charge point certainly has a profile. After a boot that is unknown of most: OCPP 1.6 demands that they
 * persist, but many charge points lose them. [1.6 errata 3.37]
 */
export function isConfirmed(
  row: Pick<ProfileRow, 'confirmed' | 'updated_at' | 'purpose' | 'boots'>,
  chargePoint: BootedChargePoint
): boolean {
  if (row.confirmed !== 1) return false
  const isKept = isProtocol2(chargePoint.protocol) && KEPT_OVER_BOOT.has(row.purpose ?? '')
  return isKept || !hasBootedSince(row, chargePoint)
}

/** The facts that tell whether a charge point has booted. */
export type BootedChargePoint = Pick<ChargePointRow, 'boots' | 'last_boot_at' | 'boot_reason' | 'protocol'>

/** Nodes agree about the number of boots, whatever their clocks are. Earlier releases did not write it to the profile. */
export function hasBootedSince(row: Pick<ProfileRow, 'updated_at' | 'boots'>, chargePoint: BootedChargePoint): boolean {
  if (row.boots !== null) return Number(chargePoint.boots) > Number(row.boots)
  const { last_boot_at, boot_reason } = chargePoint
  return last_boot_at !== null && boot_reason !== 'Triggered' && last_boot_at > row.updated_at
}

// --- rows ----------------------------------------------------------------------------------------------------------

interface Certainty {
  transactionKey: string | null
  messageId: string
  isConfirmed: boolean
  /** Default: now. */
  acceptedAt?: number | null
}

async function insert({ trx, chargePointId, now }: Scope, profile: ChargingProfile, certainty: Certainty) {
  const { transactionKey, messageId, isConfirmed, acceptedAt = now } = certainty
  const values = {
    stack_level: profile.stackLevel,
    purpose: profile.purpose,
    kind: profile.kind,
    transaction_id: transactionKey,
    payload: JSON.stringify(profile.payload),
    confirmed: isConfirmed ? 1 : 0,
    accepted_at: acceptedAt,
    updated_at: now,
    boots: (await bootsOf(trx, chargePointId)).count
  }
  const { evseId, connectorId, profileId, source } = profile
  const key = { evse_id: evseId, connector_id: connectorId, profile_id: profileId, source, message_id: messageId }
  await trx
    .insertInto('charging_profiles')
    .values({ charge_point_id: chargePointId, ...key, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['charge_point_id', 'evse_id', 'connector_id', 'profile_id', 'source', 'message_id'])
        .doUpdateSet(values)
    )
    .execute()
}

/** In the order in which they were accepted. */
function rowsOf({ trx, chargePointId }: Scope, source?: string): Promise<ProfileRow[]> {
  const query = trx.selectFrom('charging_profiles').selectAll().where('charge_point_id', '=', chargePointId)
  return (source === undefined ? query : query.where('source', '=', source)).orderBy('id').execute()
}

async function deleteRows({ trx }: Scope, rows: readonly ProfileRow[]): Promise<void> {
  for (const { id } of rows) await trx.deleteFrom('charging_profiles').where('id', '=', id).execute()
}

/** A charge point may make up any number of sources, EVSEs and ids: the oldest profiles are dropped. */
async function dropBeyond(scope: Scope): Promise<void> {
  const rows = (await rowsOf(scope)).sort((one, other) => one.updated_at - other.updated_at)
  const foreign = rows.filter(({ source }) => source !== CSO)
  const own = rows.filter(({ source }) => source === CSO)
  await deleteRows(scope, foreign.slice(0, Math.max(0, foreign.length - MAX_FOREIGN)))
  await deleteRows(scope, own.slice(0, Math.max(0, own.length - MAX_OWN)))
}

/** Drops the oldest unanswered call if there is no room for another one. */
async function forgetOldest(scope: Scope, rows: readonly ProfileRow[]): Promise<void> {
  const unanswered = rows.filter(({ message_id }) => message_id !== '')
  await deleteRows(scope, unanswered.slice(0, Math.max(0, unanswered.length - MAX_UNANSWERED + 1)))
}

async function doubt({ trx }: Scope, rows: readonly ProfileRow[]): Promise<void> {
  for (const { id, confirmed } of rows) {
    if (confirmed === 1) await trx.updateTable('charging_profiles').set({ confirmed: 0 }).where('id', '=', id).execute()
  }
}

/** The key of the transaction of a TxProfile. Without an id it is the running one at its connector. [1.6 §5.16.2] */
async function transactionOf({ trx, chargePointId }: Scope, profile: ChargingProfile): Promise<string | null> {
  const { transactionId, purpose, evseId, connectorId } = profile
  if (transactionId !== undefined) {
    return (await findNewest(trx, chargePointId, transactionId))?.transaction_id ?? transactionId
  }
  if (purpose !== 'TxProfile') return null
  const open = await findOpenAt(trx, chargePointId, { evseId, connectorId })
  return open.at(-1)?.transaction_id ?? null
}

/**
 * A profile replaces the one with its id, and the one of the same purpose, level and place, or in case of a TxProfile,
 * of the same transaction. In 2.x the latter may stay if their validity does not overlap. [1.6 §5.16; 2.x K01.FR.05,
 * K01.FR.06, K01.FR.39]
 */
async function replacedBy(
  scope: Scope,
  profile: ChargingProfile,
  transactionKey: string | null
): Promise<ProfileRow[]> {
  const rows = await rowsOf(scope, profile.source)
  return rows.filter((row) => {
    if (row.profile_id === profile.profileId) return true
    const isSamePlace =
      row.evse_id === profile.evseId &&
      row.connector_id === profile.connectorId &&
      row.stack_level === profile.stackLevel &&
      row.purpose === profile.purpose &&
      (profile.purpose !== 'TxProfile' || row.transaction_id === transactionKey)
    return isSamePlace && (is16(profile.payload) || overlap(JSON.parse(row.payload), profile.payload))
  })
}

function is16(payload: object): boolean {
  return 'chargingProfileId' in payload
}

interface Validity {
  validFrom?: string
  validTo?: string
}

function overlap(one: Validity, other: Validity): boolean {
  const from = ({ validFrom = '' }: Validity) => parseTime(validFrom) ?? Number.NEGATIVE_INFINITY
  const to = ({ validTo = '' }: Validity) => parseTime(validTo) ?? Number.POSITIVE_INFINITY
  return from(one) < to(other) && from(other) < to(one)
}

function isMeant(row: ProfileRow, criteria: ChargingProfileCriteria): boolean {
  const { profileIds, evseId, connectorId, purpose, stackLevel, sources } = criteria
  return (
    (profileIds?.includes(row.profile_id) ?? true) &&
    (evseId === undefined || row.evse_id === evseId) &&
    (connectorId === undefined || row.connector_id === connectorId) &&
    (purpose === undefined || row.purpose === purpose) &&
    (stackLevel === undefined || row.stack_level === stackLevel) &&
    (sources?.includes(row.source) ?? true)
  )
}

// --- limits of others ----------------------------------------------------------------------------------------------

/** A limit that another system than this CSMS has set, as the charge point notifies it. [2.x K11-K13] */
export interface ExternalLimit {
  source: string
  /** 0: the whole charge point. */
  evseId: number
  isLocalGeneration: boolean
  schedules: readonly object[]
}

/** Such limits are notified without an id. Ids of profiles are not negative. [2.x K01.FR.80] */
const UNNAMED = { constraint: -1, generation: -2 }

/** The limit holds until it is cleared, or notified or reported anew. */
export function keepExternalLimit({ source, evseId, isLocalGeneration, schedules }: ExternalLimit): Change {
  return held(async (scope) => {
    const purpose = isLocalGeneration ? 'LocalGeneration' : 'ChargingStationExternalConstraints'
    const profileId = isLocalGeneration ? UNNAMED.generation : UNNAMED.constraint
    const startSchedule = new Date(scope.now).toISOString()
    const payload = {
      id: profileId,
      stackLevel: 0,
      chargingProfilePurpose: purpose,
      chargingProfileKind: 'Absolute',
      chargingSchedule: schedules.map((schedule) => ({ startSchedule, ...schedule }))
    }
    const profile = { source, evseId, connectorId: 0, profileId, stackLevel: 0, purpose, kind: 'Absolute', payload }
    await insert(scope, profile, { transactionKey: null, messageId: '', isConfirmed: true })
    await dropBeyond(scope)
  })
}

/** Whether a reported profile stands for a limit that was notified without its id. */
function isUnnamed(row: ProfileRow, { purpose, evseId }: ChargingProfile): boolean {
  return row.profile_id < 0 && row.purpose === purpose && row.evse_id === evseId
}
