import { ANONYMOUS_IDS } from './inference.js'
import type { Db, TransactionRow } from './queries.js'
import { isRegisterValue } from './registers.js'

// What StartTransaction and StopTransaction said of the meter. The columns of a transaction that is over also hold what
// was only read, which better evidence may replace.

/** The `meterStart` of a transaction of 1.6; null when it is no reading. */
export async function toldStart(db: Db, row: TransactionRow): Promise<number | null> {
  const payload = await payloadOf(db, row, 'Started')
  return payload?.meterStart === undefined ? row.meter_start : readingOf(payload.meterStart)
}

/** The `meterStop` of a transaction of 1.6; null when it is no reading, undefined when nobody knows what was said. */
export async function toldStop(db: Db, row: TransactionRow): Promise<number | null | undefined> {
  const payload = await payloadOf(db, row, 'Ended')
  return payload?.meterStop === undefined ? undefined : readingOf(payload.meterStop)
}

function readingOf(wh: number): number | null {
  return isRegisterValue(wh) ? wh : null
}

async function payloadOf(db: Db, row: TransactionRow, eventType: 'Started' | 'Ended') {
  const { id, charge_point_id, transaction_id, inferred_end } = row
  const events = db
    .selectFrom('transaction_events')
    .select('payload')
    .where('charge_point_id', '=', charge_point_id)
    .where('event_type', '=', eventType)
  const own =
    eventType === 'Ended' && inferred_end === 1
      ? events.where('transaction_id', 'in', ANONYMOUS_IDS).where('inferred_id', '=', id)
      : events.where('transaction_id', '=', transaction_id)
  const found = await own.orderBy('id').limit(1).executeTakeFirst()
  return found === undefined ? undefined : (JSON.parse(found.payload) as { meterStart?: number; meterStop?: number })
}
