import { type Static, Type } from '@sinclair/typebox'
import { type RawBuilder, sql } from 'kysely'
import { toDateTime } from '../date-time.js'
import { timeOf, timeOfRow } from './clock.js'
import { type Db, measuredIn, type TransactionRow } from './queries.js'

// The readings of a transaction, reduced to as many points as a chart can draw.

export const MAX_POINTS = 2_000
export const DEFAULT_POINTS = 600
/** Series of one transaction that are shown: a hostile charge point can invent any number of units and phases. */
const MAX_SERIES = 100

const Point = Type.Array(Type.Number(), {
  minItems: 4,
  maxItems: 4,
  description:
    'Time of the first reading in seconds since 1970, by the clock of the charge point, then the lowest, the mean and the highest value'
})

export const SeriesRecord = Type.Object({
  from: Type.String({ format: 'date-time', description: '`from` of the request. Default: the first reading' }),
  to: Type.String({ format: 'date-time', description: '`to` of the request. Default: the last reading' }),
  step: Type.Number({
    description: 'Seconds that one point stands for; 0 if each point is one reading, as it was measured'
  }),
  series: Type.Array(
    Type.Object({
      measurand: Type.String({ examples: ['Power.Active.Import'] }),
      phase: Type.Optional(Type.String({ examples: ['L1'] })),
      location: Type.Optional(Type.String({ description: 'Absent: the outlet', examples: ['EV'] })),
      unit: Type.Optional(Type.String({ examples: ['W'] })),
      points: Type.Array(Point, { description: 'In the order of time. A time without readings has no points' })
    })
  )
})
export type SeriesRecord = Static<typeof SeriesRecord>

export interface SeriesFilter {
  /** Default: all. */
  measurands?: readonly string[]
  /** Maximum number of points of a series. */
  points: number
  /** Epoch milliseconds. */
  from?: number
  /** Not included. */
  to?: number
}

/** Columns that tell one series from another. */
const KEY = ['measurand', 'phase', 'location', 'unit'] as const
const TIME = timeOfRow()

/** The series of a transaction. Both queries read every reading once, so they belong on a thread of their own. */
export async function seriesOf(db: Db, row: TransactionRow, filter: SeriesFilter): Promise<SeriesRecord> {
  const { from, to, points } = filter
  const found = await extentsQuery(db, row, filter).execute()
  const begin = from ?? lowest(found.map(({ first }) => Number(first))) ?? beginOf(row)
  const end = to ?? highest(found.map(({ last }) => Number(last))) ?? begin
  const isWhole = found.every(({ count }) => Number(count) <= points)
  const step = isWhole ? 0 : Math.ceil((end - begin + 1) / points)
  const rows = found.length === 0 ? [] : await pointsQuery(db, row, { ...filter, begin, step: step || 1 }).execute()
  const pointsBySeries = groupedBy(rows)
  return {
    from: toDateTime(begin),
    to: toDateTime(end),
    step: step / 1000,
    series: found.map((one) => ({
      measurand: one.measurand,
      ...(one.phase !== '' && { phase: one.phase }),
      ...(one.location !== '' && { location: one.location }),
      ...(one.unit !== '' && { unit: one.unit }),
      points: pointsBySeries.get(keyOf(one)) ?? []
    }))
  }
}

function beginOf({ start_timestamp, created_at }: TransactionRow): number {
  return timeOf({ timestamp: start_timestamp ?? created_at, receivedAt: created_at })
}

function lowest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.min(...times)
}

function highest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : Math.max(...times)
}

/** The numbers that were measured in a transaction. */
function readings(db: Db, row: TransactionRow, { measurands, from, to }: Omit<SeriesFilter, 'points'>) {
  let query = db
    .selectFrom('meter_values')
    .where(measuredIn(row))
    .where('format', '=', 'Raw')
    .where('value', 'is not', null)
  if (measurands !== undefined) query = query.where('measurand', 'in', measurands)
  if (from !== undefined) query = query.where(TIME, '>=', from)
  if (to !== undefined) query = query.where(TIME, '<', to)
  return query
}

/** Each series with its first and last time, and the number of its readings. */
export function extentsQuery(db: Db, row: TransactionRow, filter: SeriesFilter) {
  return readings(db, row, filter)
    .select([...KEY])
    .select(({ fn }) => [fn.min(TIME).as('first'), fn.max(TIME).as('last'), fn.countAll<number>().as('count')])
    .groupBy([...KEY])
    .orderBy('measurand')
    .orderBy('phase')
    .orderBy('location')
    .orderBy('unit')
    .limit(MAX_SERIES)
}

/** The points of each series. */
export function pointsQuery(
  db: Db,
  row: TransactionRow,
  { begin, step, ...filter }: SeriesFilter & { begin: number; step: number }
) {
  // An inner query, because PostgreSQL does not recognise a grouped expression with parameters.
  const placed = readings(db, row, filter)
    .select([...KEY, 'value'])
    .select([TIME.as('time'), bucketOf(begin, step).as('bucket')])
  return db
    .selectFrom(placed.as('placed'))
    .select([...KEY])
    .select(({ fn }) => [
      fn.min<number>('time').as('first'),
      fn.min<number>('value').as('min'),
      // Of PostgreSQL's floating-point numbers neither the sum nor the sum of squares may overflow.
      fn.avg<number | null>(sql`cast(value as numeric)`).as('mean'),
      fn.max<number>('value').as('max')
    ])
    .groupBy([...KEY, 'bucket'])
    .orderBy('bucket')
    .limit(MAX_SERIES * MAX_POINTS)
}

function bucketOf(begin: number, step: number): RawBuilder<number> {
  return sql<number>`(${TIME} - cast(${begin} as bigint)) / cast(${step} as bigint)`
}

interface PointRow extends Record<(typeof KEY)[number], string> {
  first: number
  min: number
  mean: number | null
  max: number
}

function groupedBy(rows: readonly PointRow[]): Map<string, number[][]> {
  const groups = new Map<string, number[][]>()
  for (const row of rows) {
    const key = keyOf(row)
    const points = groups.get(key)
    const [min, max] = [Number(row.min), Number(row.max)]
    const point = [Number(row.first) / 1000, min, meanOf(row.mean, min, max), max]
    if (points === undefined) groups.set(key, [point])
    else points.push(point)
  }
  return groups
}

/** Without the digits that only dividing has made. SQLite has no sum of readings that are absurdly high. */
function meanOf(mean: number | null, min: number, max: number): number {
  const known = mean === null ? Number.NaN : Number(mean)
  return Number.isFinite(known) ? Number(known.toPrecision(12)) : min / 2 + max / 2
}

function keyOf(row: Record<(typeof KEY)[number], string>): string {
  return JSON.stringify(KEY.map((column) => row[column]))
}
