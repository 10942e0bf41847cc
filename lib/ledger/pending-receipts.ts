import { minorDigits } from '../money/currency.js'
import { toScaled } from '../money/exact.js'
import type { BookingScope } from './booking.js'
import type { TransactionRow } from './queries.js'

// Which transactions get a receipt, and which receipts are no longer right.

/** The figure that is billed, in the smallest unit of the currency; null while it is unknown. */
export function billedMinor({ cost, cost_unknown, currency }: TransactionRow): number | null {
  if (cost === null || cost_unknown !== null || currency === null) return null
  return Number(toScaled(cost, minorDigits(currency)))
}

/** A transaction that goes on gets its receipt after its end, unless an operator wants none. */
export async function forgetReceipt({ trx, hasReceipts }: Pick<BookingScope, 'trx' | 'hasReceipts'>, id: number) {
  if (!hasReceipts) return
  await trx.deleteFrom('pending_receipts').where('transaction_ref', '=', id).where('state', '!=', 'waived').execute()
}

/**
 * A transaction that has no receipt gets one when no message has come for long. A receipt never changes: if the figure
 * is another one now, an operator is told.
 *
 * @param isFirst whether the transaction had no figure before, so that it has no receipt
 */
export async function noteReceipt(
  { trx, now, hasReceipts }: Pick<BookingScope, 'trx' | 'now' | 'hasReceipts'>,
  row: TransactionRow,
  { isFirst }: { isFirst: boolean }
): Promise<void> {
  const latest = isFirst
    ? undefined
    : await trx
        .selectFrom('receipts')
        .select(['id', 'kind', 'measured_minor', 'currency', 'outdated_at'])
        .where('transaction_ref', '=', row.id)
        .orderBy('turn', 'desc')
        .limit(1)
        .executeTakeFirst()
  if (latest === undefined) {
    if (!hasReceipts) return
    const changed = { state: 'waiting' as const, reason: null, changed_at: now }
    await trx
      .insertInto('pending_receipts')
      .values({ transaction_ref: row.id, ...changed })
      .onConflict((conflict) =>
        conflict.column('transaction_ref').doUpdateSet(changed).where('pending_receipts.state', '!=', 'waived')
      )
      .execute()
    return
  }
  // A receipt that was credited and not replaced is settled.
  if (latest.kind !== 'receipt') return
  const isRight = latest.measured_minor === billedMinor(row) && latest.currency === row.currency
  if (isRight === (latest.outdated_at === null)) return
  await trx
    .updateTable('receipts')
    .set({ outdated_at: isRight ? null : now })
    .where('id', '=', latest.id)
    .execute()
}
