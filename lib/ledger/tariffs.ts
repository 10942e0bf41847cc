import { type Selectable, sql } from 'kysely'
import { hold } from '../database/hold.js'
import type { Schema } from '../database/schema.js'
import type { Writer } from '../database/writer.js'
import { fromDateTime, toDateTime } from '../date-time.js'
import { fold } from '../events/scope.js'
import { hashOf, inOrder, ocppTariffId } from '../money/canonical.js'
import { check, type Finding, needsTimeZone } from '../money/check.js'
import { flatOf } from '../money/flat.js'
import type { AppliesTo, TariffDocument } from '../money/tariff.js'
import { textOf } from '../money/text.js'
import type { Db } from './queries.js'
import { type CheckedTariff, checked, invalidTariff } from './tariff-body.js'
import type { AnyTariffBody, TariffRecord, TariffVersionRecord } from './tariff-records.js'
import { areRivals } from './which-tariff.js'

type VersionRow = Selectable<Schema['tariff_versions']>

function tariffsOf(db: Db) {
  return db
    .selectFrom('tariffs')
    .innerJoin('tariff_versions', (join) =>
      join
        .onRef('tariff_versions.tariff_id', '=', 'tariffs.tariff_id')
        .onRef('tariff_versions.n', '=', 'tariffs.version')
    )
    .selectAll('tariffs')
    .select(['tariff_versions.document', 'tariff_versions.ocpp_id'])
}

/** All tariffs, ordered by id. There is no paging, because tariffs are few. */
export async function listTariffs(db: Db): Promise<TariffRecord[]> {
  const rows = await tariffsOf(db).orderBy('tariffs.tariff_id').limit(1000).execute()
  const zoneless = await countZoneless(db)
  return rows.map((row) => toRecord(row, zoneless))
}

export async function findTariff(db: Db, id: string): Promise<TariffRecord | undefined> {
  const row = await tariffsOf(db).where('tariffs.tariff_id', '=', id).executeTakeFirst()
  return row && toRecord(row, await countZoneless(db))
}

