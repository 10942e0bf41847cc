import { type RawBuilder, sql } from 'kysely'
import { timeOf } from './clock.js'
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

const POWER = 'Power.Active.Import'
const SOC = 'SoC'

/** Transactions in one query: SQLite blocks the process while a query runs. */
const AT_ONCE = 25
/** Latest meter values of a transaction that are looked at. One message about three phases has fewer. */
const LATEST = 60
/**
 * Latest meter values that are looked at first. The rows of a transaction lie far apart in the table, so each costs a page;
 * most messages have fewer values, and then these tell the power.
 */
const FEW = 8

interface Sample {
  id: number
  measurand: string
  phase: string
  location: string
  unit: string
  value: number
  timestamp: number
  received_at: number
  /** Time of the oldest of {@link FEW} meter values; `null` if there are no others, or more were looked at. */
  oldest: number | null
}

/** The present readings of open transactions, by id of the transaction; with few queries for a page. */
export async function readingsNow(db: Db, rows: readonly TransactionRow[]): Promise<Map<number, PresentReadings>> {
  const found = new Map<number, PresentReadings>()
  for (const [id, own] of await samplesOf(db, rows, LATEST)) {
    const readings = readingsIn(own)
    if (readings !== undefined) found.set(id, readings)
  }
  return found
}

/** The same power as {@link readingsNow} tells, for a fraction of the cost, without the state of charge. */
export async function powersNow(
  db: Db,
  rows: readonly TransactionRow[]
): Promise<Map<number, Pick<PresentReadings, 'powerW' | 'receivedAt'>>> {
  const few = await samplesOf(db, rows, FEW)
  const unsure = rows.filter((row) => !isSure(few.get(row.id)))
  const all = await samplesOf(db, unsure, LATEST)
  const found = new Map<number, Pick<PresentReadings, 'powerW' | 'receivedAt'>>()
  for (const { id } of rows) {
    const readings = readingsIn((all.get(id) ?? few.get(id) ?? []).filter(({ measurand }) => measurand === POWER))
    if (readings !== undefined) found.set(id, readings)
  }
  return found
}

/** Whether no older meter value can belong to the power: an older one has been read, or there is none. */
function isSure(few: readonly Sample[] | undefined): boolean {
  return (
    few?.some((one) => isPower(one) && (one.oldest === null || Number(one.timestamp) > Number(one.oldest))) ?? false
  )
}

async function samplesOf(db: Db, rows: readonly TransactionRow[], limit: number): Promise<Map<number, Sample[]>> {
  const samples: Sample[] = []
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const { rows: some } = await latestSamples(rows.slice(from, from + AT_ONCE), limit).execute(db)
    for (const sample of some) samples.push(sample)
  }
  return groupedBy(samples)
}

/** The latest samples of each transaction. Each is found by the index of its readings, newest first. */
export function latestSamples(rows: readonly TransactionRow[], limit = LATEST): RawBuilder<Sample> {
  const sources = rows.flatMap((row) => sourcesOf(row, limit))
  return sql<Sample>`select * from (${sql.join(sources, sql` union all `)}) as latest`
}

function sourcesOf(row: TransactionRow, limit: number): RawBuilder<unknown>[] {
  const { id, transaction_id, inferred_readings, start_timestamp, created_at } = row
  if (inferred_readings === 0) return [sourceOf(row, { indexed: sql`transaction_id = ${transaction_id}`, limit })]
  const own = sourceOf(row, { indexed: sql`transaction_id = ${transaction_id}`, limit: LATEST })
  // Of the charge point since the transaction began, without a usable id.
  const since = Math.min(start_timestamp ?? created_at, created_at)
  const indexed = sql`transaction_id = '' and timestamp >= ${since}`
  return [own, sourceOf(row, { indexed, other: sql`inferred_id = ${id}`, limit: LATEST })]
}

interface Source {
  indexed: RawBuilder<unknown>
  other?: RawBuilder<unknown>
  limit: number
}

function sourceOf({ id, charge_point_id }: TransactionRow, { indexed, other = sql`true`, limit }: Source) {
  const own = sql`charge_point_id = ${charge_point_id} and ${indexed}`
  const last = sql`(select timestamp from meter_values where ${own} order by timestamp desc limit 1 offset ${limit - 1})`
  return sql`select cast(${id} as bigint) as id, measurand, phase, location, unit, value, timestamp, received_at,
      ${limit === FEW ? last : sql`cast(null as bigint)`} as oldest
    from (select * from meter_values where ${own} order by timestamp desc limit ${limit}) as m
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
function readingsIn(samples: readonly Sample[]): PresentReadings | undefined {
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

function timeOfSample({ timestamp, received_at }: Sample): number {
  return timeOf({ timestamp: Number(timestamp), receivedAt: Number(received_at) })
}

/** Default of the location: Outlet. [1.6, 2.x "Location"] */
function isPower({ measurand, location }: Sample): boolean {
  return measurand === POWER && (location === '' || location === 'Outlet')
}

function newest(samples: readonly Sample[]): Sample[] {
  const last = Math.max(...samples.map(({ timestamp }) => Number(timestamp)))
  return samples.filter(({ timestamp }) => Number(timestamp) === last)
}

/** The power of all phases in W: as measured, or the sum of the phases. */
function totalOf(samples: readonly Sample[]): number | undefined {
  const whole = samples.find(({ phase }) => phase === '')
  if (whole !== undefined) return inWatts(whole)
  const phases = new Map(samples.map((sample) => [sample.phase.replace(/-N$/, ''), sample]))
  const single = ['L1', 'L2', 'L3'].flatMap((phase) => phases.get(phase) ?? [])
  const watts = single.map(inWatts)
  if (watts.length === 0 || watts.includes(undefined)) return undefined
  return watts.reduce<number>((sum, power) => sum + (power ?? 0), 0)
}

function inWatts({ unit, value }: Sample): number | undefined {
  if (unit === 'kW') return value * 1000
  return unit === 'W' || unit === '' ? value : undefined
}
