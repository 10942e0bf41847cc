import { type Static, Type } from '@sinclair/typebox'
import { type Selectable, type SqlBool, sql } from 'kysely'
import type { Schema } from '../database/schema.js'
import { toDateTime } from '../date-time.js'
import type { Reader } from '../events/scope.js'

export const ConnectionRecord = Type.Object({
  connectedAt: Type.String({ format: 'date-time' }),
  disconnectedAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'Absent while it is open, and if its end is unknown' })
  ),
  lastSeenAt: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'If its end is unknown: when the charge point was last heard, to about 5 seconds'
    })
  ),
  duration: Type.Optional(Type.Number({ examples: [86_400], description: 'Seconds. Absent if it is open or unknown' })),
  protocol: Type.String(),
  securityProfile: Type.Optional(Type.Integer({ examples: [2] })),
  remoteAddress: Type.String(),
  reason: Type.Optional(
    Type.String({
      examples: ['closed'],
      description:
        'Why it ended: closed (by the charge point, or broken), disconnected (by the back-end), replaced (by a newer ' +
        'connection), ping-timeout, slow-reader, protocol-error, draining (the back-end was stopped), node-lost (the ' +
        'node died, others went on), or unknown (the back-end ended before it saw the end). Absent while it is open'
    })
  ),
  code: Type.Optional(Type.Integer({ examples: [1000], description: 'WebSocket close code. RFC 6455 §7.4' }))
})
export type ConnectionRecord = Static<typeof ConnectionRecord>

export type ConnectionRow = Selectable<Schema['connections']>

export interface ConnectionFilter {
  chargePointId: number
  /** Epoch milliseconds: only connections that were open at this time or later. */
  from?: number
  /** Epoch milliseconds: only connections that began before. */
  to?: number
  behind?: { connectedAt: number; id: number }
  limit: number
}

/** The end of a connection as far as it is known; NULL while it is open. */
const END = sql<number | null>`case when is_open = 0 then coalesce(disconnected_at, last_seen_at, connected_at) end`

/** The connections of a charge point, newest first. */
export async function listConnections(
  db: Reader,
  { chargePointId, from, to, behind, limit }: ConnectionFilter
): Promise<ConnectionRow[]> {
  let query = db.selectFrom('connections').selectAll().where('charge_point_id', '=', chargePointId)
  if (from !== undefined) query = query.where(sql<SqlBool>`(is_open = 1 or ${END} >= ${from})`)
  if (to !== undefined) query = query.where('connected_at', '<', to)
  if (behind !== undefined) {
    query = query.where(sql<SqlBool>`(connected_at, id) < (${behind.connectedAt}, ${behind.id})`)
  }
  return query.orderBy('connected_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

export function showConnection(row: ConnectionRow): ConnectionRecord {
  const { connected_at, disconnected_at, last_seen_at, protocol, security_profile, remote_address, reason, code } = row
  return {
    connectedAt: toDateTime(connected_at),
    ...(disconnected_at !== null && {
      disconnectedAt: toDateTime(disconnected_at),
      duration: (disconnected_at - connected_at) / 1000
    }),
    ...(row.is_open === 0 && last_seen_at !== null && { lastSeenAt: toDateTime(last_seen_at) }),
    protocol,
    ...(security_profile !== null && { securityProfile: security_profile }),
    remoteAddress: remote_address,
    ...(reason !== null && { reason }),
    ...(code !== null && { code })
  }
}
