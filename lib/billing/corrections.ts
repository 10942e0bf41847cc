import { toDateTime } from '../date-time.js'
import type { Reader } from '../events/scope.js'
import type { TransactionRow } from '../ledger/queries.js'
import { ProblemError } from '../problem-error.js'
import { type Corrected, correct } from './correct.js'
import { billedOf, type Correction } from './figures.js'
import { type BillingScope, issueCredit, issueReceipt, latestOf, type ReceiptRow } from './issue.js'
import type { CorrectedFigures, CorrectionBody, CorrectionRecord, ReceiptDocument } from './records.js'

/**
 * Corrects what is billed: a credit note for the receipt, if there is one, and a new receipt, unless nothing is billed.
 * All of it is one commit. Returns the id of the correction.
 *
 * @throws `TRANSACTION_OPEN`, and those of {@link correct}
 */
export async function correctBill(
  scope: BillingScope,
  row: TransactionRow,
  { body: { reason, ...correction }, operator }: { body: CorrectionBody; operator: string }
): Promise<number> {
  const { trx, now } = scope
  if (row.status === 'open') {
    throw new ProblemError(409, 'TRANSACTION_OPEN', `transaction ${row.id} is not over: it cannot be corrected`)
  }
  const latest = await latestOf(scope, row.id)
  const receipt = latest?.kind === 'receipt' ? latest : undefined
  const document = receipt === undefined ? undefined : (JSON.parse(receipt.document) as ReceiptDocument)
  const corrected = await correct(trx, { row, correction, receipt: document, now })
  const before = document === undefined ? await unbilled(trx, row) : figuresOf(document)
  const issuer = { operator, reason }
  const note = receipt === undefined ? undefined : await issueCredit(scope, { row, receipt, issuer })
  const next = await billNow(scope, row, { corrected, issuer, hadReceipt: latest !== undefined })
  const after = next === undefined ? { totalMinor: 0 } : figuresOf(JSON.parse(next.document) as ReceiptDocument)
  const { id } = await trx
    .insertInto('corrections')
    .values({
      transaction_ref: row.id,
      operator,
      reason,
      body: JSON.stringify(correction),
      before: JSON.stringify(before),
      after: JSON.stringify(after),
      credit_note_ref: note?.id ?? null,
      receipt_ref: next?.id ?? null,
      created_at: now
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

interface Bill {
  corrected: Corrected | undefined
  issuer: { operator: string; reason: string }
  hadReceipt: boolean
}

/** The new receipt; `undefined` if nothing is billed, which late messages do not change. */
async function billNow(
  scope: BillingScope,
  row: TransactionRow,
  { corrected, issuer, hadReceipt }: Bill
): Promise<ReceiptRow | undefined> {
  if (corrected !== undefined) return issueReceipt(scope, row, corrected.billed, { issuer, shown: corrected.row })
  if (hadReceipt) return undefined
  const waived = { state: 'waived' as const, reason: null, changed_at: scope.now }
  await scope.trx
    .insertInto('pending_receipts')
    .values({ transaction_ref: row.id, ...waived })
    .onConflict((conflict) => conflict.column('transaction_ref').doUpdateSet(waived))
    .execute()
  return undefined
}

function figuresOf({ currency, netMinor, taxMinor, totalMinor, session, tariffs }: ReceiptDocument): CorrectedFigures {
  const { energyWh, duration } = session
  const tariffId = tariffs.at(-1)?.id
  return {
    currency,
    netMinor,
    taxMinor,
    totalMinor,
    ...(energyWh !== undefined && { energyWh }),
    ...(duration !== undefined && { duration }),
    ...(tariffId !== undefined && { tariffId })
  }
}

/** The figures that would have been billed. */
async function unbilled(db: Reader, row: TransactionRow): Promise<CorrectedFigures> {
  const billed = await billedOf(db, row)
  const { energy_wh, duration, tariff_id } = row
  const facts = {
    ...(energy_wh !== null && { energyWh: energy_wh }),
    ...(duration !== null && { duration }),
    ...(tariff_id !== null && { tariffId: tariff_id })
  }
  if ('reason' in billed) return { unknown: billed.reason, ...facts }
  const { currency, netMinor, taxMinor, totalMinor } = billed.figures
  return { currency, netMinor, taxMinor, totalMinor, ...facts }
}

/** The corrections of a transaction, latest first. */
export async function correctionsOf(db: Reader, transactionRef: number): Promise<CorrectionRecord[]> {
  const rows = await db
    .selectFrom('corrections')
    .leftJoin('receipts as note', 'note.id', 'corrections.credit_note_ref')
    .leftJoin('receipts as next', 'next.id', 'corrections.receipt_ref')
    .selectAll('corrections')
    .select(['note.number as note_number', 'next.number as next_number'])
    .where('corrections.transaction_ref', '=', transactionRef)
    .orderBy('corrections.id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    transaction: row.transaction_ref,
    operator: row.operator,
    reason: row.reason,
    correction: JSON.parse(row.body) as Correction,
    before: JSON.parse(row.before) as CorrectedFigures,
    after: JSON.parse(row.after) as CorrectedFigures,
    ...(row.note_number !== null && { creditNote: row.note_number }),
    ...(row.next_number !== null && { receipt: row.next_number }),
    at: toDateTime(row.created_at)
  }))
}
