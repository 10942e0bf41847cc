import { CallError } from '../../errors.js'
import { parseTime } from '../../time.js'
import type { CsmsAction, RequestOf, ResponseOf } from '../../types/protocol.js'
import type * as v16 from '../../v16/index.js'
import { certificateHash, deleteCertificate, looksLikeCertificate } from '../certificates.js'
import type { Charger } from '../charger.js'
import { powerChanged } from '../metering.js'
import { profileOf } from '../model/profiles.js'
import { connectorAt, type Evse, findTransaction } from '../model/station.js'
import { isNowhere, updateFirmware, uploadLog } from '../sequences.js'
import { allow, authorize, evseFor } from '../sessions/authorization.js'
import { changeAvailability } from '../sessions/availability.js'
import { cancelReservation, reservable, reserve } from '../sessions/reservations.js'
import { endTransaction, mayTake, reset } from '../sessions/transactions.js'
import { call } from './calls.js'
import { clearChargingProfile, getCompositeSchedule, setChargingProfile } from './profiles.js'
import { trigger } from './triggers.js'

type P = 'ocpp1.6'
type Answers = {
  readonly [A in CsmsAction<P>]: (charger: Charger, request: RequestOf<P, A>) => ResponseOf<P, A>
}

/** Answers a request of the CSMS in 1.6. */
export function answer16(charger: Charger, action: string, request: unknown): unknown {
  const answer = ANSWERS[action as CsmsAction<P>] as ((charger: Charger, request: unknown) => unknown) | undefined
  if (answer === undefined) throw new CallError('NotImplemented')
  charger.emit('request', { action })
  return answer(charger, request)
}

