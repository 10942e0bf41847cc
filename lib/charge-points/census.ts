import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Static, Type } from '@sinclair/typebox'
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

/** Maximum number of charge points in one query: SQLite blocks the process while a query runs. */
const AT_ONCE = 1_000

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
    const known = new Map<number, { census: Census; isConnected: boolean }>()
    const identities = rows.map(({ identity_key }) => identity_key)
    const located = await whereabouts.of(db, identities)
    for (const row of rows) {
      const group = sites === undefined ? '' : (row.site_id ?? '')
      const census = groups.get(group) ?? emptyCensus()
      groups.set(group, census)
      const isConnected = located.has(row.identity_key)
      countChargePoint(census, row, isConnected)
      known.set(row.id, { census, isConnected })
    }
    const last = rows.at(-1)
    if (last === undefined) return groups
    for (const { charge_point_id, state, count } of await statesBetween(db, behind, last.id, sites)) {
      const of = known.get(charge_point_id)
      if (of !== undefined) countConnectors(of.census, of.isConnected ? state : 'Unknown', Number(count))
    }
    if (rows.length < AT_ONCE) return groups
    behind = last.id
    await nextTurn()
  }
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
  else if (row.last_connected_at === null && row.last_boot_at === null) chargePoints.neverConnected++
  if (row.enabled === 0) chargePoints.disabled++
  if (row.registration === 'Pending') chargePoints.pending++
}

function countConnectors({ connectors }: Census, state: ShownState, count: number): void {
  const counts: Record<string, number> = connectors
  counts[state] = (counts[state] ?? 0) + count
}

function chargePointsBehind(db: Reader, behind: number, sites: readonly string[] | undefined) {
  let query = db
    .selectFrom('charge_points')
    .select(['id', 'identity_key', 'site_id', 'enabled', 'registration', 'last_connected_at', 'last_boot_at'])
    .where('removed_at', 'is', null)
    .where('id', '>', behind)
    .orderBy('id')
    .limit(AT_ONCE)
  if (sites !== undefined) query = query.where('site_id', 'in', sites)
  return query.execute()
}

function statesBetween(db: Reader, behind: number, last: number, sites: readonly string[] | undefined) {
  let query = db
    .selectFrom('charge_points')
    .innerJoin('connectors', 'connectors.charge_point_id', 'charge_points.id')
    .select(['connectors.charge_point_id', STATE.as('state')])
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('charge_points.removed_at', 'is', null)
    .where('charge_points.id', '>', behind)
    .where('charge_points.id', '<=', last)
    // Connector 0 is the whole charge point or the whole EVSE, not a connector.
    .where('connectors.connector_id', '>', 0)
    .groupBy(['connectors.charge_point_id', STATE])
  if (sites !== undefined) query = query.where('charge_points.site_id', 'in', sites)
  return query.execute()
}
