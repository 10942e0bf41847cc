import { type Selectable, sql } from 'kysely'
import type { MeterValuesTable, TransactionEventsTable } from '../database/schema-transactions.js'
import { toDateTime } from '../date-time.js'
import { fold } from '../events/scope.js'
import { OLDEST_CLOCK } from './clock.js'
import { sequenceOf } from './event.js'
import { ANONYMOUS_IDS } from './inference.js'
import { meterNow, metersNow } from './meter.js'
import { type Db, DISPLAYED_ID, displayedIdOf, measuredIn, type TransactionRow } from './queries.js'
import { present, receiptOf, timeShown } from './receipt.js'
import type { MeterValueRecord, TransactionEventRecord, TransactionRecord } from './records.js'
import type { Meter } from './registers.js'
import { isComplete } from './sequence.js'
import { durationUntil, totalsOf } from './totals.js'

/** What a list is sorted by, the latest first with "-". */
export const TRANSACTION_ORDERS = ['-startedAt', 'startedAt', '-receivedAt', 'receivedAt'] as const
export type TransactionOrder = (typeof TRANSACTION_ORDERS)[number]

/** A place in a list: the time it is sorted by, and the id among those of the same time. */
export interface Position {
  timestamp: number
  id: number
}

/** What is left out does not matter. Texts do not regard case where OCPP does not. */
export interface TransactionFilter {
  chargePoint?: string
  idToken?: string
  groupId?: string
  /** The charge point's own. */
  transactionId?: string
  remoteStartId?: number
  stopReason?: string
  evseId?: number
  connectorId?: number
  /** ended is also what we closed; closed is nothing else. */
  status?: 'open' | 'ended' | 'closed'
  /** Epoch milliseconds of what the list is sorted by. */
  from?: number
  /** Not included. */
  to?: number
  order: TransactionOrder
  limit: number
  behind?: Position
}

type NamedRow = TransactionRow & { identity: string }

function transactionsOf(db: Db) {
  return db
    .selectFrom('transactions')
    .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
    .selectAll('transactions')
    .select('charge_points.identity')
}

/**
 * When a transaction started by its charge point, or when it came if that says nothing, is impossible or lies after it:
 * a clock that is ahead must not keep a transaction at the top for years. The indexes have the same expression.
 */
const STARTED = sql<number>`(case when start_timestamp >= ${sql.lit(OLDEST_CLOCK)} and start_timestamp < transactions.created_at then start_timestamp else transactions.created_at end)`
const RECEIVED = sql<number>`transactions.created_at`

/** Of the ids, which PostgreSQL and SQLite compare without regard to case only by an expression. */
function folded(column: 'id_token' | 'group_id', text: string) {
  return sql<boolean>`lower(${sql.ref(column)}) = ${fold(text)}`
}

/** The query of a page of transactions. */
export function transactionsQuery(db: Db, filter: TransactionFilter) {
  const { chargePoint, idToken, groupId, transactionId, status, from, to, order, limit, behind } = filter
  const time = order.endsWith('startedAt') ? STARTED : RECEIVED
  const direction = order.startsWith('-') ? 'desc' : 'asc'
  let query = transactionsOf(db)
    .select(time.as('sort_time'))
    .orderBy(time, direction)
    .orderBy('transactions.id', direction)
    .limit(limit)
  if (chargePoint !== undefined) {
    // By its id, so that an index of the transactions serves filter and order.
    query = query.where('transactions.charge_point_id', '=', (eb) =>
      eb.selectFrom('charge_points as owner').select('owner.id').where('owner.identity_key', '=', fold(chargePoint))
    )
  }
  if (idToken !== undefined) query = query.where(folded('id_token', idToken))
  if (groupId !== undefined) query = query.where(folded('group_id', groupId))
  if (transactionId !== undefined) query = query.where(DISPLAYED_ID, '=', transactionId)
  for (const [column, value] of exactFilters(filter)) query = query.where(column, '=', value)
  // Literally: an index on the open ones, or on the closed ones, does not serve a parameter.
  if (status === 'ended') query = query.where('status', '!=', sql.lit('open'))
  else if (status !== undefined) query = query.where('status', '=', sql.lit(status))
  if (from !== undefined) query = query.where(time, '>=', from)
  if (to !== undefined) query = query.where(time, '<', to)
  if (behind !== undefined) {
    const { timestamp, id } = behind
    const beyond = sql.raw(direction === 'desc' ? '<' : '>')
    // The first condition is all that an index on an expression is entered by.
    query = query.where(
      sql<boolean>`${time} ${beyond}= ${timestamp} and (${time} ${beyond} ${timestamp} or transactions.id ${beyond} ${id})`
    )
  }
  return query
}

function exactFilters({ remoteStartId, stopReason, evseId, connectorId }: TransactionFilter) {
  const filters = [
    ['remote_start_id', remoteStartId],
    ['stop_reason', stopReason],
    ['evse_id', evseId],
    ['connector_id', connectorId]
  ] as const
  return filters.flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const]))
}

export interface ListedTransaction {
  record: TransactionRecord
  row: TransactionRow
  position: Position
}

/** A page of transactions; the open ones with what was measured until now. */
export async function listTransactions(db: Db, filter: TransactionFilter, now: number): Promise<ListedTransaction[]> {
  const rows = await transactionsQuery(db, filter).execute()
  const open = rows.filter(({ status }) => status === 'open')
  const meters = await metersNow(db, open)
  const running = new Map(open.flatMap((row, index) => meterEntry(row, meters[index])))
  return rows.map((row) => {
    const meter = running.get(row.id)
    return {
      record: toRecord(meter === undefined ? row : runningUntil(row, meter, now)),
      row,
      position: { timestamp: Number(row.sort_time), id: row.id }
    }
  })
}