const ANSWERS: Answers = {
  // --- Core
  ChangeAvailability: (charger, { connectorId, type }) => {
    const operative = type === 'Operative'
    if (connectorId === 0) {
      charger.station.operative = true
      return { status: changeAvailability(charger, charger.station.evses, operative) }
    }
    const found = connectorAt(charger.station, connectorId)
    return { status: found === undefined ? 'Rejected' : changeAvailability(charger, [found.evse], operative) }
  },
  ChangeConfiguration: changeConfiguration,
  ClearCache: (charger) => {
    if (!charger.flag('cacheEnabled')) return { status: 'Rejected' }
    charger.tokens.clearCache()
    return { status: 'Accepted' }
  },
  DataTransfer: () => ({ status: 'UnknownVendorId' }),
  GetConfiguration: getConfiguration,
  RemoteStartTransaction: remoteStart,
  RemoteStopTransaction: (charger, { transactionId }) => {
    const evse = findTransaction(charger.station, ({ csmsId }) => csmsId === transactionId)
    if (evse === undefined) return { status: 'Rejected' }
    charger.afterwards(() => endTransaction(charger, evse, 'Remote'))
    return { status: 'Accepted' }
  },
  Reset: (charger, { type }) => {
    if (charger.isRebooting) return { status: 'Rejected' }
    charger.afterwards(() => reset(charger, type === 'Hard' ? 'HardReset' : 'SoftReset'))
    return { status: 'Accepted' }
  },
  UnlockConnector: (charger, { connectorId }) => {
    const found = connectorAt(charger.station, connectorId)
    if (found === undefined) return { status: 'NotSupported' }
    const { evse, connector } = found
    if (evse.transaction?.connector === connector) {
      charger.afterwards(() => endTransaction(charger, evse, 'UnlockCommand'))
    }
    return { status: 'Unlocked' }
  },

  // --- LocalAuthListManagement
  GetLocalListVersion: (charger) => ({ listVersion: charger.flag('listEnabled') ? charger.tokens.listVersion : -1 }),
  SendLocalList: sendLocalList,

  // --- Reservation
  CancelReservation: (charger, { reservationId }) => ({
    status: cancelReservation(charger, reservationId) ? 'Accepted' : 'Rejected'
  }),
  ReserveNow: reserveNow,

  // --- SmartCharging
  ClearChargingProfile: clearChargingProfile,
  GetCompositeSchedule: getCompositeSchedule,
  SetChargingProfile: setChargingProfile,

  // --- RemoteTrigger
  TriggerMessage: (charger, request) => trigger(charger, request, false),
  ExtendedTriggerMessage: (charger, request) => trigger(charger, request, true),

  // --- FirmwareManagement
  GetDiagnostics: (charger, { location }) => {
    const notify = (status: string) =>
      call(charger, 'DiagnosticsStatusNotification', {
        status: status === 'failed' ? 'UploadFailed' : (status as v16.DiagnosticsStatus)
      })
    uploadLog(charger, location, notify)
    return { fileName: `${charger.identity}.log`.slice(0, 255) }
  },
  UpdateFirmware: (charger, { location, retrieveDate }) => {
    updateFirmware(charger, {
      location,
      retrieveAt: parseTime(retrieveDate) ?? Date.now(),
      isSigned: false,
      requestId: undefined
    })
    return {}
  },

  // --- Security
  CertificateSigned: (charger, { certificateChain }) => {
    if (charger.takeCertificate(certificateChain)) return { status: 'Accepted' }
    charger.afterwards(() =>
      charger.dialect.securityEvent(charger, 'InvalidChargePointCertificate', 'not for a key that a request was for')
    )
    return { status: 'Rejected' }
  },
  DeleteCertificate: (charger, { certificateHashData }) => ({
    status: deleteCertificate(charger.memory.certificates, certificateHashData)
  }),
  GetInstalledCertificateIds: (charger, { certificateType }) => {
    const found = [...charger.memory.certificates.values()].filter(({ type }) => type === certificateType)
    if (found.length === 0) return { status: 'NotFound' }
    return { status: 'Accepted', certificateHashData: found.map(({ hash }) => hash) }
  },
  GetLog: (charger, { log, requestId }) => {
    const notify = (status: string) =>
      call(charger, 'LogStatusNotification', {
        status: status === 'failed' ? 'UploadFailure' : (status as v16.UploadLogStatusEnumType),
        requestId
      })
    const replaces = uploadLog(charger, log.remoteLocation, notify)
    const filename = `${charger.identity}-${requestId}.log`.slice(0, 255)
    return { status: replaces ? 'AcceptedCanceled' : 'Accepted', filename }
  },
  InstallCertificate: (charger, { certificateType, certificate }) => {
    const hash = certificateHash(certificate)
    if (hash === undefined) return { status: 'Rejected' }
    charger.memory.certificates.set(hash.serialNumber, { type: certificateType, hash })
    return { status: 'Accepted' }
  },
  SignedUpdateFirmware: (charger, { requestId, firmware }) => {
    const { signingCertificate, location, retrieveDateTime } = firmware
    if (!looksLikeCertificate(signingCertificate)) {
      charger.afterwards(() =>
        charger.dialect.securityEvent(charger, 'InvalidFirmwareSigningCertificate', 'not in PEM')
      )
      return { status: 'InvalidCertificate' }
    }
    updateFirmware(charger, {
      location,
      retrieveAt: parseTime(retrieveDateTime) ?? Date.now(),
      isSigned: !isNowhere(location),
      requestId
    })
    return { status: 'Accepted' }
  }
}

function changeConfiguration(
  charger: Charger,
  { key, value }: v16.ChangeConfigurationRequest
): v16.ChangeConfigurationResponse {
  const status = charger.settings.set(key, value)
  if (status === 'Unknown') return { status: 'NotSupported' }
  if (status !== 'Accepted') return { status }
  if (key.toLowerCase() === 'authorizationkey') charger.changePassword(value)
  charger.afterwards(() => charger.settingsChanged())
  return { status }
}

/** Configuration keys whose value depends on the hardware. */
const MEASURED: Readonly<Record<string, (charger: Charger) => string>> = {
  NumberOfConnectors: ({ station }) => String(station.evses.flatMap(({ connectors }) => connectors).length)
}

