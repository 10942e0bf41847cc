import { type Selectable, sql } from 'kysely'
import { compiled } from '../database/compiled.js'
import { hold } from '../database/hold.js'
import { type Columns, type Json, toJson } from '../database/json.js'
import type { IdTokensTable } from '../database/schema-transactions.js'
import { contains, fold, type Reader, type Scope } from '../events/scope.js'

export type IdTokenRow = Selectable<IdTokensTable>

/** A change of an id token by an operator; an absent member keeps its value. */
export interface IdTokenChange {
  type?: string
  status?: string
  groupId?: string | null
  masterGroup?: boolean
  /** Epoch milliseconds. */
  expiresAt?: number | null
  language?: string | null
  /** Of each transaction that it begins. */
  transactionLimit?: object | null
  /** Of the cars of its transactions. */
  chargingNeeds?: object | null
  notes?: string | null
}

export async function findIdToken(db: Reader, idToken: string): Promise<IdTokenRow | undefined> {
  return db
    .selectFrom('id_tokens')
    .selectAll()
    .where('token_key', '=', fold(idToken))
    .orderBy('type')
    .limit(1)
    .executeTakeFirst()
}

/** All rows of an id token: there may be one for each type. */
export function findIdTokensOfAnyType(db: Reader, idToken: string): Promise<IdTokenRow[]> {
  return ofAnyType(db, { key: fold(idToken) })
}

const ofAnyType = compiled((db: Reader, { key }: { key: string }) =>
  db.selectFrom('id_tokens').selectAll().where('token_key', '=', key).orderBy('type')
)

export interface IdTokenFilter {
  /** Id that the page starts behind. */
  behind: number
  limit: number
  /** Part of the token. */
  part?: string
  status?: string
  groupId?: string
}

/** A page of the id tokens, oldest first. */
export async function listIdTokens(
  db: Reader,
  { behind, limit, part, status, groupId }: IdTokenFilter
): Promise<IdTokenRow[]> {
  let query = db.selectFrom('id_tokens').selectAll().where('id', '>', behind)
  if (part !== undefined) query = query.where(contains('token_key', part))
  if (status !== undefined) query = query.where('status', '=', status)
  if (groupId !== undefined) query = query.where(sql<boolean>`lower(group_id) = ${fold(groupId)}`)
  return query.orderBy('id').limit(limit).execute()
}

/** Id tokens in one read. */
const AT_ONCE = 1_000

/** All id tokens that match, page by page. */
export async function* allIdTokens(
  db: Reader,
  filter: Omit<IdTokenFilter, 'behind' | 'limit'>
): AsyncGenerator<IdTokenRow[]> {
  for (let behind = 0; ; ) {
    const rows = await listIdTokens(db, { ...filter, behind, limit: AT_ONCE })
    yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < AT_ONCE) return
    behind = last.id
  }
}

const COLUMNS: Columns<IdTokenRow> = {
  id: 'hidden',
  token_key: 'hidden',
  id_token: 'value',
  type: 'value',
  status: 'value',
  group_id: 'value',
  master_group: 'boolean',
  expires_at: 'time',
  language: 'value',
  additional_info: 'json',
  transaction_limit: 'json',
  charging_needs: 'json',
  notes: 'value',
  created_at: 'time',
  updated_at: 'time'
}

/** An id token as an operator sees it. */
export function showIdToken(row: IdTokenRow): Json {
  return toJson(row, COLUMNS)
}

type Transaction = Pick<Scope, 'trx' | 'now'>

/** Creates or changes an id token. An operator sees one id token, whatever types its rows have. */
export async function saveIdToken(
  { trx, now }: Transaction,
  idToken: string,
  change: IdTokenChange
): Promise<{ row: IdTokenRow; isNew: boolean }> {
  const { type, status, groupId, masterGroup, expiresAt, language, notes } = change
  const { transactionLimit: limit, chargingNeeds: needs } = change
  const values = {
    ...(type !== undefined && { type }),
    ...(status !== undefined && { status }),
    ...(groupId !== undefined && { group_id: groupId }),
    ...(masterGroup !== undefined && { master_group: masterGroup ? (1 as const) : (0 as const) }),
    ...(expiresAt !== undefined && { expires_at: expiresAt }),
    ...(language !== undefined && { language }),
    ...(limit !== undefined && { transaction_limit: limit === null ? null : JSON.stringify(limit) }),
    ...(needs !== undefined && { charging_needs: needs === null ? null : JSON.stringify(needs) }),
    ...(notes !== undefined && { notes }),
    updated_at: now
  }
  await hold(trx, 'idToken', fold(idToken))
  const known = await findIdToken(trx, idToken)
  if (known !== undefined) {
    const changed = trx
      .updateTable('id_tokens')
      .set({ ...values, id_token: idToken })
      .where('id', '=', known.id)
    return { row: await changed.returningAll().executeTakeFirstOrThrow(), isNew: false }
  }
  const row = await trx
    .insertInto('id_tokens')
    .values({ token_key: fold(idToken), id_token: idToken, created_at: now, ...values })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { row, isNew: true }
}

/** @returns whether the id token existed */
export async function deleteIdToken({ trx }: Pick<Scope, 'trx'>, idToken: string): Promise<boolean> {
  await hold(trx, 'idToken', fold(idToken))
  const { numDeletedRows } = await trx.deleteFrom('id_tokens').where('token_key', '=', fold(idToken)).executeTakeFirst()
  return numDeletedRows > 0n
}
