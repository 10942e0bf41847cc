import { toColumn } from '../database/parameters.js'
import type { Change } from '../events/scope.js'

/** A message for which there is no table of its own. */
export interface Notification {
  action: string
  messageId: string
  payload: unknown
}

/** Stores a message as the charge point sent it. */
export function saveNotification({ action, messageId, payload }: Notification): Change {
  return async ({ trx, chargePointId, now }) => {
    const { evseId, transactionId } = payload as { evseId?: number; transactionId?: string }
    await trx
      .insertInto('notifications')
      .values({
        charge_point_id: chargePointId,
        action,
        message_id: messageId,
        evse_id: toColumn(evseId ?? 0),
        transaction_id: transactionId ?? null,
        payload: JSON.stringify(payload),
        received_at: now
      })
      .execute()
  }
}
