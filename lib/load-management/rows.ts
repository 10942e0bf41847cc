import { type Kysely, type Selectable, sql } from 'kysely'
import { clockOf } from '../database/clock.js'
import { hold } from '../database/hold.js'
import type { Schema } from '../database/schema.js'
import type { AllocationHistoryTable, LoadManagementTable } from '../database/schema-sites.js'
import type { Writer } from '../database/writer.js'
import { chunks, type Reader } from '../events/scope.js'
import { type KnownOf, knownOf } from '../traits/book.js'
import type { LedgerRow } from './installed.js'
import type { DynamicLimit, Measurement, Told } from './limits.js'
import type { LoadManagementBody } from './plant.js'
import { DYNAMIC, HIGHEST_LEVEL } from './profiles.js'
import type { EvseState } from './reserve.js'

export type LoadManagementRow = Selectable<LoadManagementTable>
type SiteWriter = Pick<Writer, 'write'>

export function findLoadManagement(db: Reader, siteId: string): Promise<LoadManagementRow | undefined> {
  return db.selectFrom('load_management').selectAll().where('site_id', '=', siteId).executeTakeFirst()
}

/** The sites whose load is managed. */
export async function managedSites(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('load_management')
    .select('site_id')
    .where('mode', '!=', 'off')
    .orderBy('site_id')
    .execute()
  return rows.map(({ site_id }) => site_id)
}

/** The configurations of the sites whose mode is `control`. */
export async function controlledSites(db: Reader): Promise<{ siteId: string; body: LoadManagementBody }[]> {
  const rows = await db
    .selectFrom('load_management')
    .select(['site_id', 'document'])
    .where('mode', '=', 'control')
    .execute()
  return rows.map(({ site_id: siteId, document }) => ({ siteId, body: JSON.parse(document) as LoadManagementBody }))
}

/** The circuits of a site; `undefined` if its load is not configured. */
export async function circuitsOf(db: Reader, siteId: string): Promise<LoadManagementBody['circuits'] | undefined> {
  const row = await db.selectFrom('load_management').select('document').where('site_id', '=', siteId).executeTakeFirst()
  return row && (JSON.parse(row.document) as LoadManagementBody).circuits
}

/** Whether an EVSE, or any EVSE of a charge point, is controlled by the load management of its site. */
export async function isControlled(
  db: Reader,
  siteId: string | null,
  { identity, evseId }: { identity: string; evseId?: number | undefined }
) {
  if (siteId === null) return false
  const row = await findLoadManagement(db, siteId)
  if (row?.mode !== 'control') return false
  const { evses } = JSON.parse(row.document) as LoadManagementBody
  return evses.some((evse) => {
    return evse.identity.toLowerCase() === identity.toLowerCase() && (evseId === undefined || evse.evseId === evseId)
  })
}

// --- who controls a site -------------------------------------------------------------------------------------------

/** How long a holder may be silent before another process takes over. Milliseconds. */
const HELD_MS = 5_000

/**
 * Takes or keeps the control of a site. The database's clock decides, because clocks of nodes differ.
 *
 * @returns the epoch, or `undefined` while another process has it
 */
export function claim(writer: SiteWriter, siteId: string, holder: string): Promise<number | undefined> {
  return writer.write(async (trx) => {
    await hold(trx, 'site', siteId)
    const now = clockOf(trx as Kysely<Schema>)
    const row = await trx
      .updateTable('load_management')
      .set({
        holder,
        epoch: sql<number>`epoch + case when holder = ${holder} then 0 else 1 end`,
        held_until: sql<number>`${now} + ${sql.lit(HELD_MS)}`
      })
      .where('site_id', '=', siteId)
      .where(sql<boolean>`(holder is null or holder = ${holder} or held_until <= ${now})`)
      .returning('epoch')
      .executeTakeFirst()
    return row === undefined ? undefined : Number(row.epoch)
  })
}

/** Gives the control of all sites back at the end of a process. */
export async function release(writer: SiteWriter, holder: string): Promise<void> {
  await writer.write((trx) =>
    trx.updateTable('load_management').set({ held_until: 0 }).where('holder', '=', holder).execute()
  )
}

/** Whether no other process has taken the control of a site since. */
export async function isEpoch(db: Reader, { siteId, epoch }: { siteId: string; epoch: number }): Promise<boolean> {
  const query = db.selectFrom('load_management').select('epoch').where('site_id', '=', siteId)
  const row = await query.executeTakeFirst()
  return row !== undefined && Number(row.epoch) === epoch
}

export interface SavedState {
  siteId: string
  holder: string
  epoch: number
  state: string
}

/** Saves the state before anything is sent. Returns whether the process still controls the site. */
export function saveState(writer: SiteWriter, { siteId, holder, epoch, state }: SavedState): Promise<boolean> {
  return writer.write(async (trx) => {
    await hold(trx, 'site', siteId)
    const { numUpdatedRows } = await trx
      .updateTable('load_management')
      .set({ state })
      .where('site_id', '=', siteId)
      .where('holder', '=', holder)
      .where('epoch', '=', epoch)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })
}

