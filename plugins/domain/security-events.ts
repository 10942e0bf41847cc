import type { Change } from './scope.js'

export interface SecurityEvent {
  type: string
  source: 'csms' | 'chargePoint'
  /** Epoch milliseconds. */
  timestamp: number
  techInfo?: string
}

/** The same again adds nothing. [1.6 security whitepaper; 2.x A04] */
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
