import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Rows } from '../database/insert.js'
import type { SignedValuesTable } from '../database/schema-transactions.js'
import { InsertShape } from '../database/shape.js'
import { toDateTime } from '../date-time.js'
import { readSignedValue, type SignedValue } from '../money/signed-value.js'
import type { MeterOwner } from './booking.js'
import { timeOf, timeOfRow } from './clock.js'
import type { Db, TransactionRow } from './queries.js'
import type { MeterSample } from './samples.js'

// Signed meter values of transactions. They are kept apart from the meter values, which may be deleted.

const SIGNED_VALUES = new InsertShape({
  table: 'signed_values',
  shared: ['measurand', 'context', 'form'],
  own: {
    charge_point_id: 'bigint',
    transaction_id: 'text',
    inferred_id: 'bigint',
    timestamp: 'bigint',
    received_at: 'bigint',
    value: 'text',
    digest: 'text'
  },
  onConflict: 'ignore'
})

/** The rows of signed values; `undefined` if there are none. A value that is stored already is skipped. */
export function signedRows(
  { chargePointId, transactionId, now }: MeterOwner,
  samples: readonly MeterSample[],
  inferredIdOf: (sample: MeterSample) => number | null = () => null
): Rows | undefined {
  // Nearly no charge point signs.
  const signed = samples.filter(({ format, signed_data }) => format === 'SignedData' || signed_data !== null)
  const rows = signed.flatMap((sample) => {
    const inferredId = inferredIdOf(sample)
    if (transactionId === '' && inferredId === null) return []
    const { measurand, context, timestamp, raw, signed_data } = sample
    const value = signed_data ?? raw
    const form = signed_data === null ? 'SignedData' : 'signedMeterValue'
    const digest = createHash('sha256')
      .update(JSON.stringify([context, value]))
      .digest('hex')
    return [[measurand, context, form, chargePointId, transactionId, inferredId, timestamp, now, value, digest]]
  })
  return rows.length === 0 ? undefined : { shape: SIGNED_VALUES, rows }
}

export interface SignedFilter {
  /** Only values with a higher id. */
  behind?: number
  limit: number
}

export interface StoredSignedValue extends SignedValue {
  id: number
  timestamp: string
  receivedAt: string
  measurand: string
  /** '' if the charge point told none. */
  context: string
}

/** The signed values of a transaction, in the order in which they came. */
export async function signedValuesOf(
  db: Db,
  row: Pick<TransactionRow, 'id' | 'charge_point_id' | 'transaction_id'>,
  { behind = 0, limit }: SignedFilter
): Promise<StoredSignedValue[]> {
  // Two queries, because each has an index that gives the order.
  const stored = db
    .selectFrom('signed_values')
    .selectAll()
    .where('charge_point_id', '=', row.charge_point_id)
    .where('id', '>', behind)
    .orderBy('id')
    .limit(limit)
  const named = await stored.where('transaction_id', '=', row.transaction_id).execute()
  const inferred = await stored.where('inferred_id', '=', row.id).execute()
  return [...named, ...inferred]
    .sort((a, b) => a.id - b.id)
    .slice(0, limit)
    .map(toStored)
}

/**
 * The signed value of the start or the end: the first or the last one with this context or, without one, of all. There may
 * be very many values, and long ones, so the database looks for it.
 */
export async function signedEdge(
  db: Db,
  row: Pick<TransactionRow, 'id' | 'charge_point_id' | 'transaction_id'>,
  context: 'Transaction.Begin' | 'Transaction.End'
): Promise<StoredSignedValue | undefined> {
  const direction = context === 'Transaction.Begin' ? 'asc' : 'desc'
  const found = await db
    .selectFrom('signed_values')
    .select('id')
    .where('charge_point_id', '=', row.charge_point_id)
    .where((eb) => eb.or([eb('transaction_id', '=', row.transaction_id), eb('inferred_id', '=', row.id)]))
    .orderBy((eb) => eb.case().when('context', '=', context).then(0).else(1).end())
    .orderBy(timeOfRow(), direction)
    .orderBy('id', direction)
    .limit(1)
    .executeTakeFirst()
  if (found === undefined) return undefined
  const stored = await db.selectFrom('signed_values').selectAll().where('id', '=', found.id).executeTakeFirstOrThrow()
  return toStored(stored)
}

function toStored(row: Selectable<SignedValuesTable>): StoredSignedValue {
  const { id, timestamp, received_at, measurand, context, form, value } = row
  return {
    id,
    timestamp: toDateTime(timeOf({ timestamp, receivedAt: received_at })),
    receivedAt: toDateTime(received_at),
    measurand,
    context,
    ...readSignedValue(form, value)
  }
}
