import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import { ALL_PROTOCOLS } from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import fp from 'fastify-plugin'
import { defined } from '../../lib/charge-points/defined.js'
import { saveReservation, saveReservationStatus } from '../../lib/charge-points/reservations.js'
import { PROTOCOLS_2, type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { type Change, milliseconds } from '../../lib/events/scope.js'

interface StatusResponse {
  status: string
}

function reserved16(request: v16.ReserveNowRequest, { status }: StatusResponse): Change | undefined {
  if (status !== 'Accepted') return undefined
  const { reservationId, connectorId, idTag, parentIdTag, expiryDate } = request
  return saveReservation({
    reservationId,
    evseId: 0,
    connectorId,
    idToken: idTag,
    expiresAt: milliseconds(expiryDate, Date.now()),
    ...defined({ groupId: parentIdTag })
  })
}

function reserved2(request: Request2<'ReserveNow'>, { status }: StatusResponse): Change | undefined {
  if (status !== 'Accepted') return undefined
  const { id, evseId = 0, idToken, groupIdToken, expiryDateTime, connectorType } = request
  return saveReservation({
    reservationId: id,
    evseId,
    connectorId: 0,
    idToken: idToken.idToken,
    idTokenType: idToken.type,
    expiresAt: milliseconds(expiryDateTime, Date.now()),
    ...defined({ groupId: groupIdToken?.idToken, connectorType })
  })
}

function cancelled({ reservationId }: { reservationId: number }, { status }: StatusResponse): Change | undefined {
  return status === 'Accepted' ? saveReservationStatus(reservationId, 'Cancelled') : undefined
}

type StatusUpdate = Request2<'ReservationStatusUpdate'>

/** Reservations that charge points accepted, and their outcomes. [1.6 §5.2, §5.13; 2.x H] */
async function reservations({ ocpp, store, calls }: FastifyInstance): Promise<void> {
  async function answerUpdate(request: StatusUpdate, { chargePoint }: HandlerContext) {
    const { reservationId, reservationUpdateStatus } = request
    await store.commit(chargePoint.identity, saveReservationStatus(reservationId, reservationUpdateStatus))
    return {}
  }

  new Version2(ocpp).on('ReservationStatusUpdate', answerUpdate)

  calls
    .after('ocpp1.6', 'ReserveNow', reserved16)
    .after(PROTOCOLS_2, 'ReserveNow', reserved2)
    .after(ALL_PROTOCOLS, 'CancelReservation', cancelled)
}

export default fp(reservations, {
  fastify: '5.x',
  name: 'csms-reservations',
  dependencies: ['ocpp', 'store', 'calls']
})
