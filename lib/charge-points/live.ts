import type { Json } from '../database/json.js'
import { toDateTime } from '../date-time.js'
import { fold, type Reader } from '../events/scope.js'
import { invalidCursor, type Page, type PageQuery, readCursor, writeCursor } from '../http/paging.js'
import type { May } from '../operators/scopes.js'
import { type ChargePointFilter, type ChargePointOrder, type ChargePointPosition, listPositions } from './listing.js'
import { connectorsOf } from './present.js'
import { type ChargePointRow, findChargePoints } from './rows.js'
import { summary } from './state.js'
import type { Located, Whereabouts } from './whereabouts.js'

/** A charge point with its connection, if it has one. */
export function liveSummary(row: ChargePointRow, located: Located): Json {
  const live = located.here(row.identity_key)
  if (live === undefined) return remoteSummary(row, located)
  return {
    ...summary(row),
    connected: live.connected,
    ...(located.node !== undefined && { node: located.node }),
    protocol: live.protocol,
    remoteAddress: live.remoteAddress,
    connectedAt: live.connectedAt.toISOString(),
    lastConnectedAt: live.connectedAt.toISOString(),
    lastSeenAt: live.lastSeenAt.toISOString(),
    pendingCalls: live.pendingCalls,
    counters: { ...live.counters }
  }
}

/** The same of a charge point that is connected to another node or to none. */
function remoteSummary(row: ChargePointRow, located: Located): Json {
  const elsewhere = located.elsewhere(row.identity_key)
  if (elsewhere === undefined) return { ...summary(row), connected: false }
  const { node, protocol, remoteAddress, connectedAt } = elsewhere
  const connected = toDateTime(connectedAt)
  return {
    ...summary(row),
    connected: true,
    node,
    protocol,
    remoteAddress,
    connectedAt: connected,
    lastConnectedAt: connected
  }
}

export interface LiveFilter extends ChargePointFilter {
  connected?: boolean
  /** Whether it has never been connected, and is not now. */
  neverConnected?: boolean
}

export interface LivePage {
  filter: LiveFilter
  order: ChargePointOrder
  behind?: ChargePointPosition
  /** Default: all. */
  limit?: number
}

/** Number of charge points in one query while they are searched for connected, disconnected or new ones. */
const BATCH = 1_000

/** The folded identities of the known charge points, with their positions in the list. */
export async function listLivePositions(
  db: Reader,
  whereabouts: Whereabouts,
  page: LivePage
): Promise<ChargePointPosition[]> {
  const { filter, order, limit = Number.POSITIVE_INFINITY } = page
  const { connected, neverConnected, ...stored } = filter
  if (connected === undefined && neverConnected === undefined) return listPositions(db, { ...page, filter: stored })
  const found: ChargePointPosition[] = []
  for (let { behind } = page; found.length < limit; ) {
    const batch = await listPositions(db, { filter: stored, order, limit: BATCH, ...(behind && { behind }) })
    const keys = batch.map(({ key }) => key)
    const located = await whereabouts.of(db, keys)
    for (const position of batch) {
      const isConnected = located.has(position.key)
      if (connected !== undefined && isConnected !== connected) continue
      const isNew = position.isUnheard && !isConnected
      if (neverConnected === undefined || isNew === neverConnected) found.push(position)
    }
    if (batch.length < BATCH) break
    behind = batch.at(-1)
  }
  return found.slice(0, limit)
}

/** Members beside those of {@link liveSummary}. */
export interface Included {
  /** The present states of the connectors. */
  connectors: boolean
  may: May
}

/** Charge points as an operator sees them, with few queries for all of them. */
export async function showLive(
  db: Reader,
  whereabouts: Whereabouts,
  rows: readonly ChargePointRow[],
  { connectors, may }: Included
): Promise<Json[]> {
  const keys = rows.map(({ identity_key }) => identity_key)
  const located = await whereabouts.of(db, keys)
  if (!connectors) return rows.map((row) => liveSummary(row, located))
  const withTransactions = may('transactions:read')
  const found = await connectorsOf(db, rows, { withTransactions })
  return rows.map((row) => ({
    ...liveSummary(row, located),
    connectors: found.get(row.id) ?? [],
    ...(!withTransactions && { withheld: ['transactions:read'] })
  }))
}

/** A page of the known charge points with their connections. */
export async function listLive(
  db: Reader,
  whereabouts: Whereabouts,
  { limit, ...page }: LivePage & { limit: number },
  included: Included
): Promise<Page<Json>> {
  // One more than is shown, to know whether another page follows.
  const positions = await listLivePositions(db, whereabouts, { ...page, limit: limit + 1 })
  const shown = positions.slice(0, limit)
  const rows = await findChargePoints(
    db,
    shown.map(({ key }) => key)
  )
  // A charge point may have been removed meanwhile.
  const found = shown.flatMap(({ key }) => rows.get(key) ?? [])
  const items = await showLive(db, whereabouts, found, included)
  const last = shown.at(-1)
  return positions.length > limit && last !== undefined
    ? { items, nextCursor: writeCursor(`${last.value}:${last.key}`) }
    : { items }
}

/** Maximum of an exact total. */
const MAX_TOTAL = 10_000

/** The number of charge points that match a filter: exact to 10 000, and 10 001 for more. */
export async function countLive(db: Reader, whereabouts: Whereabouts, filter: LiveFilter): Promise<number> {
  return (await listLivePositions(db, whereabouts, { filter, order: 'identity', limit: MAX_TOTAL + 1 })).length
}

/**
 * The position that a cursor contains; it must be of a list in the same order.
 *
 * @throws `INVALID_QUERY`
 */
export function readPosition(query: PageQuery, order: ChargePointOrder): ChargePointPosition | undefined {
  const cursor = readCursor(query)
  if (cursor === undefined) return undefined
  const isText = order.endsWith('name')
  const [, value, key] = (isText ? /^(.{1,200}):([^:]{1,48})$/s : /^(\d{0,15}):(.{1,48})$/s).exec(cursor) ?? []
  if (value === undefined || key === undefined || (value === '') !== order.endsWith('identity')) {
    throw invalidCursor()
  }
  return { value: isText || value === '' ? value : Number(value), key: fold(key) }
}
