import { sql } from 'kysely'
import { compiled } from '../database/compiled.js'
import { fold } from '../events/scope.js'
import { driverTariffId } from '../money/canonical.js'
import type { AppliesTo, TariffDocument } from '../money/tariff.js'
import type { Db } from './queries.js'
import type { TariffVersion } from './snapshot.js'

// Which tariff applies to a transaction.

/** The facts that are known of a transaction when it begins. */
export interface Begin {
  chargePointId: number
  /** EVSE; in 1.6 the connector. 0 if unknown. */
  evseId: number
  idToken?: string
  idTokenType?: string
  /** Default: contract or adhoc, by the id token. */
  kind?: Situation['kind']
  /** Epoch milliseconds. */
  at: number
}

export interface Situation {
  /** Id. */
  site: string | null
  /** Folded identity. */
  chargePoint: string
  evseId: number
  groups: readonly string[]
  idToken: string | undefined
  kind: 'contract' | 'adhoc' | 'roaming'
}

/** From the most specific: what distinguishes tariffs that have equally many members. */
const ORDER = ['idTokens', 'groupIds', 'evseIds', 'chargePoints', 'sites', 'kinds'] as const

/** How specific a tariff is: by how many members it has, then by which. */
export function specificity(appliesTo: AppliesTo): number {
  const bits = ORDER.reduce((sum, name) => sum * 2 + (appliesTo[name] === undefined ? 0 : 1), 0)
  const count = ORDER.filter((name) => appliesTo[name] !== undefined).length
  return count * 2 ** ORDER.length + bits
}

/** Whether two tariffs are for some of the same transactions, and equally specific. */
export function areRivals(a: AppliesTo, b: AppliesTo): boolean {
  if (specificity(a) !== specificity(b)) return false
  return ORDER.every((name) => {
    const [own, other] = [a[name], b[name]]
    if (own === undefined || other === undefined) return true
    const keys = new Set(own.map(keyOf))
    return other.some((value) => keys.has(keyOf(value)))
  })
}

function keyOf(value: string | number): string {
  return fold(String(value))
}

function applies(appliesTo: AppliesTo, { site, chargePoint, evseId, groups, idToken, kind }: Situation): boolean {
  const has = (wanted: readonly (string | number)[] | undefined, found: readonly string[]) =>
    wanted === undefined || wanted.some((value) => found.includes(keyOf(value)))
  return (
    has(appliesTo.sites, site === null ? [] : [fold(site)]) &&
    has(appliesTo.chargePoints, [chargePoint]) &&
    has(appliesTo.evseIds, evseId === 0 ? [] : [String(evseId)]) &&
    has(appliesTo.groupIds, groups) &&
    has(appliesTo.idTokens, idToken === undefined ? [] : [fold(idToken)]) &&
    has(appliesTo.kinds, [kind])
  )
}

const AD_HOC: readonly string[] = ['NoAuthorization', 'DirectPayment']

function kindOf({ idToken, idTokenType = '' }: Begin): Situation['kind'] {
  return idToken === undefined || idToken === '' || AD_HOC.includes(idTokenType) ? 'adhoc' : 'contract'
}

/** The version of the most specific tariff for a transaction; `undefined` if there is none. */
export async function tariffFor(db: Db, begin: Begin): Promise<TariffVersion | undefined> {
  const ranked = await rankedFor(db, begin)
  for (const { tariff_id, isAtEvse } of ranked) {
    const version = isAtEvse ? await versionAt(db, tariff_id, begin.at) : undefined
    if (version !== undefined) return version
  }
  return undefined
}

/**
 * The version of the tariff for a transaction that has not begun, whatever EVSE it will be at; `undefined` if there is
 * none, or if it depends on the EVSE.
 */
export async function tariffAhead(db: Db, begin: Omit<Begin, 'evseId'>): Promise<TariffVersion | undefined> {
  const evseId = await onlyEvse(db, begin.chargePointId)
  if (evseId !== undefined) return tariffFor(db, { ...begin, evseId })
  for (const { tariff_id, isOfEvses } of await rankedFor(db, { ...begin, evseId: 0 })) {
    const version = await versionAt(db, tariff_id, begin.at)
    if (version !== undefined) return isOfEvses ? undefined : version
  }
  return undefined
}

/** The EVSE of a charge point that has only one; in 1.6 the connector. */
async function onlyEvse(db: Db, chargePointId: number): Promise<number | undefined> {
  const rows = await db
    .selectFrom('connectors')
    .select(['evse_id', 'connector_id'])
    .where('charge_point_id', '=', chargePointId)
    .execute()
  const ids = new Set(rows.map(({ evse_id, connector_id }) => evse_id || connector_id).filter((id) => id > 0))
  const [only] = ids
  return ids.size === 1 ? only : undefined
}

interface Ranked {
  tariff_id: string
  /** Whether it is for some EVSEs only. */
  isOfEvses: boolean
  /** Whether it is for the EVSE of the transaction. */
  isAtEvse: boolean
}

