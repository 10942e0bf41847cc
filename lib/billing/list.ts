import { toDateTime } from '../date-time.js'
import { fold, type Reader } from '../events/scope.js'
import type { ReceiptDocument, ReceiptRecord, ReceiptState } from './records.js'

// Reading receipts.

/** An absent member does not filter. */
export interface ReceiptFilter {
  transaction?: number
  chargePoint?: string
  kind?: 'receipt' | 'credit-note'
  /** Epoch milliseconds, of the time of issue. */
  from?: number
  /** Exclusive. */
  to?: number
  /** Only receipts with a lower id. */
  before?: number
  limit: number
}

/** The receipts, latest first. */
export async function listReceipts(db: Reader, filter: ReceiptFilter) {
  const { transaction, chargePoint, kind, from, to, before, limit } = filter
  let query = receiptsOf(db).orderBy('receipts.id', 'desc').limit(limit)
  if (transaction !== undefined) query = query.where('receipts.transaction_ref', '=', transaction)
  if (chargePoint !== undefined) {
    const ids = db.selectFrom('charge_points').select('id').where('identity_key', '=', fold(chargePoint))
    query = query.where('receipts.charge_point_id', 'in', ids)
  }
  if (kind !== undefined) query = query.where('receipts.kind', '=', kind)
  if (from !== undefined) query = query.where('receipts.issued_at', '>=', from)
  if (to !== undefined) query = query.where('receipts.issued_at', '<', to)
  if (before !== undefined) query = query.where('receipts.id', '<', before)
  return (await query.execute()).map((row) => ({ id: row.id, record: recordOf(row) }))
}

export async function findReceipt(db: Reader, number: string): Promise<ReceiptRecord | undefined> {
  const row = await receiptsOf(db).where('receipts.number', '=', number).executeTakeFirst()
  return row === undefined ? undefined : recordOf(row)
}

function receiptsOf(db: Reader) {
  return db
    .selectFrom('receipts')
    .leftJoin('receipts as note', 'note.refers_to', 'receipts.id')
    .select(['receipts.id', 'receipts.document', 'receipts.outdated_at', 'receipts.issued_by'])
    .select('note.number as credited_by')
}

type Row = NonNullable<Awaited<ReturnType<ReturnType<typeof receiptsOf>['executeTakeFirst']>>>

function recordOf({ document, outdated_at, issued_by, credited_by }: Row): ReceiptRecord {
  return {
    ...(JSON.parse(document) as ReceiptDocument),
    ...(credited_by !== null && { creditedBy: credited_by }),
    ...(outdated_at !== null && { outdatedSince: toDateTime(outdated_at) }),
    ...(issued_by !== '' && { issuedBy: issued_by })
  }
}

/** Receipts in the order of their issue. */
export async function exportedReceipts(
  db: Reader,
  { behind, to, limit }: { behind: { issuedAt: number; id: number }; to: number; limit: number }
) {
  const rows = await receiptsOf(db)
    .select('receipts.issued_at')
    .where('receipts.issued_at', '>=', behind.issuedAt)
    .where('receipts.issued_at', '<', to)
    .where((eb) => eb.or([eb('receipts.issued_at', '>', behind.issuedAt), eb('receipts.id', '>', behind.id)]))
    .orderBy('receipts.issued_at')
    .orderBy('receipts.id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id, issuedAt: row.issued_at, record: recordOf(row) }))
}

/** The identity of the charge point of a transaction. */
export async function identityOf(db: Reader, transactionRef: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('transactions')
    .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
    .select('identity')
    .where('transactions.id', '=', transactionRef)
    .executeTakeFirst()
  return row?.identity
}

/** The number of the receipt of a transaction that is not credited. */
export async function latestReceiptNumber(db: Reader, transactionRef: number): Promise<string | undefined> {
  const state = await receiptStateOf(db, transactionRef)
  return state?.status === 'issued' ? state.number : undefined
}

/** Whether a transaction has a receipt, or why not. `undefined` if it gets none. */
export async function receiptStateOf(db: Reader, transactionRef: number): Promise<ReceiptState | undefined> {
  const latest = await db
    .selectFrom('receipts')
    .select(['number', 'kind'])
    .where('transaction_ref', '=', transactionRef)
    .orderBy('turn', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (latest !== undefined) {
    return { status: latest.kind === 'receipt' ? 'issued' : 'credited', number: latest.number }
  }
  const pending = await db
    .selectFrom('pending_receipts')
    .select(['state', 'reason'])
    .where('transaction_ref', '=', transactionRef)
    .executeTakeFirst()
  if (pending === undefined) return undefined
  const { state, reason } = pending
  return { status: state, ...(reason !== null && { reason }) }
}
