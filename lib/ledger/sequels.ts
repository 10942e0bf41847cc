import { sql } from 'kysely'
import { compiled } from '../database/compiled.js'
import { findNewest } from './namesakes.js'
import { type Db, displayedIdOf, type TransactionKey, type TransactionRow } from './queries.js'

// Effects of a transaction on reservations, charging profiles and display messages.

/** Marks a reservation as used, whatever its status is: no other transaction may use it. [1.6 §5.13; 2.x H03] */
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

/** Binds the TxProfiles of a remote start to the transaction that it has started. [1.6 §5.16.2; 2.x F01, F02] */
export async function bindProfiles(db: Db, messageId: string, row: TransactionRow): Promise<void> {
  const profiles = await db
    .selectFrom('charging_profiles')
    .select(['id', 'profile_id', 'source'])
    .where('charge_point_id', '=', row.charge_point_id)
    .where('message_id', '=', messageId)
    .execute()
  const place = row.ocpp16_id === null ? { evse_id: row.evse_id } : { connector_id: row.connector_id }
  for (const { id, profile_id, source } of profiles) {
    // A profile replaces the one with its id. [2.x K01.FR.05]
    await db
      .deleteFrom('charging_profiles')
      .where('charge_point_id', '=', row.charge_point_id)
      .where('profile_id', '=', profile_id)
      .where('source', '=', source)
      .where('id', '!=', id)
      .execute()
    // The transaction proves that the charge point has accepted the call, even if it never answered.
    const bound = { ...place, transaction_id: row.transaction_id, message_id: '', confirmed: 1 }
    await db.updateTable('charging_profiles').set(bound).where('id', '=', id).execute()
  }
  if (profiles.length === 0) return
  if (row.status === 'ended') await dropProfiles(db, row)
  else if (row.status === 'closed') await doubtProfiles(db, row)
}

/**
 * Deletes the TxProfiles of a transaction that has ended, and those of transactions before it at the same place that the
 * back-end has closed: now they are certainly over. [1.6 §3.13.1; 2.x K01]
 */
export async function dropProfiles(db: Db, row: TransactionRow): Promise<void> {
  const { charge_point_id, transaction_id, id, evse_id, connector_id, ocpp16_id } = row
  await deleteProfiles(db, { charge_point_id, transaction_id, id, place: ocpp16_id === null ? evse_id : connector_id })
}

type Ended = Pick<TransactionRow, 'charge_point_id' | 'transaction_id' | 'id'> & { place: number }

const deleteProfiles = compiled((db: Db, { charge_point_id, transaction_id, id, place }: Ended) =>
  db
    .deleteFrom('charging_profiles')
    .where('charge_point_id', '=', charge_point_id)
    .where('purpose', '=', 'TxProfile')
    .where(({ or, and, eb, exists, selectFrom }) =>
      or([
        eb('transaction_id', '=', transaction_id),
        and([
          // One of the two is 0.
          eb(sql<number>`charging_profiles.evse_id + charging_profiles.connector_id`, '=', place),
          exists(
            selectFrom('transactions')
              .select('transactions.id')
              .whereRef('transactions.charge_point_id', '=', 'charging_profiles.charge_point_id')
              .whereRef('transactions.transaction_id', '=', 'charging_profiles.transaction_id')
              .where('transactions.status', '=', 'closed')
              .where('transactions.id', '<', id)
          )
        ])
      ])
    )
)

/**
 * The back-end has closed the transaction, and its charge point may tell that it goes on: its TxProfiles stay, but are not
 * certain.
 */
export async function doubtProfiles(db: Db, { charge_point_id, transaction_id }: TransactionRow): Promise<void> {
  await db
    .updateTable('charging_profiles')
    .set({ confirmed: 0 })
    .where('charge_point_id', '=', charge_point_id)
    .where('purpose', '=', 'TxProfile')
    .where('transaction_id', '=', transaction_id)
    .execute()
}

/** Deletes the display messages about a transaction that has ended. [2.x O02] */
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
  // If the id is used again, the messages are about the newer transaction.
  if ((await findNewest(db, chargePointId, displayedId))?.id !== row.id) return
  for (const { id } of over) await db.deleteFrom('display_messages').where('id', '=', id).execute()
}
