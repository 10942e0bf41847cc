import { sql } from 'kysely'
import type { Reader } from '../events/scope.js'
import type { ProblemSource } from './problem.js'

// Calls with an unknown outcome, and calls that may never be sent.

const MAX_PROBLEMS = 200
/** How long an unknown outcome is a problem. Milliseconds. */
const MAX_AGE_MS = 86_400_000
const HOUR_MS = 3_600_000
/** The last part of its life in which a queued call is near its end, unless that is longer than an hour. */
const LAST_PART = 0.25

/** Calls of the last day whose outcome is not known: the charge point may have acted. */
export function unknownCalls(db: Reader, now: () => number = Date.now): ProblemSource {
  return async () => {
    const rows = await db
      .selectFrom('calls')
      .innerJoin('charge_points', 'charge_points.id', 'calls.charge_point_id')
      .select(['calls.id', 'message_id', 'action', 'calls.created_at', 'identity'])
      .where('status', '=', sql.lit('unknown' as const))
      // The condition of the index.
      .where(sql<boolean>`calls.status <> 'answered'`)
      .where('calls.created_at', '>', now() - MAX_AGE_MS)
      .where('removed_at', 'is', null)
      .orderBy('calls.created_at', 'desc')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.map(({ id, message_id, action, created_at, identity }) => ({
      id: `call-unknown-${id}`,
      kind: 'call-unknown',
      severity: 'warning',
      since: Number(created_at),
      chargePoint: identity,
      messageId: message_id,
      detail: `it is not known whether the charge point has carried out ${action}`
    }))
  }
}

/** Queued calls that soon expire, because their charge point is disconnected. */
export function expiringCalls(db: Reader, now: () => number = Date.now): ProblemSource {
  return async () => {
    const time = now()
    const rows = await db
      .selectFrom('queued_calls')
      .innerJoin('charge_points', 'charge_points.id', 'queued_calls.charge_point_id')
      .innerJoin('calls', 'calls.message_id', 'queued_calls.message_id')
      .select(['queued_calls.id', 'queued_calls.message_id', 'action', 'calls.created_at', 'identity'])
      .select('queued_calls.expires_at')
      .where('queued_calls.expires_at', '>', time)
      .where('queued_calls.expires_at', '<', time + HOUR_MS)
      .where('removed_at', 'is', null)
      .orderBy('queued_calls.expires_at')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows
      .map((row) => ({ ...row, since: nearEnd(Number(row.created_at), Number(row.expires_at)) }))
      .filter(({ since }) => since <= time)
      .map(({ id, message_id, action, identity, since }) => ({
        id: `call-expiring-${id}`,
        kind: 'call-expiring',
        severity: 'warning',
        since,
        chargePoint: identity,
        messageId: message_id,
        detail: `${action} waits for the charge point and soon expires`
      }))
  }
}

function nearEnd(created: number, expires: number): number {
  return expires - Math.min(HOUR_MS, (expires - created) * LAST_PART)
}
