import { parseTime } from '../../time.js'
import type * as v21 from '../../v21/index.js'
import type { Charger } from '../charger.js'
import { profileOf } from '../model/profiles.js'
import { type Connector, type Evse, findTransaction, statusOf } from '../model/station.js'
import { allow, authorize, evseFor } from '../sessions/authorization.js'
import { changeAvailability } from '../sessions/availability.js'
import { cancelReservation, reservable, reserve } from '../sessions/reservations.js'
import { endTransaction, mayTake } from '../sessions/transactions.js'
import { type Answers, call } from './calls.js'

export const remoteControl: Answers<
  | 'RequestStartTransaction'
  | 'RequestStopTransaction'
  | 'GetTransactionStatus'
  | 'TriggerMessage'
  | 'UnlockConnector'
  | 'ChangeAvailability'
  | 'ReserveNow'
  | 'CancelReservation'
> = {
  RequestStartTransaction: requestStart,
  RequestStopTransaction: (charger, { transactionId }) => {
    const evse = findTransaction(charger.station, ({ id }) => id === transactionId)
    if (evse === undefined) return { status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } }
    charger.afterwards(() => endTransaction(charger, evse, 'Remote'))
    return { status: 'Accepted' }
  },
  GetTransactionStatus: (charger, { transactionId }) => {
    const messagesInQueue = charger.client.undelivered > 0
    if (transactionId === undefined) return { messagesInQueue }
    const isOngoing = findTransaction(charger.station, ({ id }) => id === transactionId) !== undefined
    return { ongoingIndicator: isOngoing, messagesInQueue }
  },
  TriggerMessage: trigger,
  UnlockConnector: (charger, { evseId, connectorId }) => {
    const evse = charger.station.evses.find(({ id }) => id === evseId)
    if (evse === undefined || evse.connectors.every(({ id }) => id !== connectorId))
      return { status: 'UnknownConnector' }
    return { status: evse.transaction === undefined ? 'Unlocked' : 'OngoingAuthorizedTransaction' }
  },
  ChangeAvailability: changeStationAvailability,
  ReserveNow: reserveNow,
  CancelReservation: (charger, { reservationId }) => ({
    status: cancelReservation(charger, reservationId) ? 'Accepted' : 'Rejected'
  })
}

// [2.x F01, F02]
function requestStart(
  charger: Charger,
  request: v21.RequestStartTransactionRequest
): v21.RequestStartTransactionResponse {
  const { idToken: token, groupIdToken, evseId, remoteStartId, chargingProfile } = request
  const groupId = groupIdToken?.idToken
  const evse = evseFor(charger, token, groupId, evseId)
  if (evse === undefined) return { status: 'Rejected', statusInfo: { reasonCode: 'NotEnabled' } }
  const isTxProfile = chargingProfile === undefined || chargingProfile.chargingProfilePurpose === 'TxProfile'
  if (!isTxProfile) return { status: 'Rejected', statusInfo: { reasonCode: 'InvalidProfile' } }
  const profile = chargingProfile && profileOf(evse.id, chargingProfile, charger.time.now(), charger.random)
  if (profile !== undefined && !mayTake(charger, profile, charger.number('highestLevel')))
    return { status: 'Rejected', statusInfo: { reasonCode: 'InvalidProfile' } }
  const authorization = { token, groupId, cause: 'Remote', remoteStartId, profile } as const
  charger.afterwards(async () => {
    if (!charger.flag('authorizeRemote')) return allow(charger, evse, authorization)
    const answer = await authorize(charger, token)
    if (answer.status === 'Accepted') allow(charger, evse, { ...authorization, groupId: answer.groupId ?? groupId })
  })
  return { status: 'Accepted' }
}

// [2.x G03, G04]
function changeStationAvailability(
  charger: Charger,
  { evse: place, operationalStatus }: v21.ChangeAvailabilityRequest
): v21.ChangeAvailabilityResponse {
  const { evses } = charger.station
  const operative = operationalStatus === 'Operative'
  if (place === undefined || place.id === 0) return { status: changeAvailability(charger, evses, operative) }
  const evse = evses.find(({ id }) => id === place.id)
  const isKnown = place.connectorId === undefined || evse?.connectors.some(({ id }) => id === place.connectorId)
  if (evse === undefined || isKnown !== true) return { status: 'Rejected', statusInfo: { reasonCode: 'UnknownEvse' } }
  return { status: changeAvailability(charger, [evse], operative) }
}

