import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { hold } from '../database/hold.js'
import type { Schema } from '../database/schema.js'
import type { SitesTable } from '../database/schema-sites.js'
import type { Writer } from '../database/writer.js'
import { toDateTime } from '../date-time.js'
import { contains, fold, type Reader } from '../events/scope.js'
import { ProblemError } from '../problem-error.js'
import { isTimeZone } from '../time-zone.js'
import type { SiteBody, SiteRecord } from './records.js'

export type SiteRow = Selectable<SitesTable>
type SiteWriter = Pick<Writer, 'write'>

/** A position in the list of sites, which is sorted by name. */
export interface SitePosition {
  nameKey: string
  id: string
}

export interface SitesPage {
  /** Substring of the id, name, address or notes. */
  part?: string
  limit: number
  behind?: SitePosition
}

export function listSites(db: Reader, { part, limit, behind }: SitesPage): Promise<SiteRow[]> {
  let query = db.selectFrom('sites').selectAll().orderBy('name_key').orderBy('site_id').limit(limit)
  if (part !== undefined) {
    const columns = ['site_id', 'name_key', 'address', 'notes'] as const
    query = query.where(({ or }) => or(columns.map((column) => contains(column, part))))
  }
  if (behind !== undefined) query = query.where(sql<boolean>`(name_key, site_id) > (${behind.nameKey}, ${behind.id})`)
  return query.execute()
}

export function findSite(db: Reader, id: string): Promise<SiteRow | undefined> {
  return db.selectFrom('sites').selectAll().where('site_id', '=', id).executeTakeFirst()
}

/** The folded identities of the charge points of a site. */
export async function identitiesAt(db: Reader, id: string): Promise<Set<string>> {
  const rows = await db.selectFrom('charge_points').select('identity_key').where('site_id', '=', id).execute()
  return new Set(rows.map(({ identity_key }) => identity_key))
}

/**
 * Creates or replaces a site; its charge points stay.
 *
 * @returns whether it is new
 * @throws `UNKNOWN_TIME_ZONE`
 */
export async function putSite(writer: SiteWriter, id: string, body: SiteBody): Promise<boolean> {
  const { name, address = null, position, timeZone = null, notes = null } = body
  if (timeZone !== null && !isTimeZone(timeZone)) {
    throw new ProblemError(422, 'UNKNOWN_TIME_ZONE', 'timeZone must be an IANA time zone, such as Europe/Berlin')
  }
  return writer.write(async (trx) => {
    await hold(trx, 'site', id)
    const now = Date.now()
    const values = {
      name,
      name_key: fold(name),
      address,
      latitude: position?.latitude ?? null,
      longitude: position?.longitude ?? null,
      time_zone: timeZone,
      notes,
      updated_at: now
    }
    const { numUpdatedRows } = await trx.updateTable('sites').set(values).where('site_id', '=', id).executeTakeFirst()
    if (numUpdatedRows > 0n) return false
    await trx
      .insertInto('sites')
      .values({ site_id: id, created_at: now, ...values })
      .execute()
    return true
  })
}

/**
 * Deletes a site; its charge points have none from then on. Returns whether it existed.
 *
 * @throws `LOAD_IS_MANAGED` while its load management limits charge points
 */
export async function deleteSite(writer: SiteWriter, id: string): Promise<boolean> {
  return writer.write(async (trx) => {
    await hold(trx, 'site', id)
    await deleteUncontrolled(trx, id)
    await trx.updateTable('charge_points').set({ site_id: null }).where('site_id', '=', id).execute()
    const { numDeletedRows } = await trx.deleteFrom('sites').where('site_id', '=', id).executeTakeFirst()
    return numDeletedRows > 0n
  })
}

async function deleteUncontrolled(trx: Transaction<Schema>, id: string): Promise<void> {
  const managed = await trx.selectFrom('load_management').select('mode').where('site_id', '=', id).executeTakeFirst()
  if (managed?.mode === 'control') {
    throw new ProblemError(409, 'LOAD_IS_MANAGED', 'set the mode of its load management to off or observe first')
  }
  await trx.deleteFrom('circuit_limits').where('site_id', '=', id).execute()
  await trx.deleteFrom('circuit_measurements').where('site_id', '=', id).execute()
  await trx.deleteFrom('load_management').where('site_id', '=', id).execute()
}

/**
 * Holds a site that a charge point is moved to, so that nobody deletes it meanwhile.
 *
 * @throws `UNKNOWN_SITE`
 */
export async function holdSite(trx: Parameters<typeof hold>[0], id: string): Promise<void> {
  await hold(trx, 'site', id)
  if ((await findSite(trx as Kysely<Schema>, id)) === undefined) {
    throw new ProblemError(422, 'UNKNOWN_SITE', `no site ${id}`)
  }
}

export function toSiteRecord(row: SiteRow): SiteRecord {
  const { site_id: id, name, address, latitude, longitude, time_zone, notes, created_at, updated_at } = row
  return {
    id,
    name,
    ...(address !== null && { address }),
    ...(latitude !== null && longitude !== null && { position: { latitude, longitude } }),
    ...(time_zone !== null && { timeZone: time_zone }),
    ...(notes !== null && { notes }),
    createdAt: toDateTime(created_at),
    updatedAt: toDateTime(updated_at)
  }
}
