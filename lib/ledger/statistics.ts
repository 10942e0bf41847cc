import { type Static, Type } from '@sinclair/typebox'
import { type RawBuilder, sql } from 'kysely'
import { Calendar, type Interval, type Offset } from '../calendar.js'
import { toDateTime } from '../date-time.js'
import { fold } from '../events/scope.js'
import { OLDEST_CLOCK } from './clock.js'
import type { Db } from './queries.js'

// Sums over transactions that are over, by the time of their end.

export const GROUPS = ['chargePoint', 'site', 'idToken', 'groupId', 'tariff'] as const
export type Group = (typeof GROUPS)[number]

const sum = (description: string) => Type.Optional(Type.Number({ description }))

export const StatisticsRecord = Type.Object({
  start: Type.String({
    format: 'date-time',
    description: 'When the hour, day, week or month begins; without `interval`, `from`'
  }),
  group: Type.Optional(Type.String({ description: 'With `groupBy`. Absent: transactions without one' })),
  transactions: Type.Integer(),
  withoutEnergy: Type.Integer({ description: 'Transactions whose energy is unknown' }),
  energyWh: sum('Sum of the energies that are known'),
  duration: sum('Seconds'),
  chargingDuration: sum('Seconds, as charge points of OCPP 2.x tell'),
  cost: sum('Sum of the costs that are known'),
  currency: Type.Optional(
    Type.String({ description: 'ISO 4217: each currency is an item. Absent: transactions without a tariff' })
  )
})
export type StatisticsRecord = Static<typeof StatisticsRecord>

export const STATISTICS_COLUMNS = [
  'start',
  'group',
  'transactions',
  'withoutEnergy',
  'energyWh',
  'duration',
  'chargingDuration',
  'cost',
  'currency'
] as const satisfies readonly (keyof StatisticsRecord)[]

/** An absent member does not filter. */
export interface StatisticsFilter {
  /** Epoch milliseconds. */
  from: number
  /** Not included. */
  to: number
  /** Default: one span from `from` until `to`. */
  interval?: Interval
  /** IANA time zone. */
  timeZone: string
  groupBy?: Group
  chargePoints?: readonly string[]
  site?: string
  idToken?: string
  groupId?: string
  tariff?: string
  /** Maximum number of items. */
  limit: number
}

/** The end by the clock of the charge point, or its receipt if that is impossible. The index has the same expression. */
const ENDED = sql<number>`(case when end_timestamp >= ${sql.lit(OLDEST_CLOCK)} and end_timestamp < ended_at then end_timestamp
  else coalesce(ended_at, updated_at) end)`

/** In SQL `group` is a word of the language. */
const GROUP_COLUMNS: Readonly<Record<Group, RawBuilder<string | number | null>>> = {
  chargePoint: sql`charge_point_id`,
  site: sql`(select site_id from charge_points where charge_points.id = charge_point_id)`,
  idToken: sql`lower(id_token)`,
  groupId: sql`lower(group_id)`,
  tariff: sql`tariff_id`
}

/** The sums, in the order of time. */
export async function statisticsOf(db: Db, filter: StatisticsFilter): Promise<StatisticsRecord[]> {
  const calendar = new Calendar(filter.timeZone)
  const { span, startOf } = spansOf(calendar, filter)
  const rows = await sumsByEndQuery(db, { ...filter, span }).execute()
  const names = filter.groupBy === 'chargePoint' ? await identitiesOf(db, rows) : undefined
  return rows.map((row) => {
    const group = names === undefined ? row.shown : names.get(Number(row.member))
    return {
      start: toDateTime(startOf(Number(row.span))),
      ...(group !== null && group !== undefined && { group }),
      transactions: Number(row.transactions),
      withoutEnergy: Number(row.without_energy),
      ...known('energyWh', row.energy_wh, 3),
      ...known('duration', row.duration, 3),
      ...known('chargingDuration', row.charging_duration, 3),
      ...known('cost', row.cost, 6),
      ...(row.currency !== null && { currency: row.currency })
    }
  })
}

/** Without the digits that only adding has made. */
function known<K extends string>(name: K, value: number | null, decimals: number) {
  return value === null ? {} : ({ [name]: Number(Number(value).toFixed(decimals)) } as Record<K, number>)
}

interface Spans {
  /** The number of the span in which a transaction ended. */
  span: RawBuilder<number>
  startOf(span: number): number
}

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/**
 * Hours, days and weeks are counted by arithmetic with the offset that applied, so that a day of 23 or 25 hours is one
 * day; months are compared with the times at which they begin.
 */
