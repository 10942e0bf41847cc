import { fold } from '../charge-points.js'
import { ALL_PROTOCOLS } from '../protocol.js'
import type { ChargePoint } from '../types/charge-point.js'
import type { Protocol } from '../types/protocol.js'
import { InvalidQueryError } from './errors.js'
import { choice, integer, type Query, text } from './query.js'

/** Filter and position of a page. */
export interface ListQuery {
  connected: 'true' | 'false' | undefined
  protocol: Protocol | undefined
  /** Part of the identity, in folded case. */
  part: string
  limit: number
  /** The page starts after this identity, in folded case. */
  behind: string
}

export interface Page {
  chargePoints: ChargePoint[]
  nextCursor: string | undefined
}

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1000

/** @throws `OCPP_ERR_INVALID_QUERY` */
export function listQuery(query: Query): ListQuery {
  return {
    connected: choice(query, 'connected', ['true', 'false']),
    protocol: choice(query, 'protocol', ALL_PROTOCOLS),
    part: fold(text(query, 'q') ?? ''),
    limit: integer(query, 'limit', { min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT,
    behind: decodeCursor(text(query, 'cursor'))
  }
}

/** One page in the order of the folded identities, so that charge points that come and go do not shift other pages. */
export function page(live: Iterable<ChargePoint>, { connected, protocol, part, limit, behind }: ListQuery): Page {
  const found: [key: string, chargePoint: ChargePoint][] = []
  for (const chargePoint of live) {
    const key = fold(chargePoint.identity)
    if (key <= behind || !key.includes(part)) continue
    if (protocol !== undefined && chargePoint.protocol !== protocol) continue
    if (connected !== undefined && chargePoint.connected !== (connected === 'true')) continue
    found.push([key, chargePoint])
  }
  found.sort(([a], [b]) => (a < b ? -1 : 1))
  const taken = found.slice(0, limit)
  const last = taken.at(-1)
  return {
    chargePoints: taken.map(([, chargePoint]) => chargePoint),
    nextCursor: found.length > limit && last !== undefined ? encodeCursor(last[0]) : undefined
  }
}

function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url')
}

function decodeCursor(cursor: string | undefined): string {
  if (cursor === undefined) return ''
  const key = Buffer.from(cursor, 'base64url').toString()
  if (key === '' || encodeCursor(key) !== cursor)
    throw new InvalidQueryError('cursor', 'must be the `nextCursor` of a page')
  return key
}