// [2.x H01]
function reserveNow(charger: Charger, request: v21.ReserveNowRequest): v21.ReserveNowResponse {
  const { id, evseId, idToken: token, groupIdToken, expiryDateTime } = request
  const { evses } = charger.station
  const expiresAt = parseTime(expiryDateTime) ?? Date.now()
  if (expiresAt <= charger.time.now()) return { status: 'Rejected', statusInfo: { reasonCode: 'InvalidValue' } }
  cancelReservation(charger, id)
  const evse =
    evseId === undefined
      ? (evses.find((one) => reservable(charger, one) === 'Accepted') ?? evses[0])
      : evses.find((one) => one.id === evseId)
  if (evse === undefined) return { status: 'Rejected', statusInfo: { reasonCode: 'UnknownEvse' } }
  const status = reservable(charger, evse)
  if (status === 'Accepted') {
    charger.afterwards(() => reserve(charger, evse, { id, token, groupId: groupIdToken?.idToken, expiresAt }))
  }
  return { status }
}

// --- triggers ------------------------------------------------------------------------------------------------

interface Place {
  readonly evses: readonly Evse[]
  readonly connectors: readonly { evse: Evse; connector: Connector }[]
}

type Sender = (charger: Charger, place: Place) => Promise<unknown>

/** Senders of the messages that TriggerMessage requests; `undefined`: not implemented. [2.x F06] */
const SENDERS: Readonly<Record<v21.MessageTriggerEnumType, Sender | undefined>> = {
  BootNotification: (charger) => charger.boot('Triggered'),
  Heartbeat: (charger) => call(charger, 'Heartbeat', {}),
  LogStatusNotification: (charger) =>
    call(charger, 'LogStatusNotification', { status: charger.logStatus === 'Uploading' ? 'Uploading' : 'Idle' }),
  FirmwareStatusNotification: (charger) =>
    // Installed is reported once; after that, the status is Idle. [2.x L01.FR.25]
    charger.dialect.firmwareStatus(
      charger,
      charger.firmwareStatus === 'Installed' ? 'Idle' : charger.firmwareStatus,
      0
    ),
  PublishFirmwareStatusNotification: (charger) =>
    call(charger, 'PublishFirmwareStatusNotification', { status: 'Idle' }),
  StatusNotification: (charger, { connectors }) =>
    Promise.all(
      connectors.map(({ evse, connector }) => {
        const status = charger.dialect.statusText(statusOf(charger.station, evse, connector))
        return charger.dialect.status(charger, evse, connector, status)
      })
    ),
  MeterValues: async (charger, { evses }) => {
    for (const evse of evses) await charger.dialect.meterValues(charger, evse, 'Trigger')
  },
  TransactionEvent: async (charger, { evses }) => {
    for (const evse of evses) {
      if (evse.transaction !== undefined) charger.dialect.updated(charger, evse, evse.transaction, 'Trigger')
    }
  },
  SignChargingStationCertificate: (charger) => sign(charger, 'ChargingStationCertificate'),
  SignV2GCertificate: (charger) => sign(charger, 'V2GCertificate'),
  SignV2G20Certificate: (charger) => sign(charger, 'V2G20Certificate'),
  SignCombinedCertificate: (charger) =>
    call(charger, 'SignCertificate', { csr: charger.requestCertificate('CombinedCertificate') }),
  CustomTrigger: undefined
}

function sign(charger: Charger, certificateType: v21.CertificateSigningUseEnumType): Promise<unknown> {
  return call(charger, 'SignCertificate', { csr: charger.requestCertificate(certificateType), certificateType })
}

function trigger(
  charger: Charger,
  { requestedMessage, evse: wanted }: v21.TriggerMessageRequest
): v21.TriggerMessageResponse {
  const sender = SENDERS[requestedMessage]
  if (sender === undefined) return { status: 'NotImplemented' }
  const place = placeOf(charger, wanted)
  if (place === undefined) return { status: 'Rejected', statusInfo: { reasonCode: 'UnknownEvse' } }
  // There must be a transaction to report. [2.x F06.FR.07]
  if (requestedMessage === 'TransactionEvent' && place.evses.every(({ transaction }) => transaction === undefined)) {
    return { status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } }
  }
  // An accepted charger must not boot again on request. [2.x F06.FR.17]
  if (requestedMessage === 'BootNotification' && charger.registration === 'Accepted') {
    return { status: 'Rejected', statusInfo: { reasonCode: 'NotEnabled' } }
  }
  charger.afterwards(() => sender(charger, place))
  return { status: 'Accepted' }
}

function placeOf(charger: Charger, wanted: v21.EVSEType | undefined): Place | undefined {
  const { evses } = charger.station
  const isAll = wanted === undefined || wanted.id === 0
  const chosen = isAll ? evses : evses.filter(({ id }) => id === wanted.id)
  const connectors = chosen.flatMap((evse) => evse.connectors.map((connector) => ({ evse, connector })))
  const named =
    isAll || wanted.connectorId === undefined
      ? connectors
      : connectors.filter((one) => one.connector.id === wanted.connectorId)
  return named.length === 0 ? undefined : { evses: chosen, connectors: named }
}
