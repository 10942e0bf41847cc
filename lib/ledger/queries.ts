import { type ExpressionBuilder, type Insertable, type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import { compiled, compiledForColumns } from '../database/compiled.js'
import { toColumn } from '../database/parameters.js'
import type { Schema } from '../database/schema.js'
import type {
  TransactionEventsTable,
  TransactionsTable,
  UnassignedEventsTable
} from '../database/schema-transactions.js'
import { fold } from '../events/scope.js'
import { beginningOf, DAY_MS, type Moment, OLDEST_CLOCK, timeOf, timeOfRow } from './clock.js'
import type { EventType } from './sequence.js'

export type Db = Kysely<Schema>
export type TransactionRow = Selectable<TransactionsTable>
export type TransactionUpdate = Updateable<TransactionsTable>

/** The key of a transaction. Ids are unique per charge point only. */
export interface TransactionKey {
  chargePointId: number
  transactionId: string
}

/** The charge point's transaction id, as the expression of the index. */
export const DISPLAYED_ID = sql<string>`coalesce(displayed_id, transaction_id)`

/** The charge point's transaction id. */
export function displayedIdOf({
  displayed_id,
  transaction_id
}: Pick<TransactionRow, 'displayed_id' | 'transaction_id'>) {
  return displayed_id ?? transaction_id
}

const transactionOf = compiled((db: Db, { chargePointId, transactionId }: TransactionKey) =>
  db
    .selectFrom('transactions')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('transaction_id', '=', transactionId)
)

export async function findTransaction(db: Db, key: TransactionKey): Promise<TransactionRow | undefined> {
  return (await transactionOf(db, key))[0]
}

/** The row of one transaction, as it was stored last. */
export function findTransactionById(db: Db, id: number): Promise<TransactionRow | undefined> {
  return db.selectFrom('transactions').selectAll().where('id', '=', id).executeTakeFirst()
}

const byStartKey = compiled((db: Db, { chargePointId, startKey }: { chargePointId: number; startKey: string }) =>
  db
    .selectFrom('transactions')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('start_key', '=', startKey)
)

export async function findByStartKey(db: Db, chargePointId: number, startKey: string) {
  return (await byStartKey(db, { chargePointId, startKey }))[0]
}

/** The open transactions of a charge point, of one of its connectors or, without a connector, of one EVSE. */
export function findOpen(db: Db, chargePointId: number, place?: { evseId: number; connectorId?: number }) {
  if (place === undefined) return open(db, { chargePointId })
  const evseId = toColumn(place.evseId)
  if (place.connectorId === undefined) return openAtEvse(db, { chargePointId, evseId })
  return openAtConnector(db, { chargePointId, evseId, connectorId: toColumn(place.connectorId) })
}

function openOf(db: Db, chargePointId: number) {
  return (
    db
      .selectFrom('transactions')
      .selectAll()
      .where('charge_point_id', '=', chargePointId)
      // A literal, because otherwise the partial index is not used.
      .where('status', '=', sql.lit('open' as const))
  )
}

const open = compiled((db: Db, { chargePointId }: { chargePointId: number }) => openOf(db, chargePointId))

const openAtEvse = compiled((db: Db, { chargePointId, evseId }: { chargePointId: number; evseId: number }) =>
  openOf(db, chargePointId).where('evse_id', '=', evseId)
)

const openAtConnector = compiled(
  (db: Db, { chargePointId, evseId, connectorId }: { chargePointId: number; evseId: number; connectorId: number }) =>
    openOf(db, chargePointId).where('evse_id', '=', evseId).where('connector_id', '=', connectorId)
)

/**
 * The open transactions of a connector. In 2.x also the only one of its EVSE, if nobody has named its connector and no
 * other connector there is known to be in use.
 */
export async function findOpenAt(db: Db, chargePointId: number, place: { evseId: number; connectorId: number }) {
  const { evseId, connectorId } = place
  if (evseId === 0) return findOpen(db, chargePointId, place)
  const open = await findOpen(db, chargePointId, { evseId })
  const [only, ...others] = open
  const isUnnamed = only?.connector_id === 0 && others.length === 0
  if (isUnnamed && !(await isOtherInUse(db, chargePointId, place))) return [only]
  return open.filter(({ connector_id }) => connector_id === connectorId)
}

const reasonsOfLatest = compiled((db, { chargePointId }: { chargePointId: number }) =>
  db
    .selectFrom('transactions')
    .select('closed_reason')
    .where('charge_point_id', '=', chargePointId)
    .orderBy('id', 'desc')
    .limit(MAX_INCOMPLETE)
)

/** Whether a boot closed one of the latest transactions of a charge point. */
export async function hasClosedByBoot(db: Db, chargePointId: number): Promise<boolean> {
  const rows = await reasonsOfLatest(db, { chargePointId })
  return rows.some(({ closed_reason }) => closed_reason === 'Rebooted')
}

/** The latest transaction of a connector of 1.6, if a boot closed it and the connector has not been free since. */
export async function findClosedByBoot(db: Db, chargePointId: number, connectorId: number) {
  const row = await db
    .selectFrom('transactions')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('evse_id', '=', 0)
    .where('connector_id', '=', toColumn(connectorId))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row?.closed_reason !== 'Rebooted' || row.ended_at === null) return undefined
  const free = await db
    .selectFrom('status_history')
    .select('id')
    .where('charge_point_id', '=', chargePointId)
    .where('evse_id', '=', 0)
    .where('connector_id', '=', toColumn(connectorId))
    .where('status', '=', 'Available')
    .where('received_at', '>=', row.ended_at)
    .limit(1)
    .executeTakeFirst()
  return free === undefined ? row : undefined
}

