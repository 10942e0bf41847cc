import { type Selectable, sql } from 'kysely'
import type { SignInsTable } from '../database/schema-operators.js'
import type { Reader, Scope } from '../events/scope.js'

export type SignInRow = Selectable<SignInsTable>

/** A sign-in with the operator token that it is bound to. */
export interface FoundSignIn extends SignInRow {
  /** `null`: it is bound to the built-in token, as the other members of the token. */
  token_name: string | null
  token_scopes: string | null
  token_expires_at: number | null
}

/** A sign-in that begins. */
export interface NewSignIn {
  cookieHash: string
  /** `undefined`: the built-in token. */
  tokenId: number | undefined
  builtIn: string
  remoteAddress: string | null
  userAgent: string | null
  expiresAt: number
}

/** The time, and the digest of the present built-in token. */
export interface Present {
  now: number
  builtIn: string
}

export interface SignInPage {
  /** The id after which the page starts; the newest come first. */
  before?: number | undefined
  limit: number
}

type Transaction = Pick<Scope, 'trx' | 'now'>

/** The oldest sign-ins of a token above this number end. */
const MAX_PER_TOKEN = 100

/** Those that have not ended, and whose token has not. */
function alive(db: Reader, { now, builtIn }: Present) {
  return db
    .selectFrom('sign_ins')
    .leftJoin('operator_tokens', 'operator_tokens.id', 'sign_ins.token_id')
    .where('sign_ins.expires_at', '>', now)
    .where((eb) =>
      eb.or([
        eb('sign_ins.built_in', '=', builtIn),
        eb.and([
          eb('operator_tokens.id', 'is not', null),
          eb.or([eb('operator_tokens.expires_at', 'is', null), eb('operator_tokens.expires_at', '>', now)])
        ])
      ])
    )
}

function found(db: Reader, present: Present) {
  return alive(db, present)
    .selectAll('sign_ins')
    .select([
      'operator_tokens.name as token_name',
      'operator_tokens.scopes as token_scopes',
      'operator_tokens.expires_at as token_expires_at'
    ])
}

export function findSignIn(db: Reader, cookieHash: string, present: Present): Promise<FoundSignIn | undefined> {
  return found(db, present).where('sign_ins.cookie_hash', '=', cookieHash).executeTakeFirst()
}

/** Those of these ids that have not ended. */
export async function validSignInIds(db: Reader, ids: readonly number[], present: Present): Promise<Set<number>> {
  const rows = await alive(db, present).select('sign_ins.id').where('sign_ins.id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}

/** A page of the sign-ins that have not ended, newest first. */
export function listSignIns(db: Reader, { before, limit }: SignInPage, present: Present): Promise<FoundSignIn[]> {
  const rows = found(db, present)
  const page = before === undefined ? rows : rows.where('sign_ins.id', '<', before)
  return page.orderBy('sign_ins.id', 'desc').limit(limit).execute()
}

/** Returns whether the token is still there. */
export async function insertSignIn({ trx, now }: Transaction, signIn: NewSignIn): Promise<boolean> {
  const { cookieHash, tokenId, builtIn, remoteAddress, userAgent, expiresAt } = signIn
  if (tokenId !== undefined) {
    const token = trx.selectFrom('operator_tokens').select('id').where('id', '=', tokenId)
    if ((await token.executeTakeFirst()) === undefined) return false
  }
  await trx
    .insertInto('sign_ins')
    .values({
      cookie_hash: cookieHash,
      token_id: tokenId ?? null,
      built_in: tokenId === undefined ? builtIn : null,
      remote_address: remoteAddress,
      user_agent: userAgent,
      created_at: now,
      last_used_at: now,
      expires_at: expiresAt
    })
    .execute()
  await deleteSurplus(trx, tokenId)
  return true
}

async function deleteSurplus(trx: Scope['trx'], tokenId: number | undefined): Promise<void> {
  const isSame = tokenId === undefined ? sql<boolean>`token_id is null` : sql<boolean>`token_id = ${tokenId}`
  const newest = trx.selectFrom('sign_ins').select('id').where(isSame).orderBy('id', 'desc')
  const surplus = await newest.limit(1).offset(MAX_PER_TOKEN).executeTakeFirst()
  if (surplus === undefined) return
  await trx.deleteFrom('sign_ins').where(isSame).where('id', '<=', surplus.id).execute()
}

/** Returns whether the sign-in existed. */
export async function deleteSignIn({ trx }: Pick<Scope, 'trx'>, id: number): Promise<boolean> {
  const { numDeletedRows } = await trx.deleteFrom('sign_ins').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}

/** Saves that a sign-in was used, and when it ends unless it is used again. */
export async function markSignInUsed({ trx, now }: Transaction, id: number, expiresAt: number): Promise<void> {
  await trx.updateTable('sign_ins').set({ last_used_at: now, expires_at: expiresAt }).where('id', '=', id).execute()
}
