import { type ExpressionBuilder, type Selectable, sql } from 'kysely'
import { compiled } from '../database/compiled.js'
import type { Schema } from '../database/schema.js'
import type { MeterValuesTable } from '../database/schema-transactions.js'
import { timeOf } from './clock.js'
import { meterOfRow } from './event.js'
import { ANONYMOUS_IDS } from './inference.js'
import { newestTotals } from './newest-totals.js'
import { type Db, measuredIn, type TransactionRow } from './queries.js'
import {
  isRegisterValue,
  type Meter,
  mergeRegisters,
  meterBetween,
  meterOf,
  meterSince,
  type Registers,
  registersIn,
  wholeAtBegin
} from './registers.js'
import { REGISTER } from './samples.js'

/** The known energy registers of a transaction. For 2.x these are the registers that its events have told. */
export async function registersOf(db: Db, row: TransactionRow): Promise<Registers> {
  if (row.registers !== null) return JSON.parse(row.registers) as Registers
  // Without readings that lack the transaction id: merged into the stored registers they would count like readings of
  // the events.
  const own = row.ocpp16_id === null ? { ...row, inferred_readings: 0 as const } : row
  return withMeterStart(row, (await storedRegisters(db, [own]))[0] ?? {})
}

/** `read` with the meter at the start added. A transaction of 2.x may have one although no reading is stored. */
function withMeterStart(row: TransactionRow, read: Registers): Registers {
  const { start_timestamp, created_at } = row
  if (row.ocpp16_id !== null || row.meter_start === null) return read
  // Earlier releases stored no registers: the meter at the start is known, but its reading may be deleted.
  const begin = { at: start_timestamp ?? created_at, wh: row.meter_start, rank: 1 as const }
  return mergeRegisters(read, { '@Outlet': { begin } })
}

/**
 * The meter of a transaction of 2.x. Readings in its events take precedence. If they lack a start or an end,
 * MeterValues of its EVSE fill in, unless they were measured after the end.
 */
export async function meterWithInferred(db: Db, row: TransactionRow, told: Registers): Promise<Meter> {
  if (row.inferred_readings === 0 || !leavesOpen(told)) return meterOf(told)
  return meterOf(mergeRegisters(told, (await storedRegisters(db, [row]))[0] ?? {}))
}

function leavesOpen(told: Registers): boolean {
  const { energy } = meterOf(told)
  return energy === 'no-start-register' || energy === 'no-stop-register'
}

/**
 * The meter of a transaction that ends or, without `meterStop`, that the back-end closes. In 1.6, `meterStart` and
 * `meterStop` take precedence over meter values unless they are impossible: some charge points send -1 if they cannot
 * read the meter.
 */
export async function meterAtEnd(db: Db, row: TransactionRow, meterStop?: number): Promise<Meter> {
  const told = meterStop !== undefined && isRegisterValue(meterStop) ? meterStop : null
  const start = row.ocpp16_id === null ? row.meter_start : await toldStart(db, row)
  if (start !== null && told !== null && told >= start) return meterBetween(start, told)
  const registers = await registersOf(db, row)
  if (row.ocpp16_id === null) return meterWithInferred(db, row, registers)
  const read = meterSince(start, registers)
  if (told === null) return read
  if (start === null) return meterBetween(wholeAtBegin(registers) ?? null, told)
  return read.stop !== null && typeof read.energy === 'number' ? read : meterBetween(start, told)
}

/** Transactions in one query for readings: SQLite blocks the process while a query runs. */
const AT_ONCE = 50

/**
 * The meters of open transactions, in the order of `rows`, including MeterValues, with few queries for a page.
 */
export async function metersNow(
  db: Db,
  rows: readonly TransactionRow[],
  known: Parameters<typeof newestTotals>[2] = {}
): Promise<Meter[]> {
  const found = await newestTotals(db, rows.filter(isToBeRead), known)
  const unread = rows.filter((row) => isToBeRead(row) && !found.has(row.id))
  for (let from = 0; from < unread.length; from += AT_ONCE) {
    const some = unread.slice(from, from + AT_ONCE)
    const registers = await storedRegisters(db, some)
    for (const [index, { id }] of some.entries()) found.set(id, registers[index] ?? {})
  }
  return rows.map((row) => meterWith(row, found.get(row.id) ?? {}))
}

/** The meter of an open transaction, including MeterValues, which do not update the row of the transaction. */
export async function meterNow(db: Db, row: TransactionRow): Promise<Meter> {
  const [meter] = await metersNow(db, [row])
  return meter ?? meterWith(row, {})
}

function isToBeRead(row: TransactionRow): boolean {
  if (row.ocpp16_id !== null) return row.registers === null
  return row.inferred_readings === 1 && leavesOpen(keptRegisters(row))
}

function keptRegisters({ registers }: TransactionRow): Registers {
  return registers === null ? {} : (JSON.parse(registers) as Registers)
}

/** @param read the registers in the meter values; ignored unless {@link isToBeRead} */
function meterWith(row: TransactionRow, read: Registers): Meter {
  if (row.ocpp16_id !== null) return meterSince(row.meter_start, row.registers === null ? read : keptRegisters(row))
  return isToBeRead(row) ? meterOf(mergeRegisters(keptRegisters(row), read)) : meterOfRow(row)
}

/** The first and the last reading of each register of each transaction; all readings may be many rows. */
async function storedRegisters(db: Db, rows: readonly TransactionRow[]): Promise<Registers[]> {
  const edges = await edgesQuery(db, rows).execute()
  const moments = rows.map((row) => momentsOf(edges.filter((edge) => isOf(row, edge))))
  const read = rows.flatMap((row, index) => {
    const times = moments[index] ?? []
    return times.length === 0 ? [] : [{ row, times }]
  })
  const samples = read.length === 0 ? [] : await samplesQuery(db, read).execute()
  return rows.map((row, index) => {
    const times = new Set(moments[index])
    const own = samples.filter((sample) => isOf(row, sample) && times.has(Number(sample.timestamp)))
    return registersIn(own.map((sample) => ({ ...sample, format: 'Raw' })))
  })
}

