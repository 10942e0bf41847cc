import type { Transaction } from 'kysely'
import type { Schema } from '../database/schema.js'
import { localDate } from './local-time.js'
import type { ReceiptPolicy } from './seller.js'

export interface ReceiptNumber {
  number: string
  series: string
  year: number
  n: number
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
  const year = Number(localDate(now, timeZone).slice(0, 4))
  const { last_n: n } = await trx
    .insertInto('receipt_series')
    .values({ series, year, last_n: 1 })
    .onConflict((conflict) =>
      conflict.columns(['series', 'year']).doUpdateSet((eb) => ({ last_n: eb('receipt_series.last_n', '+', 1) }))
    )
    .returning('last_n')
    .executeTakeFirstOrThrow()
  return { number: `${series}-${year}-${String(n).padStart(6, '0')}`, series, year, n }
}