// Without keys in the request, all are reported; a write-only key is reported without its value. [1.6 §5.8]
function getConfiguration(charger: Charger, { key }: v16.GetConfigurationRequest): v16.GetConfigurationResponse {
  const names = key?.length ? key : [...charger.settings.table.values()].map(({ name }) => name)
  const configurationKey: v16.KeyValue[] = []
  const unknownKey: string[] = []
  for (const name of names) {
    const setting = charger.settings.find(name)
    if (setting === undefined) {
      unknownKey.push(name)
      continue
    }
    const value = MEASURED[setting.name]?.(charger) ?? charger.settings.get(name) ?? ''
    configurationKey.push({
      key: setting.name,
      readonly: setting.access === 'readonly',
      ...(setting.access !== 'writeonly' && { value })
    })
  }
  return { configurationKey, ...(unknownKey.length > 0 && { unknownKey }) }
}

// [1.6 §5.11]
function remoteStart(
  charger: Charger,
  { connectorId, idTag, chargingProfile }: v16.RemoteStartTransactionRequest
): v16.RemoteStartTransactionResponse {
  const token = { idToken: idTag, type: 'Central' }
  const wanted = connectorId === undefined ? undefined : connectorAt(charger.station, connectorId)?.evse.id
  if (connectorId !== undefined && wanted === undefined) return { status: 'Rejected' }
  if (chargingProfile !== undefined && chargingProfile.chargingProfilePurpose !== 'TxProfile')
    return { status: 'Rejected' }
  const evse = evseFor(charger, token, undefined, wanted)
  if (evse === undefined) return { status: 'Rejected' }
  const profile = chargingProfile && profileOf(evse.id, chargingProfile, charger.time.now(), charger.random)
  if (profile !== undefined && !mayTake(charger, profile, charger.number('highestLevel'))) return { status: 'Rejected' }
  const authorization = { token, groupId: undefined, cause: 'Remote', remoteStartId: undefined, profile } as const
  charger.afterwards(async () => {
    if (!charger.flag('authorizeRemote')) return allow(charger, evse, authorization)
    const { status, groupId } = await authorize(charger, token)
    if (status === 'Accepted') allow(charger, evse, { ...authorization, groupId })
  })
  return { status: 'Accepted' }
}

// [1.6 §5.15]
function sendLocalList(
  charger: Charger,
  { listVersion, updateType, localAuthorizationList = [] }: v16.SendLocalListRequest
): v16.SendLocalListResponse {
  const { tokens } = charger
  if (!charger.flag('listEnabled')) return { status: 'NotSupported' }
  if (updateType === 'Differential' && listVersion <= tokens.listVersion) return { status: 'VersionMismatch' }
  if (listVersion < 1) return { status: 'Failed' }
  const entries = localAuthorizationList.map(({ idTag, idTagInfo }) => ({
    idToken: idTag,
    ...(idTagInfo !== undefined && { known: knownToken(idTagInfo) })
  }))
  tokens.updateList(updateType === 'Full', listVersion, entries)
  return { status: 'Accepted' }
}

function knownToken(info: v16.IdTagInfo) {
  const { status, parentIdTag, expiryDate } = info
  return {
    status,
    groupId: parentIdTag,
    expiresAt: expiryDate === undefined ? undefined : parseTime(expiryDate),
    info
  }
}

// [1.6 §5.13]
function reserveNow(charger: Charger, request: v16.ReserveNowRequest): v16.ReserveNowResponse {
  const { connectorId, idTag, parentIdTag, reservationId, expiryDate } = request
  const expiresAt = parseTime(expiryDate) ?? Date.now()
  if (expiresAt <= charger.time.now()) return { status: 'Rejected' }
  cancelReservation(charger, reservationId)
  const evse = reservedEvse(charger, connectorId)
  if (evse === undefined) return { status: 'Rejected' }
  const status = reservable(charger, evse)
  if (status !== 'Accepted') return { status }
  const token = { idToken: idTag, type: 'Central' }
  charger.afterwards(() => {
    reserve(charger, evse, { id: reservationId, token, groupId: parentIdTag, expiresAt })
    powerChanged(charger)
  })
  return { status }
}

/** The EVSE of a connector. Connector 0 means any: the first EVSE that can be reserved, or else the first one. */
function reservedEvse(charger: Charger, connectorId: number): Evse | undefined {
  const { station } = charger
  if (connectorId !== 0) return connectorAt(station, connectorId)?.evse
  return station.evses.find((evse) => reservable(charger, evse) === 'Accepted') ?? station.evses[0]
}
