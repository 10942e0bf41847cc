import type { Protocol } from 'fastify-ocpp'
import { type Selectable, sql, type Updateable } from 'kysely'
import type { Registration } from '../database/columns.js'
import type { ChargePointsTable } from '../database/schema-charge-points.js'
import { ensureChargePoint } from '../events/commits.js'
import { type Change, chunks, contains, fold, type Reader, type Scope } from '../events/scope.js'
import { changed, ownTraits, type TraitsChange } from '../traits/traits.js'
import { createCredential, writeCredential } from './credential.js'

export type ChargePointRow = Selectable<ChargePointsTable>

/** What a BootNotification tells. */
export interface Boot {
  protocol: Protocol
  vendor: string
  model: string
  serialNumber?: string
  /** 1.6 only. */
  boxSerialNumber?: string
  firmwareVersion?: string
  iccid?: string
  imsi?: string
  /** 1.6 only. */
  meterType?: string
  meterSerialNumber?: string
  /** 2.x only. */
  reason?: string
}

/** What an operator decides about a charge point; what is left out stays as it is, null takes it away. */
export interface Provision {
  password?: string | null
  registration?: Registration
  enabled?: boolean
  securityProfile?: number | null
  serialNumber?: string | null
  notes?: string | null
  /** `null` removes all of its own traits, `null` for one removes that one. */
  traits?: TraitsChange | null
}

// --- reading ---------------------------------------------------------------------------------------------------

/** The charge point, unless it was removed. */
export async function findChargePoint(db: Reader, identity: string): Promise<ChargePointRow | undefined> {
  const row = await db
    .selectFrom('charge_points')
    .selectAll()
    .where('identity_key', '=', fold(identity))
    .executeTakeFirst()
  return row?.removed_at === null ? row : undefined
}

/** The number of charge points that connected under open registration and that no operator provisioned. */
export async function countUnprovisioned(db: Reader): Promise<number> {
  const { count } = await db
    .selectFrom('charge_points')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('provisioned', '=', 0)
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** What a list is sorted by, the other way round with "-"; among equals by identity. */
export const CHARGE_POINT_ORDERS = [
  'identity',
  '-identity',
  'createdAt',
  '-createdAt',
  'lastSeenAt',
  '-lastSeenAt',
  'lastBootAt',
  '-lastBootAt'
] as const
export type ChargePointOrder = (typeof CHARGE_POINT_ORDERS)[number]

/** What is left out does not matter. */
export interface ChargePointFilter {
  /** Part of the identity, vendor, model or serial number. */
  part?: string
  /** Of some connector. */
  status?: string
  protocol?: string
  vendor?: string
  model?: string
  firmwareVersion?: string
  registration?: Registration
  enabled?: boolean
  provisioned?: boolean
}

/** A place in a list. */
export interface ChargePointPosition {
  /** What it is sorted by; '' by identity. */
  value: number | ''
  key: string
}

const COLUMNS = { createdAt: 'created_at', lastSeenAt: 'last_seen_at', lastBootAt: 'last_boot_at' } as const

export interface PositionsQuery {
  filter: ChargePointFilter
  order: ChargePointOrder
  behind?: ChargePointPosition
  /** Default: all. */
  limit?: number
}

/** Where charge points are in a list, and no more of them. */
export async function listPositions(db: Reader, page: PositionsQuery): Promise<ChargePointPosition[]> {
  const { filter, order, behind, limit } = page
  const direction = order.startsWith('-') ? 'desc' : 'asc'
  const beyond = direction === 'desc' ? '<' : '>'
  const name = order.replace('-', '') as keyof typeof COLUMNS | 'identity'
  // Never is before all.
  const value = name === 'identity' ? sql<number | ''>`''` : sql<number>`coalesce(${sql.ref(COLUMNS[name])}, 0)`
  let query = filtered(db, filter).select(['identity_key', value.as('value')])
  if (name === 'identity') {
    if (behind !== undefined) query = query.where('identity_key', beyond, behind.key)
  } else {
    query = query.orderBy(value, direction)
    if (behind !== undefined) {
      const isBeyond = sql.raw(beyond)
      query = query.where(
        sql<boolean>`(${value} ${isBeyond} ${behind.value} or (${value} = ${behind.value} and identity_key ${isBeyond} ${behind.key}))`
      )
    }
  }
  if (limit !== undefined) query = query.limit(limit)
  const rows = await query.orderBy('identity_key', direction).execute()
  return rows.map(({ value, identity_key }) => ({ value: value === '' ? '' : Number(value), key: identity_key }))
}

/** Those with these folded identities, by them. */
export async function findChargePoints(db: Reader, keys: readonly string[]): Promise<Map<string, ChargePointRow>> {
  const found = new Map<string, ChargePointRow>()
  for (const some of chunks(keys)) {
    const rows = await db.selectFrom('charge_points').selectAll().where('identity_key', 'in', some).execute()
    for (const row of rows) found.set(row.identity_key, row)
  }
  return found
}

function filtered(db: Reader, { part, status, enabled, provisioned, ...exact }: ChargePointFilter) {
  let query = db.selectFrom('charge_points').where('removed_at', 'is', null)
  if (part !== undefined) {
    const columns = ['identity_key', 'vendor', 'model', 'serial_number', 'notes'] as const
    query = query.where(({ or }) => or(columns.map((column) => contains(column, part))))
  }
  if (status !== undefined) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('connectors')
          .select('connectors.id')
          .whereRef('connectors.charge_point_id', '=', 'charge_points.id')
          .where('connectors.status', '=', status)
      )
    )
  }
  if (enabled !== undefined) query = query.where('enabled', '=', enabled ? 1 : 0)
  if (provisioned !== undefined) query = query.where('provisioned', '=', provisioned ? 1 : 0)
  const { protocol, vendor, model, firmwareVersion, registration } = exact
  if (protocol !== undefined) query = query.where('protocol', '=', protocol)
  if (vendor !== undefined) query = query.where('vendor', '=', vendor)
  if (model !== undefined) query = query.where('model', '=', model)
  if (firmwareVersion !== undefined) query = query.where('firmware_version', '=', firmwareVersion)
  if (registration !== undefined) query = query.where('registration', '=', registration)
  return query
}

