import { parseTime } from '../../time.js'
import type * as v21 from '../../v21/index.js'
import type { Charger } from '../charger.js'
import { findTransaction } from '../model/station.js'
import { type Answers, call, sendParts } from './calls.js'

export const authorization: Answers<'ClearCache' | 'GetLocalListVersion' | 'SendLocalList' | 'CustomerInformation'> = {
  ClearCache: (charger) => {
    if (!charger.flag('cacheEnabled')) return { status: 'Rejected' }
    charger.tokens.clearCache()
    return { status: 'Accepted' }
  },
  GetLocalListVersion: ({ tokens }) => ({ versionNumber: tokens.listVersion }),
  SendLocalList: sendLocalList,
  CustomerInformation: customerInformation
}

// [2.x D01]
function sendLocalList(
  charger: Charger,
  { versionNumber, updateType, localAuthorizationList = [] }: v21.SendLocalListRequest
): v21.SendLocalListResponse {
  const { tokens } = charger
  const isFull = updateType === 'Full'
  if (!isFull && versionNumber <= tokens.listVersion) return { status: 'VersionMismatch' }
  // Version 0 is reserved for an empty list. [2.x D01.FR.02, D01.FR.18]
  if (versionNumber < 0 || (versionNumber === 0 && localAuthorizationList.length > 0)) {
    return { status: 'Failed', statusInfo: { reasonCode: 'InvalidValue' } }
  }
  const entries = localAuthorizationList.map(({ idToken, idTokenInfo }) => ({
    idToken: idToken.idToken,
    ...(idTokenInfo !== undefined && { known: knownToken(idTokenInfo) })
  }))
  tokens.updateList(isFull, isFull && entries.length === 0 ? 0 : versionNumber, entries)
  return { status: 'Accepted' }
}

function knownToken(info: v21.IdTokenInfoType) {
  const { status, groupIdToken, cacheExpiryDateTime } = info
  const expiresAt = cacheExpiryDateTime === undefined ? undefined : parseTime(cacheExpiryDateTime)
  return { status, groupId: groupIdToken?.idToken, expiresAt, info }
}

/** Maximum number of characters in one NotifyCustomerInformation. */
const PART_SIZE = 512

// [2.x N09, N10]
function customerInformation(
  charger: Charger,
  { requestId, report, clear, idToken, customerIdentifier, customerCertificate }: v21.CustomerInformationRequest
): v21.CustomerInformationResponse {
  const isOneMeant = idToken !== undefined || customerIdentifier !== undefined || customerCertificate !== undefined
  if (!isOneMeant || (!report && !clear)) return { status: 'Invalid' }
  const known = idToken === undefined ? undefined : charger.tokens.cached(idToken.idToken, charger.time.now())
  const data = known === undefined ? '' : JSON.stringify({ ...idToken, status: known.status })
  if (clear && idToken !== undefined) charger.tokens.forget(idToken.idToken)
  charger.afterwards(() => notifyCustomer(charger, requestId, report ? data : ''))
  return { status: 'Accepted' }
}

function notifyCustomer(charger: Charger, requestId: number, data: string): Promise<void> {
  const generatedAt = charger.timestamp()
  return sendParts([...data], PART_SIZE, (part, seqNo, tbc) =>
    call(charger, 'NotifyCustomerInformation', { requestId, generatedAt, seqNo, tbc, data: part.join('') })
  )
}

// --- display messages ----------------------------------------------------------------------------------------

const FORMATS = new Set<v21.MessageFormatEnumType>(['ASCII', 'UTF8'])
/** Maximum number of messages in one NotifyDisplayMessages. */
const REPORT_SIZE = 10