/** The state of each EVSE that was saved last. */
export function savedStates({ state }: LoadManagementRow): Map<string, EvseState> {
  const { evses } = state === null ? { evses: {} } : (JSON.parse(state) as { evses: Record<string, EvseState> })
  return new Map(Object.entries(evses))
}

// --- limits and measurements ---------------------------------------------------------------------------------------

/** The limits and measurements that others report of the circuits of a site. */
export async function readTold(db: Reader, siteId: string): Promise<Map<string, Told>> {
  const limits = await db.selectFrom('circuit_limits').selectAll().where('site_id', '=', siteId).execute()
  const meters = await db.selectFrom('circuit_measurements').selectAll().where('site_id', '=', siteId).execute()
  const told = new Map<string, Told>()
  for (const { circuit_id, body, source, expires_at } of limits) {
    const dynamic: DynamicLimit = { limit: JSON.parse(body), source, expiresAt: Number(expires_at) }
    told.set(circuit_id, { dynamic })
  }
  for (const { circuit_id, body } of meters) {
    told.set(circuit_id, { ...told.get(circuit_id), measurement: JSON.parse(body) as Measurement })
  }
  return told
}

/** Returns whether there was one. */
export async function deleteLimit(
  writer: SiteWriter,
  { site_id, circuit_id }: { site_id: string; circuit_id: string }
): Promise<boolean> {
  const { numDeletedRows } = await writer.write((trx) =>
    trx
      .deleteFrom('circuit_limits')
      .where('site_id', '=', site_id)
      .where('circuit_id', '=', circuit_id)
      .executeTakeFirst()
  )
  return numDeletedRows > 0n
}

// --- facts ---------------------------------------------------------------------------------------------------------

export interface OpenTransaction {
  identity: string
  evseId: number
  key: string
  id: number
  displayed: string
  /** Epoch milliseconds. */
  startedAt: number | null
  idToken: string | null
  idTokenType: string | null
  chargingState: string | null
}

export interface Member extends KnownOf {
  id: number
  identity: string
  protocol: string | null
  /** How often it has booted. */
  boots: number
  lastBootAt: number | null
  bootReason: string | null
}

/** The charge points of a site. */
export async function membersOf(db: Reader, siteId: string): Promise<Map<string, Member>> {
  const rows = await db
    .selectFrom('charge_points')
    .select(['id', 'identity', 'identity_key', 'protocol', 'boots', 'last_boot_at', 'boot_reason'])
    .select(['traits', 'vendor', 'model', 'firmware_version'])
    .where('site_id', '=', siteId)
    .where('removed_at', 'is', null)
    .execute()
  return new Map(
    rows.map(({ id, identity, identity_key, protocol, boots, last_boot_at, boot_reason: bootReason, ...row }) => {
      const lastBootAt = last_boot_at === null ? null : Number(last_boot_at)
      const booted = { boots: Number(boots), lastBootAt, bootReason }
      return [identity_key, { id: Number(id), identity, protocol, ...booted, ...knownOf(row) }]
    })
  )
}

/** The highest stack levels that charge points have told of, by the row of the charge point. */
export async function highestLevels(db: Reader, members: readonly Member[]): Promise<Map<number, number>> {
  const levels = new Map<number, number>()
  for (const part of chunks(members.map(({ id }) => id))) {
    const keys = await db
      .selectFrom('configuration_keys')
      .select(['charge_point_id', 'value'])
      .where('charge_point_id', 'in', part)
      .where('key', '=', HIGHEST_LEVEL.key)
      .execute()
    const variables = await db
      .selectFrom('variables')
      .select(['charge_point_id', 'value'])
      .where('charge_point_id', 'in', part)
      .where('component', '=', HIGHEST_LEVEL.component)
      .where('variable', '=', HIGHEST_LEVEL.variable)
      .where('attribute', '=', 'Actual')
      .execute()
    for (const { charge_point_id, value } of [...keys, ...variables]) {
      if (/^\d{1,4}$/.test(value ?? '')) levels.set(Number(charge_point_id), Number(value))
    }
  }
  return levels
}

/** Charge points that have told that they take Dynamic profiles. Some spell the variable as the standard names the setting. */
export async function takingDynamic(db: Reader, members: readonly Member[]): Promise<Set<number>> {
  const found = new Set<number>()
  for (const part of chunks(members.map(({ id }) => id))) {
    const variables = await db
      .selectFrom('variables')
      .select(['charge_point_id', 'variable', 'variable_instance', 'value'])
      .where('charge_point_id', 'in', part)
      .where('component', '=', DYNAMIC.component)
      .where('variable', 'in', [DYNAMIC.variable, DYNAMIC.setting])
      .where('attribute', '=', 'Actual')
      .execute()
    for (const { charge_point_id, variable, variable_instance, value } of variables) {
      const isMeant = variable === DYNAMIC.setting || variable_instance === DYNAMIC.instance
      if (isMeant && value?.toLowerCase() === 'true') found.add(Number(charge_point_id))
    }
  }
  return found
}

