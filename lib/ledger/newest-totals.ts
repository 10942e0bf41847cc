import { sql } from 'kysely'
import type { Db, TransactionRow } from './queries.js'
import { type RegisterSample, type Registers, registersIn, TOTAL } from './registers.js'
import { REGISTER } from './samples.js'

// The total of an open transaction of 1.6 from its newest readings, where these are as good as all of them.

/** Transactions in one query: SQLite blocks the process while a query runs. */
const AT_ONCE = 50
/** Latest meter values that are read. Most messages have fewer. */
const LATEST = 8

interface Found extends RegisterSample {
  id: number
  /** Time of the oldest meter value that was looked at; `null` if there are no others. */
  oldest: number | null
}

/**
 * The newest total of each transaction, which is all that its meter needs beside `meterStart`. Transactions of which more
 * must be read are absent: the total is not among the newest readings, or one is marked as that of the end.
 */
export async function newestTotals(db: Db, rows: readonly TransactionRow[]): Promise<Map<number, Registers>> {
  const simple = rows.filter(
    ({ ocpp16_id, meter_start, inferred_readings }) =>
      ocpp16_id !== null && meter_start !== null && inferred_readings === 0
  )
  const groups = new Map<number, Found[]>()
  for (let from = 0; from < simple.length; from += AT_ONCE) {
    const samples = await newestQuery(simple.slice(from, from + AT_ONCE)).execute(db)
    for (const sample of samples.rows) {
      const id = Number(sample.id)
      groups.set(id, [...(groups.get(id) ?? []), { ...sample, timestamp: Number(sample.timestamp), format: 'Raw' }])
    }
  }
  return new Map([...groups].flatMap(([id, samples]) => totalIn(samples).map((registers) => [id, registers] as const)))
}

function totalIn(samples: readonly Found[]): Registers[] {
  const { end } = registersIn(samples)[TOTAL] ?? {}
  const oldest = samples[0]?.oldest ?? null
  // Of the same time as the oldest there may be a higher one that was not read.
  return end !== undefined && (oldest === null || end.at > Number(oldest)) ? [{ [TOTAL]: { end } }] : []
}

/** The newest totals of transactions. The index of the readings has everything that the search for an end looks at. */
export function newestQuery(rows: readonly TransactionRow[]) {
  const sources = rows.map(({ id, charge_point_id, transaction_id }) => {
    const own = sql`charge_point_id = ${charge_point_id} and transaction_id = ${transaction_id}`
    return sql`select cast(${id} as bigint) as id, measurand, phase, context, location, unit, value, timestamp,
        (select timestamp from meter_values where ${own} order by timestamp desc limit 1 offset ${LATEST - 1}) as oldest
      from (select * from meter_values where ${own} order by timestamp desc limit ${LATEST}) as m
      where measurand = ${REGISTER} and format = 'Raw' and value >= 0 and phase = '' and location in ('', 'Outlet')
        and not exists (select 1 from meter_values where ${own} and context = 'Transaction.End')`
  })
  return sql<Found>`select * from (${sql.join(sources, sql` union all `)}) as newest`
}
