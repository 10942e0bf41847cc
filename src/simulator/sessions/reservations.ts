import type { Charger } from '../charger.js'
import { type Evse, type IdToken, isOperative, plugged, type Reservation } from '../model/station.js'

/** Holds an EVSE for a token until the reservation expires. */
export function reserve(charger: Charger, evse: Evse, reservation: Reservation): void {
  evse.reservation = reservation
  charger.reportStatuses()
  charger.time.at(reservation.expiresAt, () => {
    if (evse.reservation !== reservation) return
    evse.reservation = undefined
    charger.reportStatuses()
    if (charger.isOnline) charger.background(charger.dialect.reservationEnded(charger, reservation.id, 'Expired'))
  })
}

export function cancelReservation(charger: Charger, id: number): boolean {
  const evse = charger.station.evses.find(({ reservation }) => reservation?.id === id)
  if (evse === undefined) return false
  evse.reservation = undefined
  charger.reportStatuses()
  return true
}

/** Whether an EVSE can be reserved; the answers are the same in all versions. */
export function reservable(charger: Charger, evse: Evse): 'Accepted' | 'Faulted' | 'Occupied' | 'Unavailable' {
  const { connectors, transaction, authorization, reservation } = evse
  if (connectors.every(({ fault: broken }) => broken !== undefined)) return 'Faulted'
  if (!connectors.some((connector) => isOperative(charger.station, evse, connector))) return 'Unavailable'
  const isTaken = transaction !== undefined || authorization !== undefined || reservation !== undefined
  return isTaken || plugged(evse) !== undefined ? 'Occupied' : 'Accepted'
}

/** Whether the reservation is for this token or its group. */
export function isReservedFor(
  reservation: Reservation | undefined,
  token: IdToken,
  groupId: string | undefined
): boolean {
  if (reservation === undefined) return false
  return (
    reservation.token.idToken.toLowerCase() === token.idToken.toLowerCase() ||
    (groupId !== undefined && reservation.groupId === groupId)
  )
}
