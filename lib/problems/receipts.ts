import { sql } from 'kysely'
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

/** Receipts of transactions whose payment then failed, until they are credited or the payment succeeds. [2.1 C22, C25] */
export function unpaidReceipts(db: Reader): ProblemSource {
  return async () => {
    const rows = await unpaidQuery(db).execute()
    return rows.map(
      (row): Problem => ({
        id: `receipt-unpaid-${row.number}`,
        kind: 'receipt-unpaid',
        severity: 'warning',
        since: Number(row.received_at),
        chargePoint: row.identity,
        ...placeOf(row),
        transaction: row.id,
        detail: `receipt ${row.number} was issued, and the payment ${row.psp_ref} is ${row.outcome}`
      })
    )
  }
}

export function unpaidQuery(db: Reader) {
  return (
    db
      .selectFrom('settlements')
      .innerJoin('transactions', 'transactions.id', 'settlements.transaction_ref')
      .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
      .innerJoin('receipts', 'receipts.transaction_ref', 'settlements.transaction_ref')
      .leftJoin('receipts as note', 'note.refers_to', 'receipts.id')
      .select(['transactions.id', 'identity', 'evse_id', 'connector_id', 'receipts.number', 'psp_ref'])
      .select(['settlements.status as outcome', 'settlements.received_at'])
      // Literals, because the partial index does not serve parameters.
      .where(sql<boolean>`settlements.status in ('Rejected', 'Failed')`)
      .where('receipts.kind', '=', 'receipt')
      .where('note.id', 'is', null)
      // The latest one counts.
      .where(
        sql<boolean>`not exists (select 1 from settlements as later
          where later.transaction_ref = settlements.transaction_ref and (later.settled_at > settlements.settled_at
            or (later.settled_at = settlements.settled_at and later.id > settlements.id)))`
      )
      .orderBy('settlements.id', 'desc')
      .limit(MAX_PROBLEMS)
  )
}
