import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { Schema } from '../database/schema.js'
import { toDateTime } from '../date-time.js'
import { contains, fold, type Reader } from '../events/scope.js'
import { variableOf } from './configuration-names.js'
import { type Component, placeIn, type Variable } from './device-model.js'
import { type Characteristics, characteristicsOf, KEYS_16 } from './setting-types.js'

// The settings of a charge point as it has reported them: configuration keys of 1.6, variables of 2.x.

/** One attribute of a setting, in the members of `get-configuration`. */
export interface SettingRecord extends Characteristics {
  /** 1.6. */
  key?: string
  component?: Component
  variable?: Variable
  /** 2.x; absent: Actual. */
  attribute?: string
  value?: string
  readonly?: boolean
  mutability?: string
  persistent?: boolean
  constant?: boolean
  updatedAt: string
}

export interface SettingFilter {
  chargePointId: number
  /** Part of the name or value; case makes no difference. */
  part?: string
  component?: string
  /** Whether it is not known to be read-only. */
  isWritable?: boolean
}

export interface SettingPage {
  /** The key of the last setting before the page. */
  behind?: string
  limit: number
}

/** A setting, and its place in the list. */
export interface ListedSetting {
  key: string
  record: SettingRecord
}

// --- OCPP 1.6 ----------------------------------------------------------------------------------------------------

/** Configuration keys, sorted by name. A component is that of the variable of 2.x with the same meaning. */
export async function listKeys(
  db: Reader,
  { chargePointId, part, component, isWritable }: SettingFilter,
  { behind, limit }: SettingPage
): Promise<ListedSetting[]> {
  let query = db.selectFrom('configuration_keys').selectAll().where('charge_point_id', '=', chargePointId)
  const last = behind === undefined ? undefined : readKey(behind)
  if (last !== undefined) query = query.where('key', '>', last)
  if (isWritable !== undefined) query = query.where('readonly', '=', isWritable ? 0 : 1)
  if (part !== undefined) query = query.where(anyContains(['key', 'value'], part))
  if (component !== undefined) query = query.where(sql<string>`lower(key)`, 'in', keysOf(component))
  const rows = await query.orderBy('key').limit(limit).execute()
  return rows.map((row) => ({ key: JSON.stringify(row.key), record: showKey(row) }))
}

/** `undefined`: the text is the place of a variable, because the charge point spoke another version before. */
function readKey(place: string): string | undefined {
  const key: unknown = JSON.parse(place)
  return typeof key === 'string' ? key : undefined
}

/** The keys of 1.6 whose variable of 2.x belongs to a component, in lower case. An unknown component has none. */
function keysOf(component: string): string[] {
  const keys = Object.keys(KEYS_16).filter((key) => fold(variableOf(key)?.component.name ?? '') === fold(component))
  return keys.length === 0 ? [''] : keys.map(fold)
}

function showKey({ key, value, readonly, updated_at }: Selectable<Schema['configuration_keys']>): SettingRecord {
  return {
    key,
    ...variableOf(key),
    ...(value !== null && { value }),
    readonly: readonly === 1,
    ...KEYS_16[canonical(key)],
    updatedAt: toDateTime(updated_at)
  }
}

const SPELLINGS = new Map(Object.keys(KEYS_16).map((key) => [fold(key), key]))

function canonical(key: string): string {
  return SPELLINGS.get(fold(key)) ?? ''
}

// --- OCPP 2.x ----------------------------------------------------------------------------------------------------

const ORDER = [
  'component',
  'component_instance',
  'evse_id',
  'connector_id',
  'variable',
  'variable_instance',
  'attribute'
] as const
const PLACE = sql.join(ORDER.map((column) => sql.ref(column)))

/** Attributes of variables, sorted by component and variable. */
export async function listVariables(
  db: Reader,
  { chargePointId, part, component, isWritable }: SettingFilter,
  { behind, limit }: SettingPage
): Promise<ListedSetting[]> {
  let query = db.selectFrom('variables').selectAll().where('charge_point_id', '=', chargePointId)
  const last = behind === undefined ? undefined : readPlace(behind)
  if (last !== undefined) query = query.where(sql<SqlBool>`(${PLACE}) > (${sql.join(last)})`)
  if (isWritable === true) query = query.where(sql<SqlBool>`coalesce(mutability, '') <> 'ReadOnly'`)
  if (isWritable === false) query = query.where('mutability', '=', 'ReadOnly')
  if (component !== undefined) query = query.where(sql<string>`lower(component)`, '=', fold(component))
  if (part !== undefined) {
    query = query.where(
      anyContains(['component', 'component_instance', 'variable', 'variable_instance', 'value'], part)
    )
  }
  for (const column of ORDER) query = query.orderBy(column)
  const rows = await query.limit(limit).execute()
  return rows.map((row) => ({ key: JSON.stringify(ORDER.map((column) => row[column])), record: showVariable(row) }))
}

/** `undefined`: the text is a key of 1.6, because the charge point spoke another version before. */
function readPlace(text: string): (string | number)[] | undefined {
  const place: unknown = JSON.parse(text)
  return Array.isArray(place) ? place : undefined
}

/** Whether a text is the place of a setting in one of the lists. */
export function isPlace(text: string): boolean {
  try {
    const place: unknown = JSON.parse(text)
    if (typeof place === 'string') return true
    const isWhole = Array.isArray(place) && place.length === ORDER.length
    return isWhole && place.every((value) => ['string', 'number'].includes(typeof value))
  } catch {
    return false
  }
}

function showVariable(row: Selectable<Schema['variables']>): SettingRecord {
  const { attribute, value, mutability, persistent, constant, characteristics, updated_at } = row
  return {
    ...placeIn(row),
    ...(attribute !== 'Actual' && { attribute }),
    ...(value !== null && { value }),
    // Only a report contains these. [2.x B07, B08]
    ...(mutability !== null && {
      mutability,
      readonly: mutability === 'ReadOnly',
      persistent: persistent === 1,
      constant: constant === 1
    }),
    ...characteristicsOf(characteristics),
    updatedAt: toDateTime(updated_at)
  }
}

function anyContains(columns: readonly string[], part: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${sql.join(
    columns.map((column) => contains(column, part)),
    sql` or `
  )})`
}
