import type { Change } from '../events/scope.js'

export interface SecurityEvent {
  type: string
  source: 'csms' | 'chargePoint'
  /** Epoch milliseconds. */
  timestamp: number
  techInfo?: string
}

/** Stores a security event. A repeated one adds nothing. [1.6 security whitepaper; 2.x A04] */
export function saveSecurityEvent({ type, source, timestamp, techInfo }: SecurityEvent): Change {
  return async ({ trx, chargePointId, now }) => {
    await trx
      .insertInto('security_events')
      .values({
        charge_point_id: chargePointId,
        type,
        source,
        timestamp,
        tech_info: techInfo ?? null,
        received_at: now
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** Stores an event of the back-end at the present time, unless an equal one was stored within `pause` milliseconds. */
export function saveOwnSecurityEvent({ type, techInfo }: { type: string; techInfo: string }, pause: number): Change {
  return async (scope) => {
    const { trx, chargePointId, now } = scope
    const recent = await trx
      .selectFrom('security_events')
      .select('id')
      .where('charge_point_id', '=', chargePointId)
      .where('type', '=', type)
      .where('timestamp', '>', now - pause)
      .where('source', '=', 'csms')
      .limit(1)
      .executeTakeFirst()
    if (recent === undefined) await saveSecurityEvent({ type, source: 'csms', timestamp: now, techInfo })(scope)
  }
}
