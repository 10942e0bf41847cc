import type { Change } from '../events/scope.js'

export interface Reservation {
  reservationId: number
  /** 1.6: a connector; 2.x: an EVSE. 0 is any. */
  evseId: number
  connectorId: number
  connectorType?: string
  idToken: string
  idTokenType?: string
  groupId?: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/** The charge point has accepted a reservation, which replaces one with the same id. [1.6 §5.13; 2.x H01] */
export function saveReservation(reservation: Reservation): Change {
  return async ({ trx, chargePointId, now }) => {
    const values = {
      evse_id: reservation.evseId,
      connector_id: reservation.connectorId,
      connector_type: reservation.connectorType ?? null,
      id_token: reservation.idToken,
      id_token_type: reservation.idTokenType ?? null,
      group_id: reservation.groupId ?? null,
      status: 'Accepted',
      expires_at: reservation.expiresAt,
      transaction_id: null,
      accepted_at: now,
      updated_at: now
    }
    await trx
      .insertInto('reservations')
      .values({
        charge_point_id: chargePointId,
        reservation_id: reservation.reservationId,
        ...values,
        created_at: now
      })
      .onConflict((conflict) => conflict.columns(['charge_point_id', 'reservation_id']).doUpdateSet(values))
      .execute()
  }
}

/** Stores that we cancelled a reservation, or the status that the charge point reported. */
export function saveReservationStatus(reservationId: number, status: string): Change {
  return async ({ trx, chargePointId, now }) => {
    await trx
      .insertInto('reservations')
      .values({
        charge_point_id: chargePointId,
        reservation_id: reservationId,
        status,
        created_at: now,
        updated_at: now
      })
      .onConflict((conflict) =>
        conflict.columns(['charge_point_id', 'reservation_id']).doUpdateSet({ status, updated_at: now })
      )
      .execute()
  }
}
