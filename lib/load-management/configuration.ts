import type { Kysely } from 'kysely'
import { hold } from '../database/hold.js'
import type { Schema } from '../database/schema.js'
import type { Writer } from '../database/writer.js'
import type { Reader } from '../events/scope.js'
import { ProblemError } from '../problem-error.js'
import { identitiesAt } from '../sites/rows.js'
import type { KnownOf, TraitsBook } from '../traits/book.js'
import type { ModelStore } from '../traits/model-store.js'
import { checkPlant, type Members } from './check.js'
import { type AppliedTraits, habitsOf } from './choices.js'
import { LoadManagementBody } from './plant.js'
import { checkReleases, type Releasing } from './release.js'
import { findLoadManagement, membersOf } from './rows.js'

// The configuration of the load management of a site, which is changed as a whole or in parts. What is refused has no effect.

type SiteWriter = Pick<Writer, 'write'>

/** The site that is changed. */
export interface Changed {
  siteId: string
  /** The traits of a charge point. */
  traitsOf: (known: KnownOf) => AppliedTraits
  /** With it, no EVSE is released that may draw current. */
  releasing?: Releasing | undefined
}

/** @throws `EVSE_IN_USE` */
async function checkReleased(trx: Kysely<Schema>, { siteId, releasing }: Changed, after: LoadManagementBody) {
  if (releasing === undefined) return
  const before = await findLoadManagement(trx, siteId)
  if (before !== undefined) await checkReleases(trx, { before, after }, releasing)
}

/** The site, after what other nodes have learned or changed of charger models has been read. */
export async function siteToChange(
  { models, book }: { models: Pick<ModelStore, 'refresh'>; book: Pick<TraitsBook, 'applied'> },
  siteId: string
): Promise<Changed> {
  await models.refresh({ isForced: true })
  return { siteId, traitsOf: (known) => book.applied(known) }
}

async function readMembers(trx: Kysely<Schema>, { siteId, traitsOf }: Changed): Promise<Members> {
  const known = await membersOf(trx, siteId)
  const habitsAt = (identity: string) => {
    const member = known.get(identity)
    return member === undefined ? {} : habitsOf(traitsOf(member))
  }
  return new Map([...(await identitiesAt(trx, siteId))].map((identity) => [identity, habitsAt(identity)]))
}

/**
 * Replaces the configuration of a site as a whole.
 *
 * @returns whether it is new
 * @throws `INVALID_LOAD_MANAGEMENT`, `EVSE_IN_USE`
 */
export function putLoadManagement(writer: SiteWriter, site: Changed, body: LoadManagementBody): Promise<boolean> {
  const { siteId } = site
  return writer.write(async (trx) => {
    await hold(trx, 'site', siteId)
    checkPlant(body, await readMembers(trx as Kysely<Schema>, site))
    await checkReleased(trx as Kysely<Schema>, site, body)
    const now = Date.now()
    const values = { mode: body.mode, document: JSON.stringify(body), updated_at: now }
    const { numUpdatedRows } = await trx
      .updateTable('load_management')
      .set(values)
      .where('site_id', '=', siteId)
      .executeTakeFirst()
    const circuits = body.circuits.map(({ id }) => id)
    await forget(trx as Kysely<Schema>, siteId, circuits)
    if (numUpdatedRows > 0n) return false
    await trx
      .insertInto('load_management')
      .values({ site_id: siteId, created_at: now, ...values })
      .execute()
    return true
  })
}

/**
 * Whether a configuration would be taken.
 *
 * @param place the JSON pointer to the configuration
 * @throws `INVALID_LOAD_MANAGEMENT`
 */
export async function checkConfiguration(
  db: Reader,
  site: Changed,
  { body, place }: { body: LoadManagementBody; place: string }
): Promise<void> {
  const members = await readMembers(db, site)
  try {
    checkPlant(body, members)
  } catch (error) {
    if (!(error instanceof ProblemError) || error.violation === undefined) throw error
    const { pointer, message: detail } = error.violation
    const at = `${place}${pointer}`
    throw new ProblemError(error.statusCode, error.code, `${at} ${detail}`, { pointer: at, detail })
  }
}

