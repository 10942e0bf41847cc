import { createHash, randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { OperatorTokensTable } from '../database/schema-operators.js'
import type { Reader, Scope } from '../events/scope.js'
import { OPERATOR_SCOPES, type OperatorScope } from './scopes.js'

export type OperatorTokenRow = Selectable<OperatorTokensTable>

/** The values of a new token. */
export interface NewOperatorToken {
  name: string
  scopes: readonly OperatorScope[]
  /** Epoch milliseconds. `null`: never. */
  expiresAt: number | null
}

const TOKEN_BYTES = 32
/** The prefix identifies the kind of secret, also for tools that search repositories for secrets. */
const PREFIX = 'ocpp_'
const TOKEN = /^ocpp_[A-Za-z0-9_-]{43}$/
/** Reserved names: the token outside the database, the command line, and a path of the API. */
const RESERVED = ['operator', 'command-line', 'self']

export const TOKEN_NAME = `^(?!(?:${RESERVED.join('|')})$)[a-z0-9][a-z0-9._\\-]{0,63}$`
export const TOKEN_NAME_RULE =
  'must be 1 to 64 lower case letters, digits and . _ -, begin with a letter or digit, and not be ' +
  RESERVED.join(', ')

/** Whether the text has the form of a token in the database. No other text is looked up. */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

export function createToken(): string {
  return `${PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`
}

/** The stored hash. A token is random, so it needs neither a salt nor a slow hash. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** The scopes of a row. Unknown scopes are dropped, so they allow nothing. */
export function scopesOf({ scopes }: Pick<OperatorTokenRow, 'scopes'>): OperatorScope[] {
  const held = JSON.parse(scopes) as unknown[]
  return OPERATOR_SCOPES.filter((scope) => held.includes(scope))
}

export function findTokenByHash(db: Reader, hash: string): Promise<OperatorTokenRow | undefined> {
  return db.selectFrom('operator_tokens').selectAll().where('token_hash', '=', hash).executeTakeFirst()
}

export function findTokenByName(db: Reader, name: string): Promise<OperatorTokenRow | undefined> {
  return db.selectFrom('operator_tokens').selectAll().where('name', '=', name).executeTakeFirst()
}

/** Those of these ids whose tokens are valid at that time. */
export async function validTokenIds(db: Reader, ids: readonly number[], now: number): Promise<Set<number>> {
  const rows = await db
    .selectFrom('operator_tokens')
    .select('id')
    .where('id', 'in', ids)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .execute()
  return new Set(rows.map(({ id }) => id))
}

export interface TokenPage {
  /** The id after which the page starts. */
  behind: number
  limit: number
}

/** A page of the tokens, oldest first. */
export function listTokens(db: Reader, { behind, limit }: TokenPage): Promise<OperatorTokenRow[]> {
  return db.selectFrom('operator_tokens').selectAll().where('id', '>', behind).orderBy('id').limit(limit).execute()
}

type Transaction = Pick<Scope, 'trx' | 'now'>

/** Stores a token by its hash. Returns `undefined` if the name is taken. */
export function insertToken(
  { trx, now }: Transaction,
  token: string,
  { name, scopes, expiresAt }: NewOperatorToken
): Promise<OperatorTokenRow | undefined> {
  const row = {
    name,
    token_hash: hashOf(token),
    scopes: JSON.stringify(OPERATOR_SCOPES.filter((scope) => scopes.includes(scope))),
    expires_at: expiresAt,
    created_at: now
  }
  return trx
    .insertInto('operator_tokens')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returningAll()
    .executeTakeFirst()
}

/** Returns whether the token existed. */
export async function deleteToken({ trx }: Pick<Scope, 'trx'>, name: string): Promise<boolean> {
  const { numDeletedRows } = await trx.deleteFrom('operator_tokens').where('name', '=', name).executeTakeFirst()
  return numDeletedRows > 0n
}

export async function markTokenUsed({ trx, now }: Transaction, id: number): Promise<void> {
  await trx.updateTable('operator_tokens').set({ last_used_at: now }).where('id', '=', id).execute()
}
