import type { Protocol } from 'fastify-ocpp'
import { CompiledQuery, NoResultError, type RawBuilder, type Selectable, sql, type Updateable } from 'kysely'
import type { Registration } from '../database/columns.js'
import { compiled, compiledForColumns } from '../database/compiled.js'
import type { ChargePointsTable } from '../database/schema-charge-points.js'
import { keepPrepared } from '../database/shape.js'
import { ensureChargePoint } from '../events/commits.js'
import { type Change, chunks, fold, type Reader, type Scope } from '../events/scope.js'
import { holdSite } from '../sites/rows.js'
import { changed, ownTraits, type TraitsChange } from '../traits/traits.js'
import { createCredential, writeCredential } from './credential.js'

export type ChargePointRow = Selectable<ChargePointsTable>

/** The facts in a BootNotification. */
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

/** An operator's decisions about a charge point. An absent member changes nothing; `null` removes the value. */
export interface Provision {
  name?: string | null
  /** The id of a site. */
  site?: string | null
  password?: string | null
  registration?: Registration
  enabled?: boolean
  securityProfile?: number | null
  serialNumber?: string | null
  notes?: string | null
  /** `null` removes all of the charge point's own traits; `null` for one trait removes that one. */
  traits?: TraitsChange | null
}

// --- reading ---------------------------------------------------------------------------------------------------

/** The charge point, unless it was removed. */
export async function findChargePoint(db: Reader, identity: string): Promise<ChargePointRow | undefined> {
  const [row] = await byIdentity(db, { key: fold(identity) })
  return row?.removed_at === null ? row : undefined
}

const byIdentity = compiled((db, { key }: { key: string }) =>
  db.selectFrom('charge_points').selectAll().where('identity_key', '=', key)
)

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

/** The charge points with these folded identities, by folded identity. */
export async function findChargePoints(db: Reader, keys: readonly string[]): Promise<Map<string, ChargePointRow>> {
  const found = new Map<string, ChargePointRow>()
  for (const some of chunks(keys)) {
    const rows = await db.selectFrom('charge_points').selectAll().where('identity_key', 'in', some).execute()
    for (const row of rows) found.set(row.identity_key, row)
  }
  return found
}

// --- writing ---------------------------------------------------------------------------------------------------

function update(
  { trx, chargePointId, now }: Pick<Scope, 'chargePointId' | 'now'> & { trx: Reader },
  values: Updateable<ChargePointsTable>
) {
  return trx
    .updateTable('charge_points')
    .set({ ...values, updated_at: now })
    .where('id', '=', chargePointId)
}

/** Restores a removed charge point as one that no operator provisioned. */
export async function restore(scope: Pick<Scope, 'trx' | 'chargePointId' | 'now'>): Promise<void> {
  await update(scope, { removed_at: null }).where('removed_at', 'is not', null).execute()
}

/**
 * Creates or changes a charge point. Returns its row, and whether it is new.
 *
 * @throws `UNKNOWN_SITE`
 */
export async function provision(
  { trx, now }: Pick<Scope, 'trx' | 'now'>,
  identity: string,
  wanted: Provision
): Promise<{ row: ChargePointRow; isNew: boolean }> {
  if (typeof wanted.site === 'string') await holdSite(trx, wanted.site)
  const before = await findChargePoint(trx, identity)
  const chargePointId = await ensureChargePoint({ trx, now }, identity)
  const row = await update({ trx, chargePointId, now }, { identity, provisioned: 1, removed_at: null })
    .set({ ...columns(wanted), ...traitsColumn(wanted.traits, before) })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { row, isNew: before === undefined }
}