export const display: Answers<'SetDisplayMessage' | 'GetDisplayMessages' | 'ClearDisplayMessage'> = {
  SetDisplayMessage: (charger, { message }) => {
    const { transactionId } = message
    if (!FORMATS.has(message.message.format)) return { status: 'NotSupportedMessageFormat' }
    if (
      transactionId !== undefined &&
      findTransaction(charger.station, ({ id }) => id === transactionId) === undefined
    ) {
      return { status: 'UnknownTransaction' }
    }
    charger.memory.displays.set(message.id, message)
    return { status: 'Accepted' }
  },
  GetDisplayMessages: (charger, { requestId, id, priority, state }) => {
    const found = [...charger.memory.displays.values()].filter(
      (message) =>
        (id?.includes(message.id) ?? true) &&
        (priority === undefined || message.priority === priority) &&
        (state === undefined || message.state === state)
    )
    if (found.length === 0) return { status: 'Unknown' }
    charger.afterwards(() =>
      sendParts(found, REPORT_SIZE, (messageInfo, _seqNo, tbc) =>
        call(charger, 'NotifyDisplayMessages', { requestId, tbc, messageInfo })
      )
    )
    return { status: 'Accepted' }
  },
  ClearDisplayMessage: (charger, { id }) => ({ status: charger.memory.displays.delete(id) ? 'Accepted' : 'Unknown' })
}

// --- tariffs and costs ---------------------------------------------------------------------------------------

export const tariffs: Answers<
  'SetDefaultTariff' | 'GetTariffs' | 'ClearTariffs' | 'ChangeTransactionTariff' | 'CostUpdated'
> = {
  SetDefaultTariff: (charger, { evseId, tariff }) => {
    const { evses } = charger.station
    if (evseId !== 0 && evses.every(({ id }) => id !== evseId)) return { status: 'Rejected' }
    const others = [...charger.memory.tariffs].filter(([id]) => id !== evseId)
    if (others.some(([, { tariffId }]) => tariffId === tariff.tariffId)) return { status: 'DuplicateTariffId' }
    charger.memory.tariffs.set(evseId, tariff)
    return { status: 'Accepted' }
  },
  GetTariffs: (charger, { evseId }) => {
    const found = [...charger.memory.tariffs].filter(([id]) => evseId === 0 || id === 0 || id === evseId)
    if (found.length === 0) return { status: 'NoTariff' }
    const tariffAssignments = found.map(([id, { tariffId, validFrom }]) => ({
      tariffId,
      tariffKind: 'DefaultTariff' as const,
      ...(validFrom !== undefined && { validFrom }),
      ...(id !== 0 && { evseIds: [id] })
    }))
    return { status: 'Accepted', tariffAssignments }
  },
  ClearTariffs: clearTariffs,
  ChangeTransactionTariff: (charger, { transactionId, tariff }) => {
    if (findTransaction(charger.station, ({ id }) => id === transactionId) === undefined)
      return { status: 'TxNotFound' }
    return tariff.currency === 'EUR' ? { status: 'Accepted' } : { status: 'NoCurrencyChange' }
  },
  CostUpdated: () => ({})
}

// [2.1 I09]
function clearTariffs(charger: Charger, { tariffIds, evseId }: v21.ClearTariffsRequest): v21.ClearTariffsResponse {
  const { tariffs } = charger.memory
  const meant = [...tariffs].filter(
    ([id, { tariffId }]) => (evseId === undefined || id === evseId) && (tariffIds?.includes(tariffId) ?? true)
  )
  for (const [id] of meant) tariffs.delete(id)
  const cleared = meant.map(([, { tariffId }]) => ({ tariffId, status: 'Accepted' as const }))
  const missing = (tariffIds ?? [])
    .filter((wanted) => meant.every(([, { tariffId }]) => tariffId !== wanted))
    .map((tariffId) => ({ tariffId, status: 'NoTariff' as const }))
  const clearTariffsResult = [...cleared, ...missing]
  return { clearTariffsResult: clearTariffsResult.length > 0 ? clearTariffsResult : [{ status: 'NoTariff' }] }
}