/** Limits and measurements of circuits that are no more. */
async function forget(trx: Kysely<Schema>, siteId: string, kept: readonly string[]): Promise<void> {
  for (const table of ['circuit_limits', 'circuit_measurements'] as const) {
    const query = trx.deleteFrom(table).where('site_id', '=', siteId)
    await (kept.length === 0 ? query : query.where('circuit_id', 'not in', kept)).execute()
  }
}

/** Returns whether there was one. */
export function deleteLoadManagement(writer: SiteWriter, siteId: string): Promise<boolean> {
  return writer.write(async (trx) => {
    await hold(trx, 'site', siteId)
    await forget(trx as Kysely<Schema>, siteId, [])
    const { numDeletedRows } = await trx.deleteFrom('load_management').where('site_id', '=', siteId).executeTakeFirst()
    return numDeletedRows > 0n
  })
}

/** A change of one circuit or one EVSE. */
export interface PartialChange {
  /** `undefined`: there is nothing to change. */
  apply: (body: LoadManagementBody) => LoadManagementBody | undefined
  /** The place of the part in the configuration after the change, as a JSON pointer; absent when it is deleted. */
  placeIn?: (body: LoadManagementBody) => string
}

/**
 * Changes a part of the configuration; nobody else changes another part at the same time.
 *
 * @returns the new configuration; `undefined`: there is no configuration, or nothing to change
 * @throws `INVALID_LOAD_MANAGEMENT` with a pointer into the part, `EVSE_IN_USE`
 */
export function changeLoadManagement(
  writer: SiteWriter,
  site: Changed,
  { apply, placeIn }: PartialChange
): Promise<LoadManagementBody | undefined> {
  const { siteId } = site
  return writer.write(async (trx) => {
    await hold(trx, 'site', siteId)
    const row = await trx
      .selectFrom('load_management')
      .select('document')
      .where('site_id', '=', siteId)
      .executeTakeFirst()
    const body = row === undefined ? undefined : apply(JSON.parse(row.document) as LoadManagementBody)
    if (body === undefined) return undefined
    for (const list of ['circuits', 'evses'] as const) {
      const { maxItems } = LoadManagementBody.properties[list]
      if (maxItems !== undefined && body[list].length > maxItems) throw tooMany(list, maxItems)
    }
    const members = await readMembers(trx as Kysely<Schema>, site)
    try {
      checkPlant(body, members)
    } catch (error) {
      throw inPart(error, placeIn?.(body))
    }
    await checkReleased(trx as Kysely<Schema>, site, body)
    await trx
      .updateTable('load_management')
      .set({ document: JSON.stringify(body), updated_at: Date.now() })
      .where('site_id', '=', siteId)
      .execute()
    await forget(
      trx as Kysely<Schema>,
      siteId,
      body.circuits.map(({ id }) => id)
    )
    return body
  })
}

function tooMany(list: string, most: number): ProblemError {
  const detail = `there are ${most} ${list} already`
  return new ProblemError(422, 'INVALID_LOAD_MANAGEMENT', detail, { pointer: '', detail })
}

/** A fault of another part is one of the whole body. */
function inPart(error: unknown, place: string | undefined): unknown {
  if (!(error instanceof ProblemError) || error.violation === undefined) return error
  const { pointer, message } = error.violation
  const isOwn = place !== undefined && (pointer === place || pointer.startsWith(`${place}/`))
  const detail = isOwn ? message : `${pointer} of the configuration ${message}`
  const own = isOwn ? pointer.slice(place.length) : ''
  return new ProblemError(error.statusCode, error.code, `${own} ${detail}`.trim(), { pointer: own, detail })
}
