import { redact } from 'fastify-ocpp'
import { type SelectQueryBuilder, sql } from 'kysely'
import type { Json } from '../database/json.js'
import type { Schema } from '../database/schema.js'
import type { StartOutcome } from '../database/schema-transactions.js'
import type { May } from '../operators/scopes.js'

// The outcomes of the remote starts among the calls.

/** All members are null for a call that is not a remote start, or was not accepted. */
export interface StartColumns {
  start_outcome: StartOutcome | null
  /** Our id of the transaction. */
  start_id: number | null
  start_transaction_id: string | null
  start_id_token: string | null
}

/** A start that is known before its answer is shown; a start with another id token may still be refused. */
const OUTCOME = sql<StartOutcome | null>`case when awaited_starts.until_at is not null or awaited_starts.outcome = 'seen'
  then awaited_starts.outcome end`
const TRANSACTION_ID = sql<string | null>`coalesce(transactions.displayed_id, transactions.transaction_id)`

/** Adds {@link StartColumns} to a query of calls. */
export function withStart<T extends keyof Schema, O>(query: SelectQueryBuilder<Schema, T, O>) {
  const calls = query as unknown as SelectQueryBuilder<Schema, 'calls', O>
  const joined = calls
    .leftJoin('awaited_starts', (join) =>
      join
        .onRef('awaited_starts.message_id', '=', 'calls.message_id')
        .onRef('awaited_starts.charge_point_id', '=', 'calls.charge_point_id')
    )
    .leftJoin('transactions', 'transactions.id', 'awaited_starts.transaction_ref')
    .select([
      OUTCOME.as('start_outcome'),
      'transactions.id as start_id',
      TRANSACTION_ID.as('start_transaction_id'),
      'transactions.id_token as start_id_token'
    ])
  return joined as unknown as SelectQueryBuilder<Schema, T, O & StartColumns>
}

/** The member `start` of a call, with what the operator may see of the transaction; `{}` without an outcome. */
export function showStart(
  { start_outcome, start_id, start_transaction_id, start_id_token }: StartColumns,
  may: May
): Json {
  if (start_outcome === null) return {}
  const start = {
    outcome: start_outcome,
    ...(start_id !== null && { id: start_id, transactionId: start_transaction_id }),
    ...(start_id_token !== null && { idToken: start_id_token })
  }
  if (!may('transactions:read')) return { start: { outcome: start_outcome } }
  return { start: may('id-tokens:read') ? start : redact(start) }
}
