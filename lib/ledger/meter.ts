import { type ExpressionBuilder, type Selectable, sql } from 'kysely'
import type { Schema } from '../database/schema.js'
import type { MeterValuesTable } from '../database/schema-transactions.js'
import { timeOf } from './clock.js'
import { meterOfRow } from './event.js'
import { ANONYMOUS_IDS } from './inference.js'
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

/** What is known of the energy registers of a transaction; of one of 2.x what its events have told. */
export async function registersOf(db: Db, row: TransactionRow): Promise<Registers> {
  if (row.registers !== null) return JSON.parse(row.registers) as Registers
  // Readings that came without its id are no word of its events: they would count as much as these ever after.
  const own = row.ocpp16_id === null ? { ...row, inferred_readings: 0 as const } : row
  return withMeterStart(row, (await storedRegisters(db, [own]))[0] ?? {})
}

/** `read` with the meter at the start, which a transaction of 2.x may have without any reading. */
function withMeterStart(row: TransactionRow, read: Registers): Registers {
  const { start_timestamp, created_at } = row
  if (row.ocpp16_id !== null || row.meter_start === null) return read
  // Of a release that did not keep them: the meter at the start is known, though its reading may be deleted.
  const begin = { at: start_timestamp ?? created_at, wh: row.meter_start, rank: 1 as const }
  return mergeRegisters(read, { '@Outlet': { begin } })
}

/**
 * The meter of a transaction of 2.x. What its events tell counts; where they leave an end open, MeterValues of its EVSE
 * count as well, unless they were measured after its end.
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
 * The meter of a transaction that ends or, without `meterStop`, that we close. 1.6: what Start- and StopTransaction say
 * of the meter counts more than meter values do, unless it is impossible: -1 is what some charge points say that cannot
 * read it.
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

/** The meter of an open transaction. MeterValues tell it as well, which do not touch the transaction. */
export async function meterNow(db: Db, row: TransactionRow): Promise<Meter> {
  return isToBeRead(row) ? meterWith(row, (await storedRegisters(db, [row]))[0] ?? {}) : meterWith(row, {})
}

/** Transactions whose readings one query looks for: SQLite blocks the process for as long as a query runs. */
const AT_ONCE = 50

/** The meters of open transactions, in the order of `rows`: the same as {@link meterNow}, with few queries for a page. */
export async function metersNow(db: Db, rows: readonly TransactionRow[]): Promise<Meter[]> {
  const unread = rows.filter(isToBeRead)
  const found = new Map<number, Registers>()
  for (let from = 0; from < unread.length; from += AT_ONCE) {
    const some = unread.slice(from, from + AT_ONCE)
    const registers = await storedRegisters(db, some)
    for (const [index, { id }] of some.entries()) found.set(id, registers[index] ?? {})
  }
  return rows.map((row) => meterWith(row, found.get(row.id) ?? {}))
}

function isToBeRead(row: TransactionRow): boolean {
  if (row.ocpp16_id !== null) return row.registers === null
  return row.inferred_readings === 1 && leavesOpen(keptRegisters(row))
}

function keptRegisters({ registers }: TransactionRow): Registers {
  return registers === null ? {} : (JSON.parse(registers) as Registers)
}

/** @param read what was read of the registers, if {@link isToBeRead} says that it counts */
function meterWith(row: TransactionRow, read: Registers): Meter {
  if (row.ocpp16_id !== null) return meterSince(row.meter_start, row.registers === null ? read : keptRegisters(row))
  return isToBeRead(row) ? meterOf(mergeRegisters(keptRegisters(row), read)) : meterOfRow(row)
}

/** The outermost readings of each register of each of `rows`: few of the many rows that there may be. */
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

/** The columns that tell to which transaction a reading belongs. */
const OWNER = ['charge_point_id', 'transaction_id', 'inferred_id'] as const
type Owned = Pick<Selectable<MeterValuesTable>, (typeof OWNER)[number]>

/** As {@link measuredIn} has it. */
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

/** What may be a reading of a transaction. The end of one of 2.x may come later than what was measured after it. */
function countsIn(row: TransactionRow) {
  const { ocpp16_id, status, end_timestamp, ended_at, updated_at } = row
  return (eb: ExpressionBuilder<Schema, 'meter_values'>) => {
    if (ocpp16_id !== null || status !== 'ended' || end_timestamp === null) return measuredIn(row)(eb)
    const end = timeOf({ timestamp: end_timestamp, receivedAt: ended_at ?? updated_at })
    return eb.and([measuredIn(row)(eb), eb('timestamp', '<=', end)])
  }
}

/** When each register of the transactions was first and last read. */
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

/** The readings of the transactions at those times. */
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
