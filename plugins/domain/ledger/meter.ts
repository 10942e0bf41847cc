import { sql } from 'kysely'
import { meterOfRow } from './event.js'
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

/** What is known of the energy registers of a transaction. */
export async function registersOf(db: Db, row: TransactionRow): Promise<Registers> {
  if (row.registers !== null) return JSON.parse(row.registers) as Registers
  const { start_timestamp, created_at } = row
  const read = await storedRegisters(db, row)
  if (row.ocpp16_id !== null || row.meter_start === null) return read
  // Of a release that did not keep them: the meter at the start is known, though its reading may be deleted.
  const begin = { at: start_timestamp ?? created_at, wh: row.meter_start, rank: 1 as const }
  return mergeRegisters(read, { '@Outlet': { begin } })
}

/**
 * The meter of a transaction that ends or, without `meterStop`, that we close. 1.6: what Start- and StopTransaction say
 * of the meter counts more than meter values do, unless it is impossible: -1 is what some charge points say that cannot
 * read it.
 */
export async function meterAtEnd(db: Db, row: TransactionRow, meterStop?: number): Promise<Meter> {
  const told = meterStop !== undefined && isRegisterValue(meterStop) ? meterStop : null
  const start = row.meter_start
  if (start !== null && told !== null && told >= start) return meterBetween(start, told)
  const registers = await registersOf(db, row)
  if (row.ocpp16_id === null) return meterOf(registers)
  const read = meterSince(start, registers)
  if (told === null) return read
  if (start === null) return meterBetween(wholeAtBegin(registers) ?? null, told)
  return read.stop !== null && typeof read.energy === 'number' ? read : meterBetween(start, told)
}

/** The meter of an open transaction. A charge point of 1.6 tells it with MeterValues, which do not touch the transaction. */
export async function meterNow(db: Db, row: TransactionRow): Promise<Meter> {
  return row.ocpp16_id === null ? meterOfRow(row) : meterSince(row.meter_start, await registersOf(db, row))
}

/** The outermost readings of each register: few of the many rows that there may be. */
async function storedRegisters(db: Db, row: TransactionRow): Promise<Registers> {
  const edge = (context: string) => sql<string | null>`case when context = ${context} then timestamp end`
  const other = (context: string) => sql<string | null>`case when context <> ${context} then timestamp end`
  const rows = await readingsOf(db, row)
    .select(({ fn }) => [
      fn.min(edge('Transaction.Begin')).as('begin'),
      fn.max(edge('Transaction.End')).as('end'),
      fn.min(other('Transaction.End')).as('first'),
      fn.max(other('Transaction.Begin')).as('last')
    ])
    .groupBy(['phase', 'location', 'unit'])
    .execute()
  const times = rows.flatMap(({ begin, end, first, last }) => [begin, end, first, last])
  const moments = new Set(times.flatMap((time) => (time === null ? [] : [Number(time)])))
  if (moments.size === 0) return {}
  const samples = await readingsOf(db, row)
    .select(['timestamp', 'measurand', 'phase', 'context', 'location', 'unit', 'value'])
    .where('timestamp', 'in', [...moments])
    .execute()
  return registersIn(samples.map((sample) => ({ ...sample, format: 'Raw' })))
}

function readingsOf(db: Db, row: TransactionRow) {
  return db
    .selectFrom('meter_values')
    .where(measuredIn(row))
    .where('measurand', '=', REGISTER)
    .where('format', '=', 'Raw')
    .where('value', '>=', 0)
}