function meterEntry({ id }: TransactionRow, meter: Meter | undefined): [id: number, meter: Meter][] {
  return meter === undefined ? [] : [[id, meter]]
}

export interface FoundTransaction {
  record: TransactionRecord
  row: TransactionRow
}

/** One transaction; while it is open, with what was measured until now. */
export async function findTransactionById(db: Db, id: number, now: number): Promise<FoundTransaction | undefined> {
  const row = await transactionsOf(db).where('transactions.id', '=', id).executeTakeFirst()
  if (row === undefined) return undefined
  if (row.status !== 'open') return { row, record: toRecord(row) }
  return { row, record: toRecord(runningUntil(row, await meterNow(db, row), now)) }
}

/** An open transaction as it is now: time goes on between two messages, and what it costs. */
function runningUntil(row: NamedRow, { start, stop, energy }: Meter, now: number): NamedRow {
  const duration = durationUntil(row, { timestamp: now, receivedAt: now })
  return { ...row, ...totalsOf(row, { energy, duration }), meter_start: start, meter_stop: stop }
}

/** In the order in which they came. */
export async function eventsOf(db: Db, row: TransactionRow): Promise<TransactionEventRecord[]> {
  const rows = await db
    .selectFrom('transaction_events')
    .selectAll()
    .where('charge_point_id', '=', row.charge_point_id)
    .where(({ eb, or, and }) => {
      const own = eb('transaction_id', '=', row.transaction_id)
      return row.ocpp16_id === null
        ? own
        : or([own, and([eb('transaction_id', 'in', ANONYMOUS_IDS), eb('inferred_id', '=', row.id)])])
    })
    .orderBy('id')
    .limit(MAX_EVENTS)
    .execute()
  return rows.map((event) => toEventRecord(event, row.ocpp16_id === null))
}

/** Of one transaction; a session of a day with an event every ten seconds has fewer. */
const MAX_EVENTS = 10_000

/** Meter values of a transaction in the order of time, behind a position. */
export async function meterValuesOf(
  db: Db,
  row: TransactionRow,
  { limit, behind }: { limit: number; behind: Position | undefined }
) {
  let query = db
    .selectFrom('meter_values')
    .selectAll()
    .where(measuredIn(row))
    .orderBy('timestamp')
    .orderBy('id')
    .limit(limit)
  if (behind !== undefined) {
    const { timestamp, id } = behind
    query = query.where((eb) =>
      eb.or([eb('timestamp', '>', timestamp), eb.and([eb('timestamp', '=', timestamp), eb('id', '>', id)])])
    )
  }
  return query.execute()
}

function toRecord(row: NamedRow): TransactionRecord {
  const isOf16 = row.ocpp16_id !== null
  const sequence = sequenceOf(row)
  return present({
    id: row.id,
    chargePoint: row.identity,
    transactionId: displayedIdOf(row),
    protocol: row.protocol,
    status: row.status,
    evseId: row.evse_id || undefined,
    connectorId: row.connector_id || undefined,
    idToken: row.id_token,
    idTokenType: row.id_token_type,
    stopIdToken: row.stop_id_token,
    receivedAt: toDateTime(row.created_at),
    endReceivedAt: row.ended_at === null ? undefined : toDateTime(row.ended_at),
    chargingDuration: row.charging_duration,
    stopReason: row.stop_reason,
    closedReason: row.closed_reason,
    inferred: row.inferred_end === 1 || undefined,
    chargingState: row.status === 'open' ? row.charging_state : undefined,
    offline: row.offline === 1,
    complete: isOf16 ? undefined : isComplete(sequence),
    missingSeqNos: isOf16 ? undefined : sequence.missing.map((range) => [...range]),
    reservationId: row.reservation_id,
    remoteStartId: row.remote_start_id,
    ...receiptOf(row)
  }) as TransactionRecord
}

function toEventRecord(row: Selectable<TransactionEventsTable>, isOf2: boolean): TransactionEventRecord {
  return present({
    eventType: row.event_type,
    seqNo: isOf2 ? row.seq_no : undefined,
    timestamp: timeShown(row.timestamp, row.received_at),
    receivedAt: toDateTime(row.received_at),
    triggerReason: row.trigger_reason,
    offline: row.offline === 1,
    inferred: row.inferred_id !== null || undefined,
    request: JSON.parse(row.payload),
    response: JSON.parse(row.response ?? '{}')
  }) as TransactionEventRecord
}

export function toMeterValueRecord(row: Selectable<MeterValuesTable>): MeterValueRecord {
  return present({
    timestamp: timeShown(row.timestamp, row.received_at),
    receivedAt: toDateTime(row.received_at),
    evseId: row.evse_id || undefined,
    connectorId: row.connector_id || undefined,
    measurand: row.measurand,
    value: row.value,
    unit: row.unit || undefined,
    phase: row.phase || undefined,
    context: row.context || undefined,
    location: row.location || undefined,
    format: row.format,
    raw: row.raw,
    inferred: row.inferred_id !== null || undefined,
    signedMeterValue: row.signed_data === null ? undefined : JSON.parse(row.signed_data)
  }) as MeterValueRecord
}