/** The open transactions of charge points, the newest of each EVSE. In 1.6 the EVSE is the connector. */
export async function openTransactions(db: Reader, members: Iterable<Member>): Promise<OpenTransaction[]> {
  const byId = new Map([...members].map((member) => [member.id, member]))
  const found: OpenTransaction[] = []
  for (const part of chunks([...byId.keys()])) {
    const rows = await db
      .selectFrom('transactions')
      .select(['id', 'charge_point_id', 'evse_id', 'connector_id', 'transaction_id', 'displayed_id'])
      .select(['start_timestamp', 'charging_state', 'id_token', 'id_token_type'])
      .where('charge_point_id', 'in', part)
      // A literal, because otherwise the partial index is not used.
      .where('status', '=', sql.lit('open' as const))
      .orderBy('id')
      .execute()
    for (const row of rows) {
      const member = byId.get(Number(row.charge_point_id))
      if (member === undefined) continue
      found.push({
        identity: member.identity,
        evseId: row.evse_id || row.connector_id,
        key: row.transaction_id,
        id: Number(row.id),
        displayed: row.displayed_id ?? row.transaction_id,
        startedAt: row.start_timestamp === null ? null : Number(row.start_timestamp),
        idToken: row.id_token,
        idTokenType: row.id_token_type,
        chargingState: row.charging_state
      })
    }
  }
  return found
}

/** Statuses of connectors in 1.6, by the row of the charge point and the connector. In 2.x transactions tell it. [1.6 §4.9] */
export async function statusesOf(db: Reader, ids: readonly number[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const part of chunks([...ids])) {
    const rows = await db
      .selectFrom('connectors')
      .select(['charge_point_id', 'connector_id', 'status'])
      .where('charge_point_id', 'in', part)
      .execute()
    for (const { charge_point_id, connector_id, status } of rows)
      found.set(`${charge_point_id} ${connector_id}`, status)
  }
  return found
}

/** The EVSE of an open transaction, and the site of its charge point. */
export async function siteOfTransaction(db: Reader, id: number) {
  const row = await db
    .selectFrom('transactions')
    .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
    .select(['charge_points.identity', 'charge_points.site_id', 'transactions.evse_id', 'transactions.connector_id'])
    .where('transactions.id', '=', id)
    .where('transactions.status', '=', sql.lit('open' as const))
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { identity: row.identity, evseId: row.evse_id || row.connector_id, siteId: row.site_id }
}

/** Which of these transactions the back-end has closed: their charge points have told no end. */
export async function closedAmong(db: Reader, ids: readonly number[]): Promise<Set<number>> {
  const closed = new Set<number>()
  for (const part of chunks([...ids])) {
    const rows = await db
      .selectFrom('transactions')
      .select('id')
      .where('id', 'in', part)
      .where('status', '=', 'closed')
      .execute()
    for (const { id } of rows) closed.add(Number(id))
  }
  return closed
}

/** The charging profiles that charge points are known to have, or may have, by the row of the charge point. */
export async function profilesOf(db: Reader, members: Iterable<Member>): Promise<Map<number, LedgerRow[]>> {
  const found = new Map<number, LedgerRow[]>()
  for (const part of chunks([...members].map(({ id }) => id))) {
    const rows = await db
      .selectFrom('charging_profiles')
      .select(['id', 'charge_point_id', 'profile_id', 'evse_id', 'connector_id', 'purpose', 'source'])
      .select(['confirmed', 'message_id', 'accepted_at', 'updated_at', 'boots'])
      .where('charge_point_id', 'in', part)
      .execute()
    for (const { charge_point_id, ...row } of rows) {
      const id = Number(charge_point_id)
      found.set(id, [...(found.get(id) ?? []), row])
    }
  }
  return found
}

export type HistoryRow = Selectable<AllocationHistoryTable>

export async function addHistory(writer: SiteWriter, row: Omit<HistoryRow, 'id'>): Promise<void> {
  await writer.write((trx) => trx.insertInto('allocation_history').values(row).execute())
}

export interface HistoryFilter {
  siteId: string
  /** Epoch milliseconds, the first one included. */
  from?: number | undefined
  to?: number | undefined
}

export interface HistoryPage {
  limit: number
  before?: number | undefined
}

/** The newest first. */
export function listHistory(
  db: Reader,
  { siteId, from, to }: HistoryFilter,
  { limit, before }: HistoryPage
): Promise<HistoryRow[]> {
  let query = db
    .selectFrom('allocation_history')
    .selectAll()
    .where('site_id', '=', siteId)
    .orderBy('id', 'desc')
    .limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  return query.execute()
}
