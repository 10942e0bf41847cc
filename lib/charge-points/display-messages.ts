import type { Change } from '../events/scope.js'

/** As OCPP spells it. */
export interface DisplayMessage {
  id: number
  priority: string
  state?: string
}

/** [2.x O01, O03-O05] */
export function saveDisplayMessages(messages: readonly DisplayMessage[]): Change {
  return async ({ trx, chargePointId, now }) => {
    for (const message of messages) {
      const values = {
        priority: message.priority,
        state: message.state ?? null,
        payload: JSON.stringify(message),
        updated_at: now
      }
      await trx
        .insertInto('display_messages')
        .values({ charge_point_id: chargePointId, message_id: message.id, ...values })
        .onConflict((conflict) => conflict.columns(['charge_point_id', 'message_id']).doUpdateSet(values))
        .execute()
    }
  }
}

export function deleteDisplayMessage(id: number): Change {
  return async ({ trx, chargePointId }) => {
    await trx
      .deleteFrom('display_messages')
      .where('charge_point_id', '=', chargePointId)
      .where('message_id', '=', id)
      .execute()
  }
}

export const deleteDisplayMessages: Change = async ({ trx, chargePointId }) => {
  await trx.deleteFrom('display_messages').where('charge_point_id', '=', chargePointId).execute()
}