/** The columns that assign a reading to a transaction. */
const OWNER = ['charge_point_id', 'transaction_id', 'inferred_id'] as const
type Owned = Pick<Selectable<MeterValuesTable>, (typeof OWNER)[number]>

/** The same condition as {@link measuredIn}, for a row that was read. */
function isOf(row: TransactionRow, { charge_point_id, transaction_id, inferred_id }: Owned): boolean {
  if (charge_point_id !== row.charge_point_id) return false
  return transaction_id === row.transaction_id || (transaction_id === '' && inferred_id === row.id)
}

interface EdgeTimes {
  begin: string | null
  end: string | null
  first: string | null
  last: string | null
}

function momentsOf(edges: readonly EdgeTimes[]): number[] {
  const times = edges.flatMap(({ begin, end, first, last }) => [begin, end, first, last])
  return [...new Set(times.flatMap((time) => (time === null ? [] : [Number(time)])))]
}

/**
 * The condition for readings of a transaction. After an end of 2.x the EVSE may have measured more before Ended
 * arrived.
 */
function countsIn(row: TransactionRow) {
  const { ocpp16_id, status, end_timestamp, ended_at, updated_at } = row
  return (eb: ExpressionBuilder<Schema, 'meter_values'>) => {
    if (ocpp16_id !== null || status !== 'ended' || end_timestamp === null) return measuredIn(row)(eb)
    const end = timeOf({ timestamp: end_timestamp, receivedAt: ended_at ?? updated_at })
    return eb.and([measuredIn(row)(eb), eb('timestamp', '<=', end)])
  }
}

/** The times of the first and the last reading of each register of the transactions. */
export function edgesQuery(db: Db, rows: readonly TransactionRow[]) {
  const edge = (context: string) => sql<string | null>`case when context = ${context} then timestamp end`
  const other = (context: string) => sql<string | null>`case when context <> ${context} then timestamp end`
  return readingsOf(db)
    .where((eb) => eb.or(rows.map((row) => countsIn(row)(eb))))
    .select(({ fn }) => [
      ...OWNER,
      fn.min(edge('Transaction.Begin')).as('begin'),
      fn.max(edge('Transaction.End')).as('end'),
      fn.min(other('Transaction.End')).as('first'),
      fn.max(other('Transaction.Begin')).as('last')
    ])
    .groupBy([...OWNER, 'phase', 'location', 'unit'])
}

/** The readings of the transactions at these times. */
export function samplesQuery(db: Db, read: readonly { row: TransactionRow; times: readonly number[] }[]) {
  return readingsOf(db)
    .where((eb) => eb.or(read.map(({ row, times }) => eb.and([countsIn(row)(eb), eb('timestamp', 'in', times)]))))
    .select([...OWNER, 'timestamp', 'measurand', 'phase', 'context', 'location', 'unit', 'value'])
}

function readingsOf(db: Db) {
  return db
    .selectFrom('meter_values')
    .where('measurand', '=', REGISTER)
    .where('format', '=', 'Raw')
    .where('value', '>=', 0)
}

// The columns of an ended transaction may hold values from meter values, which better evidence may replace. So these
// functions read `meterStart` and `meterStop` from the stored requests.

/** The `meterStart` of a transaction of 1.6; `null` if it is no valid reading. */
export async function toldStart(db: Db, row: TransactionRow): Promise<number | null> {
  const payload = await payloadOf(db, row, 'Started')
  return payload?.meterStart === undefined ? row.meter_start : readingOf(payload.meterStart)
}

/** The `meterStop` of a transaction of 1.6; `null` if it is no valid reading, `undefined` if no request is stored. */
export async function toldStop(db: Db, row: TransactionRow): Promise<number | null | undefined> {
  const payload = await payloadOf(db, row, 'Ended')
  return payload?.meterStop === undefined ? undefined : readingOf(payload.meterStop)
}

function readingOf(wh: number): number | null {
  return isRegisterValue(wh) ? wh : null
}

function payloadsOf(db: Db, chargePointId: number, eventType: 'Started' | 'Ended') {
  return db
    .selectFrom('transaction_events')
    .select('payload')
    .where('charge_point_id', '=', chargePointId)
    .where('event_type', '=', eventType)
    .orderBy('id')
    .limit(1)
}

const inferredEnd = compiled((db: Db, { charge_point_id, id }: Pick<TransactionRow, 'charge_point_id' | 'id'>) =>
  payloadsOf(db, charge_point_id, 'Ended').where('transaction_id', 'in', ANONYMOUS_IDS).where('inferred_id', '=', id)
)

type OwnEvent = Pick<TransactionRow, 'charge_point_id' | 'transaction_id'> & { eventType: 'Started' | 'Ended' }

const ownPayload = compiled((db: Db, { charge_point_id, transaction_id, eventType }: OwnEvent) =>
  payloadsOf(db, charge_point_id, eventType).where('transaction_id', '=', transaction_id)
)

async function payloadOf(db: Db, row: TransactionRow, eventType: 'Started' | 'Ended') {
  const { id, charge_point_id, transaction_id, inferred_end } = row
  const isInferred = eventType === 'Ended' && inferred_end === 1
  const [found] = isInferred
    ? await inferredEnd(db, { charge_point_id, id })
    : await ownPayload(db, { charge_point_id, transaction_id, eventType })
  return found === undefined ? undefined : (JSON.parse(found.payload) as { meterStart?: number; meterStop?: number })
}
