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

interface Sample {
  id: number
  measurand: string
  phase: string
  location: string
  unit: string
  value: number
  timestamp: number
  received_at: number
}

/** The present readings of open transactions, by id of the transaction; with few queries for a page. */
export async function readingsNow(db: Db, rows: readonly TransactionRow[]): Promise<Map<number, PresentReadings>> {
  const found = new Map<number, PresentReadings>()
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const samples = await latestSamples(rows.slice(from, from + AT_ONCE)).execute(db)
    for (const [id, own] of groupedBy(samples.rows)) {
      const readings = readingsIn(own)
      if (readings !== undefined) found.set(id, readings)
    }
  }
  return found
}

/** The latest samples of each transaction. Each is found by the index of its readings, newest first. */
export function latestSamples(rows: readonly TransactionRow[]): RawBuilder<Sample> {
  return sql<Sample>`select * from (${sql.join(rows.flatMap(sourcesOf), sql` union all `)}) as latest`
}

function sourcesOf(row: TransactionRow): RawBuilder<unknown>[] {
  const { id, transaction_id, inferred_readings, start_timestamp, created_at } = row
  const own = sourceOf(row, sql`transaction_id = ${transaction_id}`, sql`true`)
  if (inferred_readings === 0) return [own]
  // Of the charge point since the transaction began, without a usable id.
  const since = Math.min(start_timestamp ?? created_at, created_at)
  return [own, sourceOf(row, sql`transaction_id = '' and timestamp >= ${since}`, sql`inferred_id = ${id}`)]
}

function sourceOf({ id, charge_point_id }: TransactionRow, indexed: RawBuilder<unknown>, other: RawBuilder<unknown>) {
  return sql`select cast(${id} as bigint) as id, measurand, phase, location, unit, value, timestamp, received_at from (
    select * from meter_values where charge_point_id = ${charge_point_id} and ${indexed}
    order by timestamp desc limit ${LATEST}) as m
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
export function readingsIn(samples: readonly Sample[]): PresentReadings | undefined {
  const power = newest(samples.filter((sample) => sample.measurand === POWER && isAtOutlet(sample)))
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

/** Default: Outlet. [1.6, 2.x "Location"] */
function isAtOutlet({ location }: Sample): boolean {
  return location === '' || location === 'Outlet'
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
