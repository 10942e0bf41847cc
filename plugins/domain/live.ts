import type { ChargePoint, ChargePointsApi } from 'fastify-ocpp'
import { type ChargePointRow, listChargePoints } from './charge-points.js'
import type { Json } from './json.js'
import { type Page, pageOf } from './paging.js'
import { fold, type Reader } from './scope.js'
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

export interface LiveFilter {
  /** Folded identity that the page starts behind. */
  behind: string
  limit: number
  connected?: boolean
  part?: string
  status?: string
}

/** Rows that are looked at in one go. */
const BATCH = 500

/** A page of the known charge points with their connections, by folded identity. */
export async function listLive(db: Reader, live: ChargePointsApi, filter: LiveFilter): Promise<Page<Json>> {
  const rows = filter.connected === true ? await connected(db, live, filter) : await known(db, live, filter)
  return pageOf(rows, filter.limit, {
    show: (row) => liveSummary(row, live.get(row.identity_key)),
    keyOf: ({ identity_key }) => identity_key
  })
}

/** One more than the page has, so that it is known whether there is another. */
async function known(db: Reader, live: ChargePointsApi, { connected, ...filter }: LiveFilter) {
  const found: ChargePointRow[] = []
  const size = connected === undefined ? filter.limit + 1 : BATCH
  for (let { behind } = filter; found.length <= filter.limit; ) {
    const rows = await listChargePoints(db, { ...filter, behind, limit: size })
    found.push(...rows.filter(({ identity_key }) => connected === undefined || !live.has(identity_key)))
    if (rows.length < size) break
    behind = rows.at(-1)?.identity_key ?? behind
  }
  return found
}

async function connected(db: Reader, live: ChargePointsApi, filter: LiveFilter) {
  const keys = [...live].map(({ identity }) => fold(identity)).filter((key) => key > filter.behind)
  keys.sort((a, b) => (a < b ? -1 : 1))
  const found: ChargePointRow[] = []
  for (let from = 0; from < keys.length && found.length <= filter.limit; from += BATCH) {
    found.push(...(await listChargePoints(db, { ...filter, limit: BATCH, keys: keys.slice(from, from + BATCH) })))
  }
  return found
}