function columns({ password, registration, enabled, securityProfile, serialNumber, notes, name, site }: Provision) {
  const credential = typeof password === 'string' ? writeCredential(createCredential(password)) : null
  return {
    ...(password !== undefined && { credential, previous_credential: null }),
    ...(registration !== undefined && { registration }),
    ...(enabled !== undefined && { enabled: enabled ? (1 as const) : (0 as const) }),
    // An operator may lower the required profile, but the charge point may not fall back by itself. [A05.FR.09]
    ...(securityProfile !== undefined && {
      security_profile: securityProfile,
      highest_security_profile: securityProfile ?? 0
    }),
    ...(serialNumber !== undefined && { expected_serial_number: serialNumber }),
    ...(notes !== undefined && { notes }),
    ...(name !== undefined && { name, name_key: name === null ? null : fold(name) }),
    ...(site !== undefined && { site_id: site })
  }
}

/** The body of a request names the traits that change; the charge point keeps its other traits. */
function traitsColumn(change: TraitsChange | null | undefined, before: ChargePointRow | undefined) {
  if (change === undefined) return {}
  const own = changed(ownTraits(before?.traits ?? null), change)
  return { traits: Object.keys(own).length === 0 ? null : JSON.stringify(own) }
}

/** Removes a charge point: clears its credentials and settings, and keeps its history. Returns whether it existed. */
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
    name: null,
    name_key: null,
    site_id: null,
    traits: null
  })
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** How far the connection of the boot is trusted. */
export interface BootTrust {
  /**
   * The charge point logged in. Unless a serial number is known already, its certificates have to name the serial
   * number of this boot from now on. [A00.FR.405]
   */
  isProven: boolean
  /** The charge point was admitted only to renew its certificate. [A00.FR.429] */
  isRenewing: boolean
}

/** Stores a boot and returns the status of the answer, which the operator decides. [1.6 §4.2; 2.x B01-B03] */
export function boot(
  { protocol, vendor, model, ...rest }: Boot,
  { isProven, isRenewing }: BootTrust = { isProven: false, isRenewing: false }
): Change<Registration> {
  const { serialNumber = null, boxSerialNumber = null, firmwareVersion = null, iccid = null, imsi = null } = rest
  const { meterType = null, meterSerialNumber = null, reason = null } = rest
  const values = {
    protocol,
    vendor,
    model,
    serial_number: serialNumber,
    box_serial_number: boxSerialNumber,
    firmware_version: firmwareVersion,
    iccid,
    imsi,
    meter_type: meterType,
    meter_serial_number: meterSerialNumber,
    boot_reason: reason,
    // An operator triggered the BootNotification: the charge point did not boot. [2.x F06]
    booted: reason === 'Triggered' ? 0 : 1,
    expected: isProven ? serialNumber : null
  }
  const query = isRenewing ? BOOT_TO_RENEW : BOOT
  return async ({ trx, chargePointId, now }) => {
    const [row] = await query(trx, { ...values, chargePointId, now })
    if (row === undefined) throw new NoResultError({} as never)
    return row.boot_status ?? 'Accepted'
  }
}

interface BootValues {
  protocol: Protocol
  vendor: string
  model: string
  serial_number: string | null
  box_serial_number: string | null
  firmware_version: string | null
  iccid: string | null
  imsi: string | null
  meter_type: string | null
  meter_serial_number: string | null
  boot_reason: string | null
  /** 1 if the charge point has booted. */
  booted: number
  /** The serial number that the charge point has to have from now on, if it has none yet. */
  expected: string | null
  chargePointId: number
  now: number
}

function bootQuery(status: RawBuilder<Registration>) {
  return compiledForColumns((db: Reader, { expected, booted, chargePointId, now, ...values }: BootValues) =>
    update({ trx: db, chargePointId, now }, { ...values, last_boot_at: now, last_seen_at: now })
      .set({
        boots: sql<number>`boots + cast(${booted} as bigint)`,
        boot_status: status,
        expected_serial_number: sql<string | null>`coalesce(expected_serial_number, cast(${expected} as text))`
      })
      .returning('boot_status')
  )
}

const BOOT = bootQuery(sql<Registration>`registration`)
const BOOT_TO_RENEW = bootQuery(
  sql<Registration>`case registration when 'Accepted' then 'Pending' else registration end`
)

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
 * Stores a new password that is being sent to a charge point with a password. Both passwords are valid until the charge
 * point has accepted or rejected the new one. [A01.FR.03/04]
 */