function spansOf(calendar: Calendar, { from, to, interval }: StatisticsFilter): Spans {
  if (interval === undefined) return { span: sql<number>`0`, startOf: () => from }
  if (interval === 'month') {
    const starts = calendar.startsOf('month', from, to)
    return {
      span: stepOf(starts.map((start, index) => ({ from: start, value: index }))),
      startOf: (n) => starts[n] ?? from
    }
  }
  const offsets = calendar.offsets(from, to)
  if (interval === 'hour') {
    // Of an hour that is repeated in autumn, both are shown.
    const parts = offsets.map(({ from: since, ahead }) => ({
      from: since,
      value: ((ahead % HOUR_MS) + HOUR_MS) % HOUR_MS
    }))
    const [{ value: part } = { value: 0 }] = parts
    return { span: localSpan(parts, HOUR_MS), startOf: (n) => n * HOUR_MS - part }
  }
  const days = localSpan(offsets.map(aheadOf), DAY_MS)
  if (interval === 'day') return { span: days, startOf: (n) => calendar.instantOf(n * DAY_MS) }
  // 1970-01-01 was a Thursday.
  const weeks = sql<number>`(${days} + 3) / 7`
  return { span: weeks, startOf: (n) => calendar.instantOf((n * 7 - 3) * DAY_MS) }
}

function aheadOf({ from, ahead }: Offset) {
  return { from, value: ahead }
}

function localSpan(offsets: readonly { from: number; value: number }[], length: number): RawBuilder<number> {
  return sql<number>`(${ENDED} + ${stepOf(offsets)}) / ${sql.lit(length)}`
}

/** A value that changes at some times. */
function stepOf(values: readonly { from: number; value: number }[]): RawBuilder<number> {
  const [first, ...later] = values
  if (later.length === 0) return sql<number>`${sql.lit(first?.value ?? 0)}`
  const cases = later
    .toReversed()
    .map(({ from, value }) => sql`when ${ENDED} >= ${sql.lit(from)} then ${sql.lit(value)}`)
  return sql<number>`(case ${sql.join(cases, sql` `)} else ${sql.lit(first?.value ?? 0)} end)`
}

/** An index has all columns, unless the names of charge points are asked for. */
export function sumsByEndQuery(db: Db, filter: StatisticsFilter & { span: RawBuilder<number> }) {
  const { from, to, groupBy, chargePoints, site, idToken, groupId, tariff, span, limit } = filter
  const member = groupBy === undefined ? sql<string | number | null>`null` : GROUP_COLUMNS[groupBy]
  const name = groupBy === 'idToken' ? sql<string | null>`id_token` : sql<string | null>`group_id`
  const isFolded = groupBy === 'idToken' || groupBy === 'groupId'
  let query = db
    .selectFrom('transactions')
    .select([span.as('span'), member.as('member'), 'currency'])
    .select((isFolded ? name : sql<string | null>`cast(${member} as text)`).as('shown'))
    .select(['energy_wh', 'duration', 'charging_duration', 'cost'])
    // A literal, because the partial index does not serve a parameter.
    .where('status', '<>', sql.lit('open' as const))
    .where(ENDED, '>=', from)
    .where(ENDED, '<', to)
  const owners = db.selectFrom('charge_points').select('charge_points.id')
  if (chargePoints !== undefined) {
    query = query.where('charge_point_id', 'in', owners.where('identity_key', 'in', chargePoints.map(fold)))
  }
  if (site !== undefined) query = query.where('charge_point_id', 'in', owners.where('site_id', '=', site))
  if (idToken !== undefined) query = query.where(sql<boolean>`lower(id_token) = ${fold(idToken)}`)
  if (groupId !== undefined) query = query.where(sql<boolean>`lower(group_id) = ${fold(groupId)}`)
  if (tariff !== undefined) query = query.where('tariff_id', '=', tariff)
  return db
    .selectFrom(query.as('over'))
    .select(['span', 'member', 'currency'])
    .select(({ fn }) => [
      fn.max<string | null>('shown').as('shown'),
      fn.countAll<number>().as('transactions'),
      sql<number>`count(*) - count(energy_wh)`.as('without_energy'),
      fn.sum<number | null>('energy_wh').as('energy_wh'),
      fn.sum<number | null>('duration').as('duration'),
      fn.sum<number | null>('charging_duration').as('charging_duration'),
      fn.sum<number | null>('cost').as('cost')
    ])
    .groupBy(['span', 'member', 'currency'])
    .orderBy('span')
    .orderBy('member')
    .orderBy('currency')
    .limit(limit)
}

async function identitiesOf(db: Db, rows: readonly { member: string | number | null }[]): Promise<Map<number, string>> {
  const names = new Map<number, string>()
  const ids = [...new Set(rows.map(({ member }) => Number(member)))]
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE)
    const found = await db.selectFrom('charge_points').select(['id', 'identity']).where('id', 'in', some).execute()
    for (const { id, identity } of found) names.set(id, identity)
  }
  return names
}

const AT_ONCE = 500
