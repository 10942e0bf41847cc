import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { MeterValuesTable, TransactionEventsTable } from '../database/schema-transactions.js'
import { toDateTime } from '../date-time.js'
import { fold } from '../events/scope.js'
import { byHandOf } from './by-hand.js'
import { OLDEST_CLOCK } from './clock.js'
import { sequenceOf } from './event.js'
import { ANONYMOUS_IDS } from './inference.js'
import { timeByItsClock } from './its-clock.js'
import { meterNow, metersNow } from './meter.js'
import { newestOf } from './newest.js'
import { observedOf } from './observed.js'
import { type PresentPower, powersNow } from './power.js'
import { type Db, DISPLAYED_ID, displayedIdOf, measuredIn, type TransactionRow } from './queries.js'
import { present, receiptOf, timeShown } from './receipt.js'
import type { MeterValueRecord, TransactionEventRecord, TransactionRecord } from './records.js'
import type { Meter } from './registers.js'
import { isComplete } from './sequence.js'
import { durationUntil, totalsOf } from './totals.js'

/** Sort orders of a list; "-" means latest first. */
export const TRANSACTION_ORDERS = ['-startedAt', 'startedAt', '-receivedAt', 'receivedAt'] as const
export type TransactionOrder = (typeof TRANSACTION_ORDERS)[number]

/**
 * A position in a sorted list: the time that the list is sorted by and, among transactions of the same time, the id.
 */
export interface Position {
  timestamp: number
  id: number
}

