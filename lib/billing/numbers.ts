import { sql, type Transaction } from 'kysely'
import type { Schema } from '../database/schema.js'
import { localDate } from './local-time.js'
import type { ReceiptPolicy } from './seller.js'

export interface ReceiptNumber {
  number: string
  series: string
  year: number
  n: number
  /** Epoch milliseconds. Never earlier than that of a lower number. */
  issued_at: number
}

/**
 * The next number of the series. It is taken by the transaction that uses it: if that is rolled back, nobody had it,
 * and another process that wants one waits until then. So there are no gaps.
 */
export async function nextNumber(
  trx: Transaction<Schema>,
  { series, timeZone }: ReceiptPolicy,
  now: number
): Promise<ReceiptNumber> {
  const year = yearOf(now, timeZone)
  const { last_n: n, not_before } = await trx
    .insertInto('receipt_series')
    .values({ series, year, last_n: 1, not_before: now })
    .onConflict((conflict) =>
      conflict
        .columns(['series', 'year'])
        .doUpdateSet((eb) => ({ last_n: eb('receipt_series.last_n', '+', 1), not_before: later(now) }))
    )
    .returning(['last_n', 'not_before'])
    .executeTakeFirstOrThrow()
  return { number: `${series}-${year}-${String(n).padStart(6, '0')}`, series, year, n, issued_at: not_before ?? now }
}

function yearOf(time: number, timeZone: string): number {
  return Number(localDate(time, timeZone).slice(0, 4))
}

/** Clocks of several processes differ, and a clock may be set back. */
function later(time: number) {
  return sql<number>`case when receipt_series.not_before > ${time} then receipt_series.not_before else ${time} end`
}

/**
 * Waits for receipts that have a number and are not committed, and has all others issued at `now` or later. So those
 * that were issued before `now` are complete after this transaction.
 *
 * @param policy `undefined`: nothing is issued, except perhaps by a process that ends
 */
export async function closeUntil(
  trx: Transaction<Schema>,
  policy: Pick<ReceiptPolicy, 'series' | 'timeZone'> | undefined,
  now: number
): Promise<void> {
  if (policy !== undefined) {
    // The first receipt of a year may be on its way.
    await trx
      .insertInto('receipt_series')
      .values({ series: policy.series, year: yearOf(now, policy.timeZone), last_n: 0, not_before: now })
      .onConflict((conflict) => conflict.columns(['series', 'year']).doUpdateSet({ not_before: later(now) }))
      .execute()
  }
  await trx
    .updateTable('receipt_series')
    .set({ not_before: later(now) })
    .execute()
}