// --- writing ---------------------------------------------------------------------------------------------------

function update(
  { trx, chargePointId, now }: Pick<Scope, 'trx' | 'chargePointId' | 'now'>,
  values: Updateable<ChargePointsTable>
) {
  return trx
    .updateTable('charge_points')
    .set({ ...values, updated_at: now })
    .where('id', '=', chargePointId)
}

/** A charge point that was removed comes back as one that nobody provisioned. */
export async function restore(scope: Pick<Scope, 'trx' | 'chargePointId' | 'now'>): Promise<void> {
  await update(scope, { removed_at: null }).where('removed_at', 'is not', null).execute()
}

/** Makes or changes a charge point. Answers what has become of it, and whether it is new. */
export async function provision(
  { trx, now }: Pick<Scope, 'trx' | 'now'>,
  identity: string,
  wanted: Provision
): Promise<{ row: ChargePointRow; isNew: boolean }> {
  const before = await findChargePoint(trx, identity)
  const chargePointId = await ensureChargePoint({ trx, now }, identity)
  const row = await update({ trx, chargePointId, now }, { identity, provisioned: 1, removed_at: null })
    .set({ ...columns(wanted), ...traitsColumn(wanted.traits, before) })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { row, isNew: before === undefined }
}

function columns({ password, registration, enabled, securityProfile, serialNumber, notes }: Provision) {
  const credential = typeof password === 'string' ? writeCredential(createCredential(password)) : null
  return {
    ...(password !== undefined && { credential, previous_credential: null }),
    ...(registration !== undefined && { registration }),
    ...(enabled !== undefined && { enabled: enabled ? (1 as const) : (0 as const) }),
    // An operator may lower what the charge point once had; it may not do so by itself. [A05.FR.09]
    ...(securityProfile !== undefined && {
      security_profile: securityProfile,
      highest_security_profile: securityProfile ?? 0
    }),
    ...(serialNumber !== undefined && { expected_serial_number: serialNumber }),
    ...(notes !== undefined && { notes })
  }
}

/** Own traits are merged with those that the charge point has: the body of a request names what changes. */
function traitsColumn(change: TraitsChange | null | undefined, before: ChargePointRow | undefined) {
  if (change === undefined) return {}
  const own = changed(ownTraits(before?.traits ?? null), change)
  return { traits: Object.keys(own).length === 0 ? null : JSON.stringify(own) }
}