/** An absent member does not filter. Texts are compared without regard to case where OCPP does so. */
export interface TransactionFilter {
  /** One identity, or several. */
  chargePoint?: string | readonly string[]
  /** The id of the site of the charge point. */
  site?: string
  /** A further condition on rows of `transactions`. */
  condition?: RawBuilder<boolean>
  idToken?: string
  groupId?: string
  /** The transaction id that the charge point uses. */
  transactionId?: string
  remoteStartId?: number
  stopReason?: string
  evseId?: number
  connectorId?: number
  /** `ended` includes the transactions that the back-end closed; `closed` means those only. */
  status?: 'open' | 'ended' | 'closed'
  /** Epoch milliseconds, of the time that the list is sorted by. */
  from?: number
  /** Epoch milliseconds, exclusive. */
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
 * The start time by the charge point's clock. The time of receipt replaces a start time that is absent, impossible or
 * later than the receipt; otherwise a clock that runs ahead would keep a transaction at the top of the list for years.
 * The indexes use the same expression.
 */
const STARTED = sql<number>`(case when start_timestamp >= ${sql.lit(OLDEST_CLOCK)} and start_timestamp < transactions.created_at then start_timestamp else transactions.created_at end)`
const RECEIVED = sql<number>`transactions.created_at`

/** Compares an id without regard to case. PostgreSQL and SQLite need an expression for that. */
function folded(column: 'id_token' | 'group_id', text: string) {
  return sql<boolean>`lower(${sql.ref(column)}) = ${fold(text)}`
}

/** The query of a page of transactions. */
export function transactionsQuery(db: Db, filter: TransactionFilter) {
  const { chargePoint, site, condition, idToken, groupId, transactionId } = filter
  const { status, from, to, order, limit, behind } = filter
  const time = order.endsWith('startedAt') ? STARTED : RECEIVED
  const direction = order.startsWith('-') ? 'desc' : 'asc'
  let query = transactionsOf(db)
    .select(time.as('sort_time'))
    .orderBy(time, direction)
    .orderBy('transactions.id', direction)
    .limit(limit)
  // Filters by the charge point's row id, so that one index of `transactions` serves both filter and order.
  const owners = db.selectFrom('charge_points as owner').select('owner.id')
  if (typeof chargePoint === 'string') {
    query = query.where('transactions.charge_point_id', '=', owners.where('owner.identity_key', '=', fold(chargePoint)))
  } else if (chargePoint !== undefined) {
    const some = owners.where('owner.identity_key', 'in', chargePoint.map(fold))
    query = query.where('transactions.charge_point_id', 'in', some)
  }
  if (site !== undefined) {
    query = query.where('transactions.charge_point_id', 'in', owners.where('owner.site_id', '=', site))
  }
  if (condition !== undefined) query = query.where(condition)
  if (idToken !== undefined) query = query.where(folded('id_token', idToken))
  if (groupId !== undefined) query = query.where(folded('group_id', groupId))
  if (transactionId !== undefined) query = query.where(DISPLAYED_ID, '=', transactionId)
  for (const [column, value] of exactFilters(filter)) query = query.where(column, '=', value)
  // A literal, because the partial indexes of open and of closed transactions do not serve a parameter.
  if (status === 'ended') query = query.where('status', '!=', sql.lit('open'))
  else if (status !== undefined) query = query.where('status', '=', sql.lit(status))
  if (from !== undefined) query = query.where(time, '>=', from)
  if (to !== undefined) query = query.where(time, '<', to)
  if (behind !== undefined) {
    const { timestamp, id } = behind
    const beyond = sql.raw(direction === 'desc' ? '<' : '>')
    // The first condition lets the database start in the index, because the second one is an expression.
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

/** Transactions that a total counts at most. */
const MAX_TOTAL = 10_000

/** The number of transactions that match a filter: exact to 10 000, and 10 001 for more. */
export async function countTransactions(db: Db, { behind: _, ...filter }: TransactionFilter): Promise<number> {
  const matching = transactionsQuery(db, { ...filter, limit: MAX_TOTAL + 1 })
  const { count } = await db
    .selectFrom(matching.clearSelect().select('transactions.id').as('matching'))
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Energy and cost of the ended transactions that began from a time on. */
export function sumsQuery(db: Db, from: number, site?: string) {
  let query = db
    .selectFrom('transactions')
    .select(({ fn }) => [
      'currency',
      fn.countAll<number>().as('count'),
      fn.sum<number | null>('energy_wh').as('energy_wh'),
      fn.sum<number | null>('cost').as('cost')
    ])
    .where(STARTED, '>=', from)
    .where('status', '!=', sql.lit('open' as const))
    .groupBy('currency')
  if (site !== undefined) {
    const members = db.selectFrom('charge_points').select('charge_points.id').where('site_id', '=', site)
    query = query.where('charge_point_id', 'in', members)
  }
  return query
}

export interface ListedTransaction {
  record: TransactionRecord
  row: TransactionRow
  position: Position
}

/** A page of transactions; an open one includes the meter readings until now. */
export async function listTransactions(db: Db, filter: TransactionFilter, now: number): Promise<ListedTransaction[]> {
  const rows = await transactionsQuery(db, filter).execute()
  const open = rows.filter(({ status }) => status === 'open')
  const meters = await metersNow(db, open)
  const running = new Map(open.flatMap((row, index) => meterEntry(row, meters[index])))
  const found: ListedTransaction[] = []
  for (const row of rows) {
    const meter = running.get(row.id)
    const record = toRecord(meter === undefined ? row : await runningUntil(db, row, { meter, now }))
    found.push({ record, row, position: { timestamp: Number(row.sort_time), id: row.id } })
  }
  return found
}

export interface OpenTransaction {
  position: Position
  /** Energy and cost until now; absent if the transaction began before the time. */
  totals?: Pick<TransactionRow, 'energy_wh' | 'cost' | 'currency'>
  /** Absent: it told none within the latest meter values. */
  power?: PresentPower
}

/**
 * A page of the open transactions, the newest first, with their power, and with the totals of those that began at `from` or
 * later. For the connections for long reads.
 */
export async function listOpenFigures(
  db: Db,
  filter: Pick<TransactionFilter, 'site' | 'behind' | 'limit'>,
  { from, now }: { from: number; now: number }
): Promise<OpenTransaction[]> {
  const rows = await transactionsQuery(db, { ...filter, status: 'open', order: '-startedAt' }).execute()
  const atOnce = filter.limit
  const few = await newestOf(db, rows, { atOnce })
  const powers = await powersNow(db, rows, { few, atOnce })
  const counted = rows.filter(({ sort_time }) => Number(sort_time) >= from)
  const meters = await metersNow(db, counted, { few, atOnce })
  const running = new Map(counted.flatMap((row, index) => meterEntry(row, meters[index])))
  const found: OpenTransaction[] = []
  for (const row of rows) {
    const meter = running.get(row.id)
    const totals = meter && (await runningUntil(db, row, { meter, now }))
    const power = powers.get(row.id)
    const position = { timestamp: Number(row.sort_time), id: row.id }
    found.push({ position, ...(totals && { totals }), ...(power && { power }) })
  }
  return found
}

function meterEntry({ id }: TransactionRow, meter: Meter | undefined): [id: number, meter: Meter][] {
  return meter === undefined ? [] : [[id, meter]]
}

export interface FoundTransaction {
  record: TransactionRecord
  row: TransactionRow
}

/** One transaction; an open one includes the meter readings until now. */
export async function findTransactionById(db: Db, id: number, now: number): Promise<FoundTransaction | undefined> {
  const row = await transactionsOf(db).where('transactions.id', '=', id).executeTakeFirst()
  if (row === undefined) return undefined
  if (row.status !== 'open') return { row, record: toRecord(row) }
  return { row, record: toRecord(await runningUntil(db, row, { meter: await meterNow(db, row), now })) }
}

/** The present values of an open transaction: duration and cost grow between two messages. */
async function runningUntil(
  db: Db,
  row: NamedRow,
  { meter: { start, stop, energy }, now }: { meter: Meter; now: number }
): Promise<NamedRow> {
  const duration = durationUntil(row, { timestamp: await timeByItsClock(db, row, now), receivedAt: now })
  const observed = await observedOf(db, row)
  const use = { energy, duration, meterStart: start, isFinal: false, observed }
  return { ...row, ...totalsOf(row, use), meter_start: start, meter_stop: stop }
}

/** The events of a transaction, in the order of their receipt. */
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

/** Maximum number of events of one transaction. A session of a day with an event every ten seconds has fewer. */
const MAX_EVENTS = 10_000

/** Meter values of a transaction in the order of time, starting after a position. */
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
    closedBy: closedByOf(row),
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

function closedByOf(row: TransactionRow): TransactionRecord['closedBy'] {
  const by = byHandOf(row)
  if (by === undefined) return undefined
  const { operator, note, meterStop, endedAt } = by
  return {
    operator,
    note,
    ...(meterStop !== undefined && { meterStop }),
    ...(endedAt !== undefined && { endedAt: toDateTime(endedAt) })
  }
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
