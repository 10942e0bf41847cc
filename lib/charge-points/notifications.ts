import type { Change } from '../events/scope.js'

/** What has no table of its own. */
export interface Notification {
  action: string
  messageId: string
  payload: unknown
}

/** Keeps a message as it came. */
export function saveNotification({ action, messageId, payload }: Notification): Change {
  return async ({ trx, chargePointId, now }) => {
    const { evseId, transactionId } = payload as { evseId?: number; transactionId?: string }
    await trx
      .insertInto('notifications')
      .values({
        charge_point_id: chargePointId,
        action,
        message_id: messageId,
        evse_id: evseId ?? 0,
        transaction_id: transactionId ?? null,
        payload: JSON.stringify(payload),
        received_at: now
      })
      .execute()
  }
}
