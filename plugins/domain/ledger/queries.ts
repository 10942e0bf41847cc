import { type Insertable, type Kysely, type Selectable, sql, type Transaction, type Updateable } from 'kysely'
import { hold, holding, isPostgres } from '../../database/hold.js'
import type { Schema, TransactionEventsTable, TransactionsTable } from '../../database/schema.js'
import type { Tariff } from './cost.js'
import type { EventType } from './sequence.js'

export type Db = Kysely<Schema>
export type TransactionRow = Selectable<TransactionsTable>
export type TransactionUpdate = Updateable<TransactionsTable>

/** An identity or an id token as it is looked up. [2.x Part 2 "identifierString"; 1.6 "CiString"] */
export function fold(text: string): string {
  return text.toLowerCase()
}

/** A transaction belongs to its charge point: its own id alone finds nothing. */
export interface TransactionKey {
  chargePointId: number
  transactionId: string
}

/** The charge point's row, made when there is none: whoever was let in may have its messages stored. */
export async function chargePointIdOf(db: Db, identity: string, now: number): Promise<number> {
  const known = await findChargePointId(db, identity)
  if (known !== undefined) return known
  await db
    .insertInto('charge_points')
    .values({ identity_key: fold(identity), identity, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const made = await findChargePointId(db, identity)
  if (made === undefined) throw new Error('the charge point was removed meanwhile')
  return made
}

/** The same, and no other process books anything for the charge point until the transaction is over. */
export async function heldChargePointId(trx: Transaction<Schema>, identity: string, now: number): Promise<number> {
  if (isPostgres(trx)) {
    const held = await trx
      .selectFrom('charge_points')
      .select(['id', holding('chargePoint', sql`cast(id as text)`).as('held')])
      .where('identity_key', '=', fold(identity))
      .executeTakeFirst()
    if (held !== undefined) return held.id
  }
  const id = await chargePointIdOf(trx, identity, now)
  await hold(trx, 'chargePoint', String(id))
  return id
}

export async function findChargePointId(db: Db, identity: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('charge_points')
    .select('id')
    .where('identity_key', '=', fold(identity))
    .executeTakeFirst()
  return row?.id
}

export function findTransaction(db: Db, { chargePointId, transactionId }: TransactionKey) {
  return db
    .selectFrom('transactions')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('transaction_id', '=', transactionId)
    .executeTakeFirst()
}

export function findByStartKey(db: Db, chargePointId: number, startKey: string) {
  return db
    .selectFrom('transactions')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('start_key', '=', startKey)
    .executeTakeFirst()
}

/** The open transactions of a charge point, of one connector when it is told. */
export function findOpen(db: Db, chargePointId: number, place?: { evseId: number; connectorId: number }) {
  const query = db
    .selectFrom('transactions')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    // Literally, or the partial index is not used.
    .where('status', '=', sql.lit('open' as const))
  if (place === undefined) return query.execute()
  return query.where('evse_id', '=', place.evseId).where('connector_id', '=', place.connectorId).execute()
}

/** undefined when the id is taken. Any other unique key that is taken is an error: the same was booked meanwhile. */
export function insertTransaction(db: Db, row: Insertable<TransactionsTable>) {
  return db
    .insertInto('transactions')
    .values(row)
    .onConflict((conflict) =>
      (typeof row.ocpp16_id === 'number'
        ? conflict.column('ocpp16_id')
        : conflict.columns(['charge_point_id', 'transaction_id'])
      ).doNothing()
    )
    .returningAll()
    .executeTakeFirst()
}

/** Writes what is not there yet; most messages change few of the many columns. Answers the row as it is then. */
export async function updateTransaction(
  db: Db,
  row: TransactionRow,
  change: TransactionUpdate
): Promise<TransactionRow> {
  const known: Readonly<Record<string, unknown>> = row
  const news = Object.fromEntries(Object.entries(change).filter(([column, value]) => known[column] !== value))
  if (Object.keys(news).length === 0) return row
  await db.updateTable('transactions').set(news).where('id', '=', row.id).execute()
  return { ...row, ...news }
}

export async function insertEvent(db: Db, row: Insertable<TransactionEventsTable>): Promise<void> {
  await db.insertInto('transaction_events').values(row).execute()
}

export interface EventKey extends TransactionKey {
  eventType: EventType
  seqNo: number
  timestamp: number
}

/** The answer that this very event got; undefined when it is new. */
export function findResponse(db: Db, key: EventKey) {
  return responsesOf(db, key)
    .where('event_type', '=', key.eventType)
    .where('seq_no', '=', key.seqNo)
    .where('timestamp', '=', key.timestamp)
    .executeTakeFirst()
}

/** The answer that the only Started or Ended of a 1.6 transaction got. */
export function findResponse16(db: Db, key: TransactionKey & { eventType: EventType }) {
  return responsesOf(db, key).where('event_type', '=', key.eventType).orderBy('id').limit(1).executeTakeFirst()
}

function responsesOf(db: Db, { chargePointId, transactionId }: TransactionKey) {
  return db
    .selectFrom('transaction_events')
    .select('response')
    .where('charge_point_id', '=', chargePointId)
    .where('transaction_id', '=', transactionId)
}

/** When the charge point last told of a transaction, by its clock; null when it never did. */
export async function lastSignOf(db: Db, { chargePointId, transactionId }: TransactionKey): Promise<number | null> {
  const tables = ['meter_values', 'transaction_events'] as const
  const times = await Promise.all(
    tables.map((table) =>
      db
        .selectFrom(table)
        .select((eb) => eb.fn.max('timestamp').as('timestamp'))
        .where('charge_point_id', '=', chargePointId)
        .where('transaction_id', '=', transactionId)
        .executeTakeFirst()
    )
  )
  const known = times.flatMap((row) => (row === undefined || row.timestamp === null ? [] : [Number(row.timestamp)]))
  return known.length === 0 ? null : Math.max(...known)
}

/** The tariff that holds for a charge point and an id token: the one that says most about them. */
export async function tariffFor(db: Db, chargePointId: number, idToken: string | undefined) {
  const groups = idToken === undefined ? [] : await groupsOf(db, idToken)
  const tariffs = await db
    .selectFrom('tariffs')
    .selectAll()
    .where((eb) => eb.or([eb('charge_point_id', 'is', null), eb('charge_point_id', '=', chargePointId)]))
    .orderBy('tariff_id')
    .execute()
  const [best] = tariffs
    .filter(({ group_id }) => group_id === null || groups.includes(fold(group_id)))
    .sort((a, b) => specificity(b) - specificity(a))
  return best === undefined ? undefined : toTariff(best)
}

function specificity({ charge_point_id, group_id }: Pick<TariffRow, 'charge_point_id' | 'group_id'>): number {
  return (charge_point_id === null ? 0 : 2) + (group_id === null ? 0 : 1)
}

async function groupsOf(db: Db, idToken: string): Promise<string[]> {
  const rows = await db.selectFrom('id_tokens').select('group_id').where('token_key', '=', fold(idToken)).execute()
  return rows.flatMap(({ group_id }) => (group_id === null ? [] : [fold(group_id)]))
}

export type TariffRow = Selectable<Schema['tariffs']>

export function toTariff(row: TariffRow): Tariff {
  return {
    id: row.tariff_id,
    currency: row.currency,
    pricePerKwh: row.price_per_kwh,
    pricePerHour: row.price_per_hour,
    pricePerSession: row.price_per_session,
    tax: row.tax,
    ...(row.description !== null && { description: row.description })
  }
}

/** Whether some transaction of this id token goes on, apart from one. */
export async function hasOpen(db: Db, idToken: string, exceptTransactionId: string | undefined): Promise<boolean> {
  const row = await db
    .selectFrom('transactions')
    .select('id')
    .where('status', '=', sql.lit('open' as const))
    .where((eb) => eb(eb.fn<string>('lower', ['id_token']), '=', fold(idToken)))
    .where('transaction_id', '!=', exceptTransactionId ?? '')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The transactions of a charge point that we closed, and that may turn out to go on. */
export async function closedIds(db: Db, chargePointId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('transactions')
    .select('transaction_id')
    .where('charge_point_id', '=', chargePointId)
    .where('status', '=', 'closed')
    .orderBy('id', 'desc')
    .limit(100)
    .execute()
  return rows.map(({ transaction_id }) => transaction_id)
}
