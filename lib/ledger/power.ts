import { type RawBuilder, sql } from 'kysely'
import { timeOf } from './clock.js'
import { MORE, type Newest, newestOf, POWER } from './newest.js'
import type { Db, TransactionRow } from './queries.js'

// The present power and state of charge, by the latest readings of a transaction.

/** Latest readings of a transaction. Values without a reading are absent. */
export interface PresentReadings {
  /** Active power that the car takes. */
  powerW?: number
  /** State of charge in per cent. */
  soc?: number
  /** When the latest of them was measured. Epoch milliseconds. */
  at: number
  /** When the power arrived or, without one, the state of charge; by our clock. Epoch milliseconds. */
  receivedAt: number
}

const SOC = 'SoC'

/** Transactions in one query: SQLite blocks the process while a query runs. */
const AT_ONCE = 25
/** The same on the connections for long reads, where each query costs more than its rows. SQLite takes 500 of their parts. */
const AT_ONCE_HEAVY = 200

/** A value that tells the power or the state of charge. */
interface Reading {
  measurand: string
  phase: string
  location: string
  unit: string
  value: number
  timestamp: number
  received_at: number
}

interface Sample extends Reading {
  id: number
}

/** The present readings of open transactions, by id of the transaction; with few queries for a page. */
export async function readingsNow(
  db: Db,
  rows: readonly TransactionRow[],
  atOnce = AT_ONCE
): Promise<Map<number, PresentReadings>> {
  const samples: Sample[] = []
  for (let from = 0; from < rows.length; from += atOnce) {
    const { rows: some } = await latestSamples(rows.slice(from, from + atOnce)).execute(db)
    for (const sample of some) samples.push(sample)
  }
  const found = new Map<number, PresentReadings>()
  for (const [id, own] of groupedBy(samples)) {
    const readings = readingsIn(own)
    if (readings !== undefined) found.set(id, readings)
  }
  return found
}

/** The power that {@link readingsNow} tells, and when it arrived. */
export type PresentPower = Pick<PresentReadings, 'powerW' | 'receivedAt'>

/**
 * The same power as {@link readingsNow} tells, for a fraction of the cost, without the state of charge.
 *
 * @param few the newest meter values of these transactions
 */
export async function powersNow(
  db: Db,
  rows: readonly TransactionRow[],
  { few, atOnce }: { few: ReadonlyMap<number, Newest>; atOnce?: number }
): Promise<Map<number, PresentPower>> {
  const named = rows.filter(({ inferred_readings }) => inferred_readings === 0)
  const unsure = named.filter(({ id }) => !isSure(few.get(id)))
  const more = await newestOf(db, unsure, { limit: MORE, measurands: [POWER], atOnce })
  const found = new Map<number, PresentPower>()
  for (const { id } of named) {
    const { values = [] } = more.get(id) ?? few.get(id) ?? {}
    const readings = readingsIn(values.filter(({ measurand }) => measurand === POWER))
    if (readings !== undefined) found.set(id, readings)
  }
  const others = rows.filter(({ inferred_readings }) => inferred_readings !== 0)
  for (const [id, { powerW, receivedAt }] of await readingsNow(db, others, AT_ONCE_HEAVY)) {
    if (powerW !== undefined) found.set(id, { powerW, receivedAt })
  }
  return found
}

/** Whether no older meter value can belong to the power: an older one has been looked at, or there is none. */
function isSure(few: Newest | undefined): boolean {
  if (few === undefined) return false
  const { oldest, values } = few
  return oldest === null || values.some((one) => isPower(one) && one.timestamp > oldest)
}

/** The latest samples of each transaction. Each is found by the index of its readings, newest first. */
export function latestSamples(rows: readonly TransactionRow[]): RawBuilder<Sample> {
  const sources = rows.flatMap(sourcesOf)
  return sql<Sample>`select * from (${sql.join(sources, sql` union all `)}) as latest`
}

function sourcesOf(row: TransactionRow): RawBuilder<unknown>[] {
  const { id, transaction_id, inferred_readings, start_timestamp, created_at } = row
  const own = sourceOf(row, { indexed: sql`transaction_id = ${transaction_id}` })
  if (inferred_readings === 0) return [own]
  // Of the charge point since the transaction began, without a usable id.
  const since = Math.min(start_timestamp ?? created_at, created_at)
  const indexed = sql`transaction_id = '' and timestamp >= ${since}`
  return [own, sourceOf(row, { indexed, other: sql`inferred_id = ${id}` })]
}

interface Source {
  indexed: RawBuilder<unknown>
  other?: RawBuilder<unknown>
}

function sourceOf({ id, charge_point_id }: TransactionRow, { indexed, other = sql`true` }: Source) {
  return sql`select cast(${id} as bigint) as id, measurand, phase, location, unit, value, timestamp, received_at
    from (select * from meter_values where charge_point_id = ${charge_point_id} and ${indexed}
      order by timestamp desc limit ${MORE}) as m
    where measurand in (${POWER}, ${SOC}) and value is not null and ${other}`
}

function groupedBy(samples: readonly Sample[]): Map<number, Sample[]> {
  const groups = new Map<number, Sample[]>()
  for (const sample of samples) {
    const id = Number(sample.id)
    const known = groups.get(id)
    if (known === undefined) groups.set(id, [sample])
    else known.push(sample)
  }
  return groups
}

/** The present values in these samples of one transaction. `undefined` if there are none. */
function readingsIn(samples: readonly Reading[]): PresentReadings | undefined {
  const power = newest(samples.filter(isPower))
  const soc = newest(samples.filter(({ measurand }) => measurand === SOC))
  const powerW = totalOf(power)
  const percent = soc[0]?.value
  const told = [...(powerW === undefined ? [] : power), ...soc]
  if (told.length === 0) return undefined
  return {
    ...(powerW !== undefined && { powerW }),
    ...(percent !== undefined && { soc: percent }),
    at: Math.max(...told.map(timeOfSample)),
    receivedAt: Number(told[0]?.received_at)
  }
}

function timeOfSample({ timestamp, received_at }: Reading): number {
  return timeOf({ timestamp: Number(timestamp), receivedAt: Number(received_at) })
}

/** Default of the location: Outlet. [1.6, 2.x "Location"] */
function isPower({ measurand, location }: Reading): boolean {
  return measurand === POWER && (location === '' || location === 'Outlet')
}

function newest(samples: readonly Reading[]): Reading[] {
  const last = Math.max(...samples.map(({ timestamp }) => Number(timestamp)))
  return samples.filter(({ timestamp }) => Number(timestamp) === last)
}

/** The power of all phases in W: as measured, or the sum of the phases. */
function totalOf(samples: readonly Reading[]): number | undefined {
  const whole = samples.find(({ phase }) => phase === '')
  if (whole !== undefined) return inWatts(whole)
  const phases = new Map(samples.map((sample) => [sample.phase.replace(/-N$/, ''), sample]))
  const single = ['L1', 'L2', 'L3'].flatMap((phase) => phases.get(phase) ?? [])
  const watts = single.map(inWatts)
  if (watts.length === 0 || watts.includes(undefined)) return undefined
  return watts.reduce<number>((sum, power) => sum + (power ?? 0), 0)
}

function inWatts({ unit, value }: Reading): number | undefined {
  if (unit === 'kW') return value * 1000
  return unit === 'W' || unit === '' ? value : undefined
}
