import { PostgresAdapter, type RawBuilder, sql } from 'kysely'
import { chunks } from '../events/scope.js'
import type { Db, TransactionRow } from './queries.js'
import type { RegisterSample } from './registers.js'
import { REGISTER } from './samples.js'

// The newest meter values of open transactions: most figures of the present need no others.

export const POWER = 'Power.Active.Import'

/**
 * Meter values that are looked at first. The rows of a transaction lie far apart in the table, so each costs a page; most
 * messages have fewer values.
 */
export const FEW = 8
/** Meter values that are looked at if these do not tell. One message about three phases has fewer. */
export const MORE = 60

export interface NewestValue {
  measurand: string
  phase: string
  context: string
  location: string
  unit: string
  format: RegisterSample['format']
  timestamp: number
  received_at: number
  value: number
}

export interface Newest {
  /** Of the measurands that were asked for, in no order. */
  values: readonly NewestValue[]
  /** Time of the oldest meter value that was looked at, whatever its measurand; `null` if there are no others. */
  oldest: number | null
  /** Whether any meter value of the transaction, however old, is marked as that of its end. */
  hasEnd: boolean
}

export interface NewestOptions {
  /** Meter values of a transaction that are looked at. Default: {@link FEW}. */
  limit?: number
  measurands?: readonly string[]
  /**
   * Transactions in one query. Default: 100, because SQLite blocks the process while a query runs. On the connections for
   * long reads each query costs more than its rows, and blocks nothing.
   */
  atOnce?: number | undefined
}

const AT_ONCE = 100

/** The newest meter values that name the transaction, by its row id. */
export async function newestOf(
  db: Db,
  rows: readonly Pick<TransactionRow, 'id'>[],
  { limit = FEW, measurands = [POWER, REGISTER], atOnce = AT_ONCE }: NewestOptions = {}
): Promise<Map<number, Newest>> {
  const found = new Map<number, Newest>()
  const ids = rows.map(({ id }) => id)
  for (const some of chunks(ids, atOnce)) {
    const answer = await newestQuery(db, some, { limit, measurands }).execute(db)
    for (const { id, has_end, newest } of answer.rows) {
      const [count, oldest, values] = typeof newest === 'string' ? (JSON.parse(newest) as Told) : newest
      found.set(Number(id), {
        values: (values ?? []).map(toValue),
        oldest: Number(count) < limit ? null : oldest,
        hasEnd: Boolean(has_end)
      })
    }
  }
  return found
}

type Told = [count: number, oldest: number | null, values: readonly ToldValue[] | null]
type ToldValue = [string, string, string, string, string, NewestValue['format'], number, number, number | string]

function toValue([
  measurand,
  phase,
  context,
  location,
  unit,
  format,
  timestamp,
  received_at,
  value
]: ToldValue): NewestValue {
  return { measurand, phase, context, location, unit, format, timestamp, received_at, value: Number(value) }
}

interface Row {
  id: number | string
  has_end: unknown
  newest: Told | string
}

/**
 * One statement of the same shape for any number of transactions, with one row for each. What is looked at is in the index
 * of the readings; the table is read for values of the measurands only.
 */
export function newestQuery(
  db: Db,
  ids: readonly number[],
  { limit, measurands }: Required<Pick<NewestOptions, 'limit' | 'measurands'>>
): RawBuilder<Row> {
  const json = db.getExecutor().adapter instanceof PostgresAdapter ? POSTGRES : SQLITE
  const own = sql`meter_values.charge_point_id = t.charge_point_id and meter_values.transaction_id = t.transaction_id`
  const value = json.array(
    sql`k.measurand, k.phase, k.context, k.location, k.unit, k.format, k.timestamp, v.received_at, ${json.double}`
  )
  const all = json.array(sql`count(*), min(k.timestamp), ${json.all(value)} filter (where v.value is not null)`)
  return sql<Row>`select t.id,
      exists (select 1 from meter_values where ${own} and context = 'Transaction.End') as has_end,
      (select ${all} from (
          select id, timestamp, measurand, phase, context, location, unit, format
          from meter_values where ${own} order by timestamp desc limit ${sql.lit(limit)}
        ) as k left join meter_values as v on v.id = k.id and k.measurand in (${sql.join(measurands)})) as newest
    from transactions as t where t.id in (${json.elements(JSON.stringify(ids))})`
}

interface JsonOf {
  array(members: RawBuilder<unknown>): RawBuilder<unknown>
  all(member: RawBuilder<unknown>): RawBuilder<unknown>
  /** The value with all its digits. */
  double: RawBuilder<unknown>
  elements(list: string): RawBuilder<unknown>
}

const SQLITE: JsonOf = {
  array: (members) => sql`json_array(${members})`,
  all: (member) => sql`json_group_array(${member})`,
  // In JSON numbers SQLite writes 15 digits.
  double: sql`printf('%!.17g', v.value)`,
  elements: (list) => sql`select value from json_each(${list})`
}

const POSTGRES: JsonOf = {
  array: (members) => sql`json_build_array(${members})`,
  all: (member) => sql`json_agg(${member})`,
  double: sql`v.value`,
  elements: (list) => sql`select json_array_elements_text(${list}::json)::bigint`
}
