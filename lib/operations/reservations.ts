import { type Static, Type } from '@sinclair/typebox'
import { findIdToken, type IdTokenRow } from '../id-tokens/rows.js'
import {
  checkAhead,
  connectorOf16,
  dateTime,
  evseIdOf2,
  groupToken2,
  ID_TOKEN,
  idToken2,
  outcomeOf,
  PLACE,
  refuse
} from './common.js'
import { ask2, ask16 } from './exchange.js'
import { hasReservation } from './facts.js'
import { type Lookup, operation } from './operation.js'

/** [1.6 "CiString20Type"] */
const MAX_ID_TAG = 20

const RESERVATION_ID = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 })

const ReserveBody = Type.Object(
  {
    idToken: ID_TOKEN,
    expiresAt: dateTime('When the reservation expires'),
    ...PLACE,
    connectorType: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        description: 'OCPP 2.x: any EVSE with a connector of this type, e.g. cCCS2'
      })
    ),
    groupId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        description:
          'Group whose id tokens may use the reservation. Default: the group that the back-end knows of the id token'
      })
    ),
    reservationId: Type.Optional(
      Type.Integer({ ...RESERVATION_ID, description: 'Id of a reservation that this one replaces. Default: a new id' })
    )
  },
  {
    additionalProperties: false,
    examples: [
      { idToken: { idToken: '04E91C5A2B3C' }, expiresAt: '2099-12-31T23:59:59.000Z', evseId: 1, reservationId: 4711 }
    ]
  }
)
type ReserveBody = Static<typeof ReserveBody>

interface ReserveFacts {
  known: IdTokenRow | undefined
  reservationId: number
}

async function reserveFacts(lookup: Lookup, { idToken, expiresAt, reservationId }: ReserveBody): Promise<ReserveFacts> {
  checkAhead('expiresAt', expiresAt, lookup.now)
  return {
    known: await findIdToken(lookup.db, idToken.idToken),
    reservationId: reservationId ?? (await freeReservationId(lookup))
  }
}

/** Not an id in use, because that reservation would be replaced. [1.6 §5.13; 2.x H01.FR.02] */
async function freeReservationId({ db, chargePoint, nextId }: Lookup): Promise<number> {
  let id = nextId()
  while (await hasReservation(db, chargePoint.id, id)) id = nextId()
  return id
}

function* reserve16(request: ReserveBody, { known, reservationId }: ReserveFacts) {
  const { idToken, expiresAt, connectorType, groupId = parentOf(known), ...place } = request
  refuse('1.6', { connectorType })
  const answer = yield* ask16('ReserveNow', {
    // Connector 0 means any connector. [1.6 §5.13]
    connectorId: connectorOf16(place) ?? 0,
    expiryDate: expiresAt,
    idTag: idToken.idToken,
    ...(groupId !== undefined && { parentIdTag: groupId }),
    reservationId
  })
  return outcomeOf(answer, { reservationId })
}

function* reserve2(request: ReserveBody, { known, reservationId }: ReserveFacts) {
  const { idToken, expiresAt, connectorType, groupId = known?.group_id, ...place } = request
  const evseId = evseIdOf2(place)
  const answer = yield* ask2('ReserveNow', {
    id: reservationId,
    expiryDateTime: expiresAt,
    idToken: idToken2(idToken, known),
    ...groupToken2(groupId),
    ...(evseId !== undefined && { evseId }),
    ...(connectorType !== undefined && { connectorType })
  })
  return outcomeOf(answer, { reservationId })
}

/** A group id that is too long for an idTag of OCPP 1.6 is left out. */
function parentOf(known: IdTokenRow | undefined): string | undefined {
  const group = known?.group_id ?? ''
  return group === '' || group.length > MAX_ID_TAG ? undefined : group
}

export const reserve = operation({
  summary: 'Reserve a place for an id token',
  description:
    'Reserves the place, or without one any that is free. `rejected` with the reason Occupied, Faulted or Unavailable when that is not possible.',
  body: ReserveBody,
  details: { reservationId: Type.Integer({ description: 'Id by which the reservation can be cancelled' }) },
  facts: reserveFacts,
  rows: { v16: reserve16, v2: reserve2 }
})

const CancelBody = Type.Object({ reservationId: RESERVATION_ID }, { additionalProperties: false })

export const cancelReservation = operation({
  summary: 'Cancel a reservation',
  description: '`rejected` when the charge point does not know the reservation.',
  body: CancelBody,
  facts: async () => undefined,
  rows: {
    *v16({ reservationId }) {
      return outcomeOf(yield* ask16('CancelReservation', { reservationId }))
    },
    *v2({ reservationId }) {
      return outcomeOf(yield* ask2('CancelReservation', { reservationId }))
    }
  }
})