/** The tariffs for a transaction at some EVSE, the most specific first. */
async function rankedFor(db: Db, begin: Begin): Promise<Ranked[]> {
  const [place] = await placeOf(db, { chargePointId: begin.chargePointId })
  if (place === undefined) return []
  const candidates = await candidatesFor(db, { key: place.identity_key })
  if (candidates.length === 0) return []
  const situation: Situation = {
    site: place.site_id,
    chargePoint: place.identity_key,
    evseId: begin.evseId,
    groups: candidates.some(({ applies_to }) => applies_to.includes('groupIds'))
      ? await groupsOf(db, begin.idToken)
      : [],
    idToken: begin.idToken,
    kind: begin.kind ?? kindOf(begin)
  }
  const parsed = candidates.map((row) => ({ ...row, appliesTo: JSON.parse(row.applies_to) as AppliesTo }))
  return rank(parsed, situation)
}

/** A tariff that may apply. */
export interface Candidate {
  tariff_id: string
  appliesTo: AppliesTo
  priority: number
}

/** The tariffs that apply at some EVSE, the most specific first. The candidates are ordered by id. */
export function rank(candidates: readonly Candidate[], situation: Situation): Ranked[] {
  return candidates
    .filter(({ appliesTo: { evseIds: _, ...others } }) => applies(others, situation))
    .sort((a, b) => specificity(b.appliesTo) - specificity(a.appliesTo) || b.priority - a.priority)
    .map(({ tariff_id, appliesTo }) => ({
      tariff_id,
      isOfEvses: appliesTo.evseIds !== undefined,
      isAtEvse: applies(appliesTo, situation)
    }))
}

const placeOf = compiled((db: Db, { chargePointId }: { chargePointId: number }) =>
  db.selectFrom('charge_points').select(['identity_key', 'site_id']).where('id', '=', chargePointId)
)

const candidatesFor = compiled((db: Db, { key }: { key: string }) =>
  db
    .selectFrom('tariffs')
    .select(['tariff_id', 'applies_to', 'priority'])
    .where('enabled', '=', sql.lit(1 as const))
    .where((eb) => eb.or([eb('charge_point_key', 'is', null), eb('charge_point_key', '=', key)]))
    .orderBy('tariff_id')
)

const groupRowsOf = compiled((db: Db, { key }: { key: string }) =>
  db.selectFrom('id_tokens').select('group_id').where('token_key', '=', key)
)

async function groupsOf(db: Db, idToken: string | undefined): Promise<string[]> {
  if (idToken === undefined) return []
  const rows = await groupRowsOf(db, { key: fold(idToken) })
  return rows.flatMap(({ group_id }) => (group_id === null ? [] : [fold(group_id)]))
}

/**
 * The latest version at a time, among those that are valid then, so that a session which a charge point reports late has
 * the prices of its start. For a time before the first version, the first version is taken.
 */
export async function versionAt(db: Db, tariffId: string, at: number): Promise<TariffVersion | undefined> {
  const [row] = await versionRow(db, { tariffId, at })
  if (row === undefined) return undefined
  const { id, n, document, ocpp_id } = row
  return {
    id: tariffId,
    version: n,
    versionId: id,
    ocppTariffId: ocpp_id,
    document: JSON.parse(document) as TariffDocument
  }
}

/** The version that charge points know by an id, as a default or as the tariff of one driver; `undefined`: none. */
export async function versionOfWireId(db: Db, wireId: string): Promise<TariffVersion | undefined> {
  const tariffId = wireId.slice(0, Math.max(wireId.lastIndexOf('.'), 0))
  const rows = await db
    .selectFrom('tariff_versions')
    .select(['id', 'tariff_id', 'n', 'document', 'ocpp_id'])
    .where((eb) => eb.or([eb('ocpp_id', '=', wireId), eb('tariff_id', '=', tariffId)]))
    .orderBy('n', 'desc')
    .limit(1000)
    .execute()
  const versions = rows.map(({ id, tariff_id, n, document, ocpp_id }) => ({
    ...{ id: tariff_id, version: n, versionId: id, ocppTariffId: ocpp_id },
    document: JSON.parse(document) as TariffDocument
  }))
  return versions.find(({ id, document, ocppTariffId }) =>
    [ocppTariffId, driverTariffId(id, document)].includes(wireId)
  )
}

const versionRow = compiled((db: Db, { tariffId, at }: { tariffId: string; at: number }) =>
  db
    .selectFrom('tariff_versions')
    .select(['id', 'n', 'document', 'ocpp_id'])
    .where('tariff_id', '=', tariffId)
    .where((eb) => eb.or([eb('valid_from', 'is', null), eb('valid_from', '<=', at)]))
    // One that says from when on it is valid counts from then on, also when it was made later. When a version becomes
    // the latest one again, only that time is known, and when it was made.
    .orderBy(sql`case when active_at <= ${at} or valid_from is not null then 0 when made_at <= ${at} then 1 else 2 end`)
    .orderBy(
      sql`case when active_at <= ${at} or valid_from is not null then -active_at when made_at <= ${at} then -made_at else made_at end`
    )
    .orderBy('n', 'desc')
    .limit(1)
)
