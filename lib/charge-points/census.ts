import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Static, Type } from '@sinclair/typebox'
import { type RawBuilder, sql } from 'kysely'
import type { Reader } from '../events/scope.js'
import { SHOWN_STATES, type ShownState } from './connector-state.js'
import { STATE } from './state-query.js'
import type { Whereabouts } from './whereabouts.js'

// How many charge points and connectors there are, by what they do.

export const Census = Type.Object({
  chargePoints: Type.Object({
    total: Type.Integer(),
    connected: Type.Integer({ description: 'Now' }),
    neverConnected: Type.Integer({ description: 'Those that `GET /charge-points?neverConnected=true` lists' }),
    disabled: Type.Integer({ description: 'May not connect' }),
    pending: Type.Integer({ description: 'Wait for an operator to accept them' })
  }),
  connectors: Type.Object(
    {},
    {
      additionalProperties: Type.Integer(),
      description: `Number of connectors by state: ${SHOWN_STATES.join(', ')}. Those of charge points that are away are Unknown`,
      examples: [{ Available: 12, Charging: 3 }]
    }
  )
})
export type Census = Static<typeof Census>

/** Charge points in one query: on the connections for long reads each query costs more than many rows, and blocks nothing. */
const AT_ONCE = 5_000

/** Default: all charge points, in one group. */
interface Which {
  /** Only charge points of these sites, in a group for each site. */
  sites?: readonly string[]
}

/** Counts charge points and their connectors. A site without charge points has no census. */
export async function takeCensus(
  db: Reader,
  whereabouts: Whereabouts,
  { sites }: Which = {}
): Promise<Map<string, Census>> {
  const groups = new Map<string, Census>()
  for (let behind = 0; ; ) {
    const rows = await chargePointsBehind(db, behind, sites)
    const identities = rows.map(({ identity_key }) => identity_key)
    const located = await whereabouts.of(db, identities)
    const connected: number[] = []
    for (const row of rows) {
      const isConnected = located.has(row.identity_key)
      if (isConnected) connected.push(row.id)
      countChargePoint(censusOf(groups, row), row, isConnected)
    }
    const last = rows.at(-1)
    if (last === undefined) return groups
    const range = { behind, last: last.id, sites, connected, isAll: connected.length === rows.length }
    for (const row of await statesBetween(db, range))
      countConnectors(censusOf(groups, row), row.state, Number(row.count))
    if (rows.length < AT_ONCE) return groups
    behind = last.id
    await nextTurn()
  }
}

function censusOf(groups: Map<string, Census>, { site }: { site: string | null }): Census {
  const found = groups.get(site ?? '') ?? emptyCensus()
  groups.set(site ?? '', found)
  return found
}

export function emptyCensus(): Census {
  return {
    chargePoints: { total: 0, connected: 0, neverConnected: 0, disabled: 0, pending: 0 },
    connectors: {}
  }
}

type Row = Awaited<ReturnType<typeof chargePointsBehind>>[number]

function countChargePoint({ chargePoints }: Census, row: Row, isConnected: boolean): void {
  chargePoints.total++
  if (isConnected) chargePoints.connected++
  // The time of a connection is stored some seconds later, a boot at once.
  else if (row.is_unheard === 1) chargePoints.neverConnected++
  if (row.is_disabled === 1) chargePoints.disabled++
  if (row.is_pending === 1) chargePoints.pending++
}

function countConnectors({ connectors }: Census, state: ShownState, count: number): void {
  const counts: Record<string, number> = connectors
  counts[state] = (counts[state] ?? 0) + count
}

/** The site that a charge point is counted for; all are one group if no sites are asked for. */
function siteOf(sites: readonly string[] | undefined) {
  return sites === undefined ? sql<string | null>`cast(null as text)` : sql<string | null>`charge_points.site_id`
}

function chargePointsBehind(db: Reader, behind: number, sites: readonly string[] | undefined) {
  let query = db
    .selectFrom('charge_points')
    .select(['id', 'identity_key', siteOf(sites).as('site')])
    .select([flag(sql`last_connected_at is null and last_boot_at is null`).as('is_unheard')])
    .select([flag(sql`enabled = 0`).as('is_disabled'), flag(sql`registration = 'Pending'`).as('is_pending')])
    .where('removed_at', 'is', null)
    .where('id', '>', behind)
    .orderBy('id')
    .limit(AT_ONCE)
  if (sites !== undefined) query = query.where('site_id', 'in', sites)
  return query.execute()
}

function flag(condition: RawBuilder<unknown>) {
  return sql<number>`case when ${condition} then 1 else 0 end`
}

interface Range {
  behind: number
  last: number
  sites: readonly string[] | undefined
  /** The row ids of the charge points in the range that are connected. */
  connected: readonly number[]
  /** Whether all of them are. */
  isAll: boolean
}

/** How many connectors of the charge points in a range are in which state. */
function statesBetween(db: Reader, { behind, last, sites, connected, isAll }: Range) {
  const isConnected = connected.length === 0 ? sql`1 = 0` : sql`charge_points.id in (${sql.join(connected)})`
  const state = isAll ? STATE : sql<ShownState>`case when ${isConnected} then ${STATE} else 'Unknown' end`
  const query = db
    .selectFrom((eb) => {
      let connectors = eb
        .selectFrom('charge_points')
        .innerJoin('connectors', 'connectors.charge_point_id', 'charge_points.id')
        .select([siteOf(sites).as('site'), state.as('state')])
        .where('charge_points.removed_at', 'is', null)
        .where('charge_points.id', '>', behind)
        .where('charge_points.id', '<=', last)
        // Connector 0 is the whole charge point or the whole EVSE, not a connector.
        .where('connectors.connector_id', '>', 0)
      if (sites !== undefined) connectors = connectors.where('charge_points.site_id', 'in', sites)
      return connectors.as('counted')
    })
    .select(({ fn }) => ['site', 'state', fn.countAll<number>().as('count')])
    .groupBy(['site', 'state'])
  return query.execute()
}
