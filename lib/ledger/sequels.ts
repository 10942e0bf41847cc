import { findNewest } from './namesakes.js'
import { type Db, displayedIdOf, type TransactionKey, type TransactionRow } from './queries.js'

// What follows from a transaction for other blocks.

/** The reservation is used, whatever became of it before: nobody else may start with it. [1.6 §5.13; 2.x H03] */
export async function useReservation(
  db: Db,
  { chargePointId, transactionId }: TransactionKey,
  { reservationId, now }: { reservationId: number | undefined; now: number }
): Promise<void> {
  if (reservationId === undefined) return
  await db
    .updateTable('reservations')
    .set({ status: 'Used', transaction_id: transactionId, updated_at: now })
    .where('charge_point_id', '=', chargePointId)
    .where('reservation_id', '=', reservationId)
    .execute()
}

/** The profiles of a transaction end with it. [1.6 §3.13.1; 2.x K01] */
export async function dropProfiles(db: Db, { charge_point_id, transaction_id }: TransactionRow): Promise<void> {
  await db
    .deleteFrom('charging_profiles')
    .where('charge_point_id', '=', charge_point_id)
    .where('purpose', '=', 'TxProfile')
    .where('transaction_id', '=', transaction_id)
    .execute()
}

/** The messages on the display that are about a transaction end with it. [2.x O02] */
export async function dropDisplayMessages(db: Db, row: TransactionRow): Promise<void> {
  const { charge_point_id: chargePointId } = row
  const displayedId = displayedIdOf(row)
  const shown = await db
    .selectFrom('display_messages')
    .select(['id', 'payload'])
    .where('charge_point_id', '=', chargePointId)
    .execute()
  const over = shown.filter(
    ({ payload }) => (JSON.parse(payload) as { transactionId?: string }).transactionId === displayedId
  )
  if (over.length === 0) return
  // They are about the one that has the id now.
  if ((await findNewest(db, chargePointId, displayedId))?.id !== row.id) return
  for (const { id } of over) await db.deleteFrom('display_messages').where('id', '=', id).execute()
}
