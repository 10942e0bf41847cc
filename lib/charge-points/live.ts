import type { ChargePoint, ChargePointsApi } from 'fastify-ocpp'
import type { Json } from '../database/json.js'
import { fold, type Reader } from '../events/scope.js'
import { invalidCursor, type Page, type PageQuery, pageOf, readCursor } from '../http/paging.js'
import {
  type ChargePointFilter,
  type ChargePointOrder,
  type ChargePointPosition,
  type ChargePointRow,
  findChargePoints,
  listPositions
} from './rows.js'
import { summary } from './state.js'

/** A charge point with its connection, if it has one. */
export function liveSummary(row: ChargePointRow, live: ChargePoint | undefined): Json {
  if (live === undefined) return { ...summary(row), connected: false }
  return {
    ...summary(row),
    connected: live.connected,
    protocol: live.protocol,
    remoteAddress: live.remoteAddress,
    connectedAt: live.connectedAt.toISOString(),
    lastConnectedAt: live.connectedAt.toISOString(),
    lastSeenAt: live.lastSeenAt.toISOString(),
    pendingCalls: live.pendingCalls,
    counters: { ...live.counters }
  }
}

export interface LiveFilter extends ChargePointFilter {
  connected?: boolean
}

export interface LivePage {
  filter: LiveFilter
  order: ChargePointOrder
  behind?: ChargePointPosition
  /** Default: all. */
  limit?: number
}

/** Charge points that are looked at in one go for those that are, or are not, connected. */
const BATCH = 1_000

/** The folded identities of the known charge points, and where each is in the list. */
export async function listLivePositions(
  db: Reader,
  live: ChargePointsApi,
  page: LivePage
): Promise<ChargePointPosition[]> {
  const { filter, order, limit = Number.POSITIVE_INFINITY } = page
  const { connected, ...stored } = filter
  if (connected === undefined) return listPositions(db, { ...page, filter: stored })
  const found: ChargePointPosition[] = []
  for (let { behind } = page; found.length < limit; ) {
    const batch = await listPositions(db, { filter: stored, order, limit: BATCH, ...(behind && { behind }) })
    found.push(...batch.filter(({ key }) => live.has(key) === connected))
    if (batch.length < BATCH) break
    behind = batch.at(-1)
  }
  return found.slice(0, limit)
}

/** A page of the known charge points with their connections. */
export async function listLive(
  db: Reader,
  live: ChargePointsApi,
  page: LivePage & { limit: number }
): Promise<Page<Json>> {
  // One more than is shown tells whether there is another page.
  const positions = await listLivePositions(db, live, { ...page, limit: page.limit + 1 })
  const rows = await findChargePoints(
    db,
    positions.map(({ key }) => key)
  )
  // One may just have gone.
  const found = positions.flatMap(({ value, key }) => {
    const row = rows.get(key)
    return row === undefined ? [] : [{ row, cursor: `${value}:${key}` }]
  })
  return pageOf(found, page.limit, {
    show: ({ row }) => liveSummary(row, live.get(row.identity_key)),
    keyOf: ({ cursor }) => cursor
  })
}

/**
 * The position that a cursor contains; it must be of a list in the same order.
 *
 * @throws InvalidQueryError
 */
export function readPosition(query: PageQuery, order: ChargePointOrder): ChargePointPosition | undefined {
  const cursor = readCursor(query)
  if (cursor === undefined) return undefined
  const [, value, key] = /^(\d{0,15}):(.{1,48})$/s.exec(cursor) ?? []
  if (value === undefined || key === undefined || (value === '') !== order.endsWith('identity')) {
    throw invalidCursor()
  }
  return { value: value === '' ? '' : Number(value), key: fold(key) }
}
