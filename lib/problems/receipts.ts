import type { Reader } from '../events/scope.js'
import { type Problem, type ProblemSource, placeOf } from './problem.js'

// Receipts that an operator has to decide about.

const MAX_PROBLEMS = 1_000

/** Transactions that get no receipt, because what is to be billed is unknown. */
export function blockedReceipts(db: Reader): ProblemSource {
  return async () => {
    const rows = await db
      .selectFrom('pending_receipts')
      .innerJoin('transactions', 'transactions.id', 'pending_receipts.transaction_ref')
      .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
      .select(['transactions.id', 'identity', 'evse_id', 'connector_id', 'changed_at', 'reason'])
      .where('pending_receipts.state', '=', 'blocked')
      .orderBy('changed_at', 'desc')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.map(
      (row): Problem => ({
        id: `receipt-blocked-${row.id}`,
        kind: 'receipt-blocked',
        severity: 'warning',
        since: Number(row.changed_at),
        chargePoint: row.identity,
        ...placeOf(row),
        transaction: row.id,
        detail: `no receipt can be issued: ${row.reason ?? 'unknown'}`
      })
    )
  }
}

/** Receipts of transactions whose figure has changed since. */
export function outdatedReceipts(db: Reader): ProblemSource {
  return async () => {
    const rows = await db
      .selectFrom('receipts')
      .innerJoin('transactions', 'transactions.id', 'receipts.transaction_ref')
      .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
      .select(['transactions.id', 'identity', 'evse_id', 'connector_id', 'number', 'outdated_at'])
      .where('receipts.outdated_at', 'is not', null)
      .orderBy('outdated_at', 'desc')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.map(
      (row): Problem => ({
        id: `receipt-outdated-${row.number}`,
        kind: 'receipt-outdated',
        severity: 'warning',
        since: Number(row.outdated_at),
        chargePoint: row.identity,
        ...placeOf(row),
        transaction: row.id,
        detail: `late messages changed the figure of receipt ${row.number}: a correction may be needed`
      })
    )
  }
}

/** Receipts of another energy than their signed values tell, until they are credited. */
export function differingReceipts(db: Reader): ProblemSource {
  return async () => {
    const rows = await db
      .selectFrom('receipts')
      .innerJoin('transactions', 'transactions.id', 'receipts.transaction_ref')
      .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
      .leftJoin('receipts as note', 'note.refers_to', 'receipts.id')
      .select(['transactions.id', 'identity', 'evse_id', 'connector_id', 'receipts.number', 'receipts.issued_at'])
      .select('receipts.signed_wh')
      .where('receipts.signed_wh', 'is not', null)
      .where('note.id', 'is', null)
      .orderBy('receipts.issued_at', 'desc')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.map(
      (row): Problem => ({
        id: `receipt-not-signed-${row.number}`,
        kind: 'receipt-not-signed',
        severity: 'warning',
        since: Number(row.issued_at),
        chargePoint: row.identity,
        ...placeOf(row),
        transaction: row.id,
        detail: `the signed values tell ${row.signed_wh} Wh, and receipt ${row.number} bills another energy`
      })
    )
  }
}
