import { type Db, displayedIdOf, type TransactionRow } from './queries.js'
import { timeShown } from './receipt.js'

export const DOUBTFUL_COLUMNS = [
  'id',
  'chargePoint',
  'transactionId',
  'startedAt',
  'cost',
  'currency',
  'costUnknown'
] as const

const PAGE = 1_000

/**
 * Transactions that are over and whose cost is not known. One with a cost was billed by an earlier release, which took
 * what it did not know for 0.
 */
export async function* doubtfulTransactions(db: Db) {
  for (let behind = 0; ; ) {
    const rows = await pageOf(db, behind)
    for (const row of rows) yield lineOf(row)
    const last = rows.at(-1)
    if (last === undefined) return
    behind = last.id
  }
}

function pageOf(db: Db, behind: number) {
  return db
    .selectFrom('transactions')
    .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
    .selectAll('transactions')
    .select('charge_points.identity')
    .where('transactions.cost_unknown', 'is not', null)
    .where('transactions.status', '!=', 'open')
    .where('transactions.id', '>', behind)
    .orderBy('transactions.id')
    .limit(PAGE)
    .execute()
}

function lineOf(row: TransactionRow & { identity: string }) {
  return {
    id: row.id,
    chargePoint: row.identity,
    transactionId: displayedIdOf(row),
    startedAt: timeShown(row.start_timestamp, row.created_at),
    cost: row.cost ?? undefined,
    currency: row.currency ?? undefined,
    costUnknown: row.cost_unknown ?? undefined
  }
}