export function offerPassword(password: string): Change {
  return async (scope) => {
    await update(scope, { credential: writeCredential(createCredential(password)) })
      // The last password that worked stays, even if several new ones are offered in turn.
      .set((of) => ({ previous_credential: of.fn.coalesce('previous_credential', 'credential') }))
      .where('credential', 'is not', null)
      .execute()
  }
}

/** Stores the new password as the only valid one: the charge point has accepted it. */
export function acceptPassword(password: string): Change {
  return async (scope) => {
    const credential = writeCredential(createCredential(password))
    await update(scope, { credential, previous_credential: null }).execute()
  }
}

/** Makes the new password the only valid one: the charge point has used it. */
export const forgetPreviousPassword: Change = async (scope) => {
  await update(scope, { previous_credential: null }).execute()
}

/** Makes the previous password the only valid one: the charge point rejected the new one. */
export const withdrawPassword: Change = async (scope) => {
  await update(scope, { previous_credential: null })
    .set((of) => ({ credential: of.ref('previous_credential') }))
    .where('previous_credential', 'is not', null)
    .execute()
}

/** Raises the security profile; a connection with a lower one is refused from then on. [A05.FR.09] */
export function raiseSecurityProfile(profile: number): Change {
  return async (scope) => {
    await update(scope, { highest_security_profile: profile }).where('highest_security_profile', '<', profile).execute()
  }
}

/** When a charge point connected, disconnected and sent its last message. Absent times have not changed. */
export interface Presence {
  chargePointId: number
  connectedAt?: number
  disconnectedAt?: number
  seenAt?: number
  protocol?: string
}

/** Maximum number of rows in one statement. A power of two, so that few different statements are prepared. */
const MAX_PRESENCES = 128

/** The columns of {@link Presence} in the database, with their types. */
const PRESENCE = [
  ['charge_point_id', 'bigint'],
  ['connected_at', 'bigint'],
  ['disconnected_at', 'bigint'],
  ['seen_at', 'bigint'],
  ['spoken', 'text']
] as const

const presenceTexts = new Map<number, string>()

/** Built as text and cached, because a whole fleet is stored every few seconds. */
function presenceText(count: number): string {
  const known = presenceTexts.get(count)
  if (known !== undefined) return known
  const tuple = (row: number) =>
    PRESENCE.map(([, type], column) => `cast($${row * PRESENCE.length + column + 1} as ${type})`).join(', ')
  const tuples = Array.from({ length: count }, (_, row) => `(${tuple(row)})`).join(', ')
  const text = `with news (${PRESENCE.map(([name]) => name).join(', ')}) as (values ${tuples})
    update charge_points set
      last_connected_at = coalesce(news.connected_at, last_connected_at),
      last_disconnected_at = coalesce(news.disconnected_at, last_disconnected_at),
      last_seen_at = coalesce(news.seen_at, last_seen_at),
      protocol = coalesce(news.spoken, protocol)
    from news where charge_points.id = news.charge_point_id`
  keepPrepared(text)
  presenceTexts.set(count, text)
  return text
}

/** Stores the presence of many charge points with few statements. */
export async function savePresence({ trx }: Pick<Scope, 'trx'>, presence: readonly Presence[]): Promise<void> {
  for (let from = 0; from < presence.length; ) {
    const count = Math.min(MAX_PRESENCES, 2 ** Math.floor(Math.log2(presence.length - from)))
    const parameters: unknown[] = []
    for (const { chargePointId, connectedAt, disconnectedAt, seenAt, protocol } of presence.slice(from, from + count)) {
      parameters.push(chargePointId, connectedAt ?? null, disconnectedAt ?? null, seenAt ?? null, protocol ?? null)
    }
    await trx.executeQuery(CompiledQuery.raw(presenceText(count), parameters))
    from += count
  }
}