/** Whether another connector of the EVSE has a cable plugged in, by its latest status. */
async function isOtherInUse(db: Db, chargePointId: number, place: { evseId: number; connectorId: number }) {
  const found = await db
    .selectFrom('connectors')
    .select('id')
    .where('charge_point_id', '=', chargePointId)
    .where('evse_id', '=', toColumn(place.evseId))
    .where('connector_id', '!=', toColumn(place.connectorId))
    .where('status', '=', 'Occupied')
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

/**
 * Inserts a transaction. Returns `undefined` if the id is taken. Any other duplicate key is an error: another process
 * has booked the same message.
 */
export async function insertTransaction(db: Db, row: Insertable<TransactionsTable>) {
  const insert = typeof row.ocpp16_id === 'number' ? insertWithNumber : insertWithKey
  return (await insert(db, row))[0]
}

const insertWithNumber = compiledForColumns((db: Db, row: Insertable<TransactionsTable>) =>
  db
    .insertInto('transactions')
    .values({
      ...row,
      boots: (query) =>
        query.selectFrom('charge_points').select('boots').where('charge_points.id', '=', row.charge_point_id)
    })
    .onConflict((conflict) => conflict.column('ocpp16_id').doNothing())
    .returningAll()
)

const insertWithKey = compiledForColumns((db: Db, row: Insertable<TransactionsTable>) =>
  db
    .insertInto('transactions')
    .values(row)
    .onConflict((conflict) => conflict.columns(['charge_point_id', 'transaction_id']).doNothing())
    .returningAll()
)

/** Updates only the columns that change, because most messages change few of them. Returns the row after the update. */
export async function updateTransaction(
  db: Db,
  row: TransactionRow,
  change: TransactionUpdate
): Promise<TransactionRow> {
  const known: Readonly<Record<string, unknown>> = row
  const news = Object.fromEntries(Object.entries(change).filter(([column, value]) => known[column] !== value))
  if (Object.keys(news).length === 0) return row
  await update(db, { ...news, id: row.id })
  return { ...row, ...news }
}

const update = compiledForColumns((db: Db, { id, ...news }: TransactionUpdate & { id: number }) =>
  db.updateTable('transactions').set(news).where('id', '=', id)
)

/** @returns the id of the row */
export async function insertEvent(db: Db, row: Insertable<TransactionEventsTable>): Promise<number> {
  const [inserted] = await insertEventRow(db, row)
  if (inserted === undefined) throw new Error('the event was not inserted')
  return inserted.id
}

const insertEventRow = compiledForColumns((db: Db, row: Insertable<TransactionEventsTable>) =>
  db.insertInto('transaction_events').values(row).returning('id')
)

/** Marks an event as belonging to no transaction. */
export async function insertUnassigned(db: Db, row: Insertable<UnassignedEventsTable>): Promise<void> {
  await db.insertInto('unassigned_events').values(row).execute()
}

/** The latest transactions of a charge point that lack events which may still come. */
export async function incompleteIds(db: Db, chargePointId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('transactions')
    .select(DISPLAYED_ID.as('displayed'))
    .where('charge_point_id', '=', chargePointId)
    .where('missing_seq_nos', 'is not', null)
    .where((eb) => eb.or([eb('lost_seq_nos', 'is', null), eb('lost_seq_nos', '!=', eb.ref('missing_seq_nos'))]))
    .orderBy('id', 'desc')
    .limit(MAX_INCOMPLETE)
    .execute()
  return [...new Set(rows.map(({ displayed }) => displayed))]
}

/** Maximum number of transactions with missing events that a charge point is asked about when it reconnects. */
const MAX_INCOMPLETE = 20

export interface EventKey extends TransactionKey {
  eventType: EventType
  seqNo: number
  timestamp: number
}

/** The answer that was sent to the same event before; `undefined` if the event is new. */
export function findResponse(db: Db, key: EventKey) {
  return responsesOf(db, key)
    .where('event_type', '=', key.eventType)
    .where('seq_no', '=', key.seqNo)
    .where('timestamp', '=', key.timestamp)
    .executeTakeFirst()
}

/** The answer to the Started or Ended event of a transaction of 1.6. */
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

/**
 * The measurements of a transaction: under its id or, when some values came without a usable id, beside them. Those
 * are looked for in the time of the transaction only, because no index knows `inferred_id`.
 */
export function measuredIn(row: TransactionRow) {
  const { id, charge_point_id, transaction_id, start_timestamp, created_at, ended_at, inferred_readings } = row
  return (eb: ExpressionBuilder<Schema, 'meter_values'>) => {
    const own = eb.and({ charge_point_id, transaction_id })
    if (inferred_readings === 0) return own
    const from = beginningOf({ timestamp: start_timestamp ?? created_at, receivedAt: created_at })
    const times = [eb('timestamp', '<', OLDEST_CLOCK), eb('timestamp', '>=', from)]
    const until = ended_at === null ? [] : [eb('timestamp', '<=', ended_at + DAY_MS)]
    const inferred = eb.and({ charge_point_id, transaction_id: '', inferred_id: id })
    return eb.or([own, eb.and([inferred, eb.or(times), ...until])])
  }
}

/** Whether the charge point has sent meter values with the id of the transaction. */
export async function isMeasuredByName(db: Db, { charge_point_id, transaction_id }: TransactionRow): Promise<boolean> {
  const found = await db
    .selectFrom('meter_values')
    .select('id')
    .where('charge_point_id', '=', charge_point_id)
    .where('transaction_id', '=', transaction_id)
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

/** The time of the last message about a transaction, or `undefined` if there is none. */
export async function lastSignOf(db: Db, row: TransactionRow): Promise<Moment | undefined> {
  const { charge_point_id, transaction_id } = row
  const measured = await db
    .selectFrom('meter_values')
    .select(['timestamp', 'received_at'])
    .where(measuredIn(row))
    .orderBy(timeOfRow(), 'desc')
    .limit(1)
    .executeTakeFirst()
  const told = await db
    .selectFrom('transaction_events')
    .select(['timestamp', 'received_at'])
    .where('charge_point_id', '=', charge_point_id)
    .where('transaction_id', '=', transaction_id)
    .orderBy(timeOfRow(), 'desc')
    .limit(1)
    .executeTakeFirst()
  const [last] = [measured, told]
    .flatMap((sign) => (sign === undefined ? [] : [{ timestamp: sign.timestamp, receivedAt: sign.received_at }]))
    .sort((a, b) => timeOf(b) - timeOf(a))
  return last
}

/** A transaction as its charge point calls it. */
export interface NamedTransaction {
  chargePoint: string
  transactionId: string
}

/** Whether an id token has another open transaction. */
export async function hasOpen(db: Db, idToken: string, except: NamedTransaction | undefined): Promise<boolean> {
  let query = db
    .selectFrom('transactions')
    .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
    .select('transactions.id')
    .where('status', '=', sql.lit('open' as const))
    .where((eb) => eb(eb.fn<string>('lower', ['id_token']), '=', fold(idToken)))
    .limit(1)
  if (except !== undefined) {
    const { chargePoint, transactionId } = except
    query = query.where(({ eb, or }) =>
      or([eb('identity_key', '!=', fold(chargePoint)), eb(DISPLAYED_ID, '!=', transactionId)])
    )
  }
  return (await query.executeTakeFirst()) !== undefined
}

/** Number of ended transactions per charge point that may still get meter values; older ones get none. */
export const MAX_OVER = 100

/** The latest ended transactions of a charge point, oldest first. */
export async function overIds(db: Db, chargePointId: number): Promise<string[]> {
  const rows = await over(db, { chargePointId })
  return rows.map(({ transaction_id }) => transaction_id).reverse()
}

const over = compiled((db: Db, { chargePointId }: { chargePointId: number }) =>
  db
    .selectFrom('transactions')
    .select('transaction_id')
    .where('charge_point_id', '=', chargePointId)
    .where('status', '!=', 'open')
    .orderBy('id', 'desc')
    .limit(MAX_OVER)
)