/** The charge points whose local time nobody knows. */
async function countZoneless(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('charge_points')
    .leftJoin('sites', 'sites.site_id', 'charge_points.site_id')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('charge_points.removed_at', 'is', null)
    .where('sites.time_zone', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** All versions of a tariff, the latest first; none if it does not exist. */
export async function listVersions(db: Db, id: string): Promise<TariffVersionRecord[]> {
  const rows = await db
    .selectFrom('tariff_versions')
    .innerJoin('tariffs', 'tariffs.tariff_id', 'tariff_versions.tariff_id')
    .selectAll('tariff_versions')
    .where('tariff_versions.tariff_id', '=', id)
    .orderBy('n', 'desc')
    .limit(1000)
    .execute()
  return rows.map(toVersionRecord)
}

/**
 * Creates or replaces a tariff. A document that differs from the latest one is a new version. Transactions that have
 * begun keep theirs.
 *
 * @returns whether the tariff is new
 * @throws `INVALID_TARIFF`, `TARIFF_CONFLICT`
 */
export async function putTariff(writer: Writer, id: string, body: AnyTariffBody, operator = ''): Promise<boolean> {
  const tariff = checked(body)
  return writer.write(async (trx) => {
    // One at a time, because two tariffs must not be equally specific.
    await hold(trx, 'tariff', '')
    await refuseRivals(trx, id, tariff)
    const now = Date.now()
    const version = await versionOf(trx, { id, document: tariff.document, operator, now })
    const { appliesTo, enabled, priority } = tariff
    const [only, ...others] = appliesTo.chargePoints ?? []
    const values = {
      enabled: enabled ? (1 as const) : (0 as const),
      applies_to: JSON.stringify(appliesTo),
      priority,
      charge_point_key: only !== undefined && others.length === 0 ? fold(only) : null,
      version,
      updated_at: now
    }
    const { numUpdatedRows } = await trx
      .updateTable('tariffs')
      .set(values)
      .where('tariff_id', '=', id)
      .executeTakeFirst()
    if (numUpdatedRows > 0n) return false
    await trx
      .insertInto('tariffs')
      .values({ tariff_id: id, created_at: now, ...values })
      .execute()
    return true
  })
}

/** @throws `TARIFF_CONFLICT` */
async function refuseRivals(db: Db, id: string, { appliesTo, enabled, priority }: CheckedTariff): Promise<void> {
  if (!enabled) return
  const others = await db
    .selectFrom('tariffs')
    .select(['tariff_id', 'applies_to'])
    .where('tariff_id', '!=', id)
    .where('enabled', '=', sql.lit(1 as const))
    .where('priority', '=', priority)
    .execute()
  const rival = others.find(({ applies_to }) => areRivals(appliesTo, JSON.parse(applies_to) as AppliesTo))
  if (rival === undefined) return
  const detail = `is for the same transactions as tariff ${rival.tariff_id}: give one of them another priority`
  throw invalidTariff([{ pointer: '/appliesTo', detail }], {
    status: 409,
    code: 'TARIFF_CONFLICT',
    message: 'two tariffs would apply equally'
  })
}

interface NewVersion {
  id: string
  document: TariffDocument
  operator: string
  now: number
}

/** The number of the version with this document. Versions never change: an earlier one may become the latest again. */
async function versionOf(db: Db, { id, document, operator, now }: NewVersion): Promise<number> {
  const hash = hashOf(document)
  const versions = await db
    .selectFrom('tariff_versions')
    .select(['id', 'n', 'hash', 'active_at'])
    .where('tariff_id', '=', id)
    .orderBy('active_at', 'desc')
    .orderBy('n', 'desc')
    .execute()
  const [latest] = versions
  const known = versions.find((version) => version.hash === hash)
  if (known !== undefined && known.id === latest?.id) return known.n
  // Later than that of any other version, even if the clock was set back.
  const active_at = Math.max(now, (latest?.active_at ?? 0) + 1)
  if (known !== undefined) {
    await db.updateTable('tariff_versions').set({ active_at }).where('id', '=', known.id).execute()
    return known.n
  }
  const n = versions.reduce((highest, version) => Math.max(highest, version.n), 0) + 1
  const { validFrom } = document
  await db
    .insertInto('tariff_versions')
    .values({
      tariff_id: id,
      n,
      document: JSON.stringify(inOrder(document)),
      hash,
      ocpp_id: ocppTariffId(id, hash),
      valid_from: validFrom === undefined ? null : fromDateTime(validFrom),
      made_by: operator,
      made_at: now,
      active_at
    })
    .execute()
  return n
}

/** Its versions stay, for the transactions that they price. Returns whether the tariff existed. */
export async function deleteTariff(writer: Writer, id: string): Promise<boolean> {
  const { numDeletedRows } = await writer.write((trx) =>
    trx.deleteFrom('tariffs').where('tariff_id', '=', id).executeTakeFirst()
  )
  return numDeletedRows > 0n
}

type NamedRow = Selectable<Schema['tariffs']> & Pick<VersionRow, 'document' | 'ocpp_id'>

function toRecord(row: NamedRow, zoneless: number): TariffRecord {
  const document = JSON.parse(row.document) as TariffDocument
  const appliesTo = JSON.parse(row.applies_to) as AppliesTo
  return {
    id: row.tariff_id,
    ...flatMembers(document, appliesTo),
    currency: document.currency,
    enabled: row.enabled === 1,
    appliesTo,
    priority: row.priority,
    document,
    version: row.version,
    ocppTariffId: row.ocpp_id,
    text: textOf(document),
    warnings: warningsOf(document, appliesTo, zoneless),
    updatedAt: toDateTime(row.updated_at)
  }
}

export function warningsOf(document: TariffDocument, appliesTo: AppliesTo, zoneless: number): Finding[] {
  const { warnings } = check({ ...document, appliesTo })
  if (zoneless === 0 || !needsTimeZone(document)) return warnings
  const detail = `${zoneless} charge points have no site with a time zone: there prices by local time are unknown`
  return [...warnings, { pointer: '', detail }]
}

/** The short form, for tariffs that have one. */
function flatMembers(document: TariffDocument, { chargePoints, groupIds, ...others }: AppliesTo) {
  const flat = flatOf(document)
  const [chargePoint, ...points] = chargePoints ?? []
  const [groupId, ...groups] = groupIds ?? []
  const isFlat = Object.keys(others).length === 0 && points.length === 0 && groups.length === 0
  if (flat === undefined || !isFlat) return {}
  return {
    ...flat,
    ...(chargePoint !== undefined && { chargePoint }),
    ...(groupId !== undefined && { groupId })
  }
}

function toVersionRecord(row: VersionRow): TariffVersionRecord {
  const { n, ocpp_id, document, valid_from, made_by, made_at, active_at } = row
  return {
    version: n,
    ocppTariffId: ocpp_id,
    document: JSON.parse(document) as TariffDocument,
    ...(valid_from !== null && { validFrom: toDateTime(valid_from) }),
    ...(made_by !== '' && { madeBy: made_by }),
    madeAt: toDateTime(made_at),
    activeAt: toDateTime(active_at)
  }
}
