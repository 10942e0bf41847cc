import type { Static } from '@sinclair/typebox'
import { toDateTime } from '../date-time.js'
import { fold } from '../events/scope.js'
import { timeOf } from './clock.js'
import type { Db } from './queries.js'
import type { Position } from './read.js'
import type { UnassignedRecord } from './records.js'

export interface UnassignedFilter {
  chargePoint?: string
  /** As the charge point sent it. */
  transactionId?: string
  /** Epoch milliseconds, by our clock. */
  from?: number
  /** Not included. */
  to?: number
  limit: number
  behind?: Position
}

export interface ListedUnassigned {
  record: Static<typeof UnassignedRecord>
  position: Position
}

/** A page of StopTransactions that belong to no transaction, the latest first. [1.6 errata 3.18] */
export async function listUnassigned(db: Db, filter: UnassignedFilter): Promise<ListedUnassigned[]> {
  const { chargePoint, transactionId, from, to, limit, behind } = filter
  let query = db
    .selectFrom('unassigned_events')
    .innerJoin('transaction_events', 'transaction_events.id', 'unassigned_events.event_id')
    .innerJoin('charge_points', 'charge_points.id', 'unassigned_events.charge_point_id')
    .selectAll('transaction_events')
    .select(['charge_points.identity', 'unassigned_events.id as listed_id'])
    .orderBy('unassigned_events.received_at', 'desc')
    .orderBy('unassigned_events.id', 'desc')
    .limit(limit)
  if (chargePoint !== undefined) query = query.where('identity_key', '=', fold(chargePoint))
  if (transactionId !== undefined) query = query.where('transaction_events.transaction_id', '=', transactionId)
  if (from !== undefined) query = query.where('unassigned_events.received_at', '>=', from)
  if (to !== undefined) query = query.where('unassigned_events.received_at', '<', to)
  if (behind !== undefined) {
    const { timestamp, id } = behind
    query = query.where(({ eb, and, or }) =>
      or([
        eb('unassigned_events.received_at', '<', timestamp),
        and([eb('unassigned_events.received_at', '=', timestamp), eb('unassigned_events.id', '<', id)])
      ])
    )
  }
  const rows = await query.execute()
  return rows.map((row) => ({
    record: toRecord(row),
    position: { timestamp: row.received_at, id: row.listed_id }
  }))
}

interface UnassignedRow {
  identity: string
  transaction_id: string
  timestamp: number
  received_at: number
  payload: string
}

function toRecord({ identity, transaction_id, timestamp, received_at, payload }: UnassignedRow): UnassignedRecord {
  const request = JSON.parse(payload) as { meterStop?: number; idTag?: string; reason?: string }
  const { meterStop, idTag, reason } = request
  return {
    chargePoint: identity,
    status: 'unassigned',
    transactionId: transaction_id,
    ...(idTag !== undefined && { stopIdToken: idTag }),
    endedAt: toDateTime(timeOf({ timestamp, receivedAt: received_at })),
    receivedAt: toDateTime(received_at),
    ...(meterStop !== undefined && { meterStop }),
    // The defaults of the standard for absent members. [1.6 §6.49]
    stopReason: reason ?? 'Local',
    request
  }
}