/** Forgets who it was; what it did stays. Answers whether there was one. */
export const remove: Change<boolean> = async (scope) => {
  const { numUpdatedRows } = await update(scope, {
    removed_at: scope.now,
    provisioned: 0,
    enabled: 1,
    credential: null,
    previous_credential: null,
    security_profile: null,
    highest_security_profile: 0,
    expected_serial_number: null,
    registration: 'Accepted',
    boot_status: null,
    notes: null,
    traits: null
  })
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** What the connection is worth over which a boot came. */
export interface BootTrust {
  /** It logged in: its serial number is from now on that of its certificates, unless that is known. [A00.FR.405] */
  isProven: boolean
  /** It is to get a new certificate before anything else. [A00.FR.429] */
  isRenewing: boolean
}

/** Books a boot and answers what to say to it: what the operator wants. [1.6 §4.2; 2.x B01-B03] */
export function boot(
  { protocol, vendor, model, ...rest }: Boot,
  { isProven, isRenewing }: BootTrust = { isProven: false, isRenewing: false }
): Change<Registration> {
  const serialNumber = isProven ? (rest.serialNumber ?? null) : null
  const status = isRenewing
    ? sql<Registration>`case registration when 'Accepted' then 'Pending' else registration end`
    : sql<Registration>`registration`
  return async (scope) => {
    const { boot_status } = await update(scope, {
      protocol,
      vendor,
      model,
      serial_number: rest.serialNumber ?? null,
      box_serial_number: rest.boxSerialNumber ?? null,
      firmware_version: rest.firmwareVersion ?? null,
      iccid: rest.iccid ?? null,
      imsi: rest.imsi ?? null,
      meter_type: rest.meterType ?? null,
      meter_serial_number: rest.meterSerialNumber ?? null,
      boot_reason: rest.reason ?? null,
      last_boot_at: scope.now,
      last_seen_at: scope.now
    })
      .set({
        boot_status: status,
        expected_serial_number: sql<string | null>`coalesce(expected_serial_number, cast(${serialNumber} as text))`
      })
      .returning('boot_status')
      .executeTakeFirstOrThrow()
    return boot_status ?? 'Accepted'
  }
}

/** Whether the charge point has this identity. */
export async function isCalled({ trx, chargePointId }: Scope, identity: string): Promise<boolean> {
  const row = await trx
    .selectFrom('charge_points')
    .select('identity_key')
    .where('id', '=', chargePointId)
    .executeTakeFirst()
  return row?.identity_key === fold(identity)
}

/**
 * A new password is on its way to a charge point that has one, and may or may not be taken: both are valid until that
 * is known. [A01.FR.03/04]
 */
export function offerPassword(password: string): Change {
  return async (scope) => {
    await update(scope, { credential: writeCredential(createCredential(password)) })
      // The one that worked last, however often a new one is offered.
      .set((of) => ({ previous_credential: of.fn.coalesce('previous_credential', 'credential') }))
      .where('credential', 'is not', null)
      .execute()
  }
}

/** The charge point has taken the new password: only that one is valid. */
export function acceptPassword(password: string): Change {
  return async (scope) => {
    const credential = writeCredential(createCredential(password))
    await update(scope, { credential, previous_credential: null }).execute()
  }
}

/** The charge point has used the new password: only that one is valid from now on. */
export const forgetPreviousPassword: Change = async (scope) => {
  await update(scope, { previous_credential: null }).execute()
}

/** The charge point refused the new password: only the one before is valid. */
export const withdrawPassword: Change = async (scope) => {
  await update(scope, { previous_credential: null })
    .set((of) => ({ credential: of.ref('previous_credential') }))
    .where('previous_credential', 'is not', null)
    .execute()
}

/** A lower one is refused from now on. [A05.FR.09] */
export function raiseSecurityProfile(profile: number): Change {
  return async (scope) => {
    await update(scope, { highest_security_profile: profile }).where('highest_security_profile', '<', profile).execute()
  }
}

/** When a charge point came, went and was last heard of, as far as it is new. */
export interface Presence {
  chargePointId: number
  connectedAt?: number
  disconnectedAt?: number
  seenAt?: number
  protocol?: string
}

/** Many at a time, because it is of many that something is new. */
export async function savePresence({ trx }: Pick<Scope, 'trx'>, presence: readonly Presence[]): Promise<void> {
  for (const part of chunks(presence, 200)) {
    const rows = part.map(
      ({ chargePointId, connectedAt, disconnectedAt, seenAt, protocol }) =>
        sql`(cast(${chargePointId} as bigint), cast(${connectedAt ?? null} as bigint),
             cast(${disconnectedAt ?? null} as bigint), cast(${seenAt ?? null} as bigint),
             cast(${protocol ?? null} as text))`
    )
    await sql`
      with news (charge_point_id, connected_at, disconnected_at, seen_at, spoken) as (values ${sql.join(rows)})
      update charge_points set
        last_connected_at = coalesce(news.connected_at, last_connected_at),
        last_disconnected_at = coalesce(news.disconnected_at, last_disconnected_at),
        last_seen_at = coalesce(news.seen_at, last_seen_at),
        protocol = coalesce(news.spoken, protocol)
      from news where charge_points.id = news.charge_point_id`.execute(trx)
  }
}
