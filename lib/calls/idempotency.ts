import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import { StorageError } from '../database/errors.js'
import type { IdempotencyKeysTable } from '../database/schema-operators.js'
import type { Scope } from '../events/scope.js'

type Transaction = Pick<Scope, 'trx' | 'now'>

/** How long a request is remembered. */
export const KEPT_MS = 24 * 60 * 60 * 1000

/** A request that may be repeated. */
export interface RepeatableRequest {
  operator: string
  key: string
  fingerprint: string
  /** What its call gets as message id, when it makes one. */
  messageId: string
  /** Of the process that carries it out. */
  runId: string
}

/** What a request was answered. */
export interface KeptAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

export type KeptRequest = Selectable<IdempotencyKeysTable>

/** Equal for requests that ask for the same. */
export function fingerprintOf(method: string, target: string, body: unknown): string {
  const hash = createHash('sha256').update(`${method} ${target}\n`)
  return hash.update(JSON.stringify(body ?? {})).digest('hex')
}

/** How often a key may be let go of by others while it is being claimed. */
const MAX_ATTEMPTS = 5

/** Writes the request down, unless its key is taken: then it answers what the key stands for. */
export async function claim({ trx, now }: Transaction, request: RepeatableRequest): Promise<KeptRequest | undefined> {
  const { operator, key, fingerprint, messageId, runId } = request
  const ofKey = { operator, idempotency_key: key }
  await trx
    .deleteFrom('idempotency_keys')
    .where(({ and }) => and(ofKey))
    .where('created_at', '<=', now - KEPT_MS)
    .execute()
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('idempotency_keys')
      .values({ ...ofKey, fingerprint, message_id: messageId, run_id: runId, created_at: now })
      .onConflict((conflict) => conflict.columns(['operator', 'idempotency_key']).doNothing())
      .executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows === 1n) return undefined
    const kept = await trx
      .selectFrom('idempotency_keys')
      .selectAll()
      .where(({ and }) => and(ofKey))
      .executeTakeFirst()
    if (kept !== undefined) return kept
  }
  throw new StorageError('conflict')
}

type Claimed = Pick<RepeatableRequest, 'operator' | 'key'>

/** Keeps what the request was answered. */
export async function keepAnswer({ trx }: Pick<Scope, 'trx'>, { operator, key }: Claimed, answer: KeptAnswer) {
  const { status, headers, body } = answer
  await trx
    .updateTable('idempotency_keys')
    .set({ status, headers: JSON.stringify(headers), body })
    .where('operator', '=', operator)
    .where('idempotency_key', '=', key)
    .execute()
}

/** Nothing came of the request: the key is free again. */
export async function release({ trx }: Pick<Scope, 'trx'>, { operator, key }: Claimed): Promise<void> {
  await trx.deleteFrom('idempotency_keys').where('operator', '=', operator).where('idempotency_key', '=', key).execute()
}
