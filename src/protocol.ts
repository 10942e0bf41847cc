import type { ActionDefinition } from './schema.js'
import type { CallErrorCode, Protocol, Role } from './types/protocol.js'
import { actions as actions16 } from './v16/index.js'
import { actions as actions21 } from './v21/index.js'
import { actions as actions201 } from './v201/index.js'

/** Facts about a version for applications. */
export interface VersionInfo {
  /** The WebSocket subprotocol. */
  readonly protocol: Protocol
  /** E.g. `OCPP 1.6`. */
  readonly name: string
  /**
   * Whether settings are variables of components and reports exist. Otherwise settings are configuration keys.
   * [2.x Part 1, device model; 1.6 §5.3, §5.8]
   */
  readonly hasDeviceModel: boolean
  /** Whether a transaction is told by TransactionEvent. Otherwise by StartTransaction and StopTransaction. [2.x E] */
  readonly hasTransactionEvents: boolean
  /** Longest id token, in characters. [1.6 IdToken; 2.x IdTokenType] */
  readonly maxIdTokenLength: number
  /** The types that an id token may have; `undefined`: any text, or none in 1.6. [2.0.1 IdTokenEnumType] */
  readonly idTokenTypes: readonly string[] | undefined
  /** Longest password that CSMS and charge point agree on, in characters. [1.6 whitepaper and 2.x A00.FR.205] */
  readonly maxPasswordLength: number
  /** Whether a password of 32 to 40 hexadecimal digits stands for its octets. [1.6 security whitepaper A00.FR.205] */
  readonly hasHexadecimalKey: boolean
  /** Whether CertificateSigned names the type of the certificate. [2.x A02; 1.6 has one type] */
  readonly hasCertificateTypes: boolean
  /** Whether SignCertificate and CertificateSigned carry a request id. [2.1 A02] */
  readonly hasCertificateRequestIds: boolean
  /** Whether a charge point may have tariffs and calculate costs itself. [2.1 I07-I12] */
  readonly hasTariffs: boolean
  /** Whether profiles may have the purpose PriorityCharging. [2.1 K21] */
  readonly hasPriorityCharging: boolean
}

/** Differences between the versions. This table is the only place that knows there are three. */
export interface ProtocolDefinition extends VersionInfo {
  readonly actions: ReadonlyMap<string, ActionDefinition>
  /** CALLERROR codes of this version; a code not in it is never sent. */
  readonly codes: ReadonlySet<string>
  /** Spelling of the two codes that the versions write differently. */
  readonly formatViolation: CallErrorCode
  readonly occurrenceViolation: CallErrorCode
  /** Code for a frame whose structure is wrong. [1.6: errata; 2.x: Part 4 §4.2.3] */
  readonly frameError: CallErrorCode
  /** Whether a frame without a readable id is answered with id "-1". [Part 4 §4.2.3; 1.6 has no rule] */
  readonly answersUnreadableId: boolean
  /** Whether a CALL that is not valid JSON is answered with its own id when that can be read. [2.x: with "-1"] */
  readonly answersBrokenCall: boolean
  /** Whether an unknown message type is answered; else its payload is ignored. [2.0.1 Part 4 §4.4] */
  readonly answersUnknownType: boolean
  /** Whether SEND (6) and CALLRESULTERROR (5) exist. [2.1 Part 4 §4.1.3] */
  readonly hasSend: boolean
  /** Identities that may connect; the 2.x set, and a space for 1.6 ("RDAM 123"). [Part 4 §3.1.1; J-1.6 §3.1.1] */
  readonly identity: RegExp
  /** Most fractional digits of a second we send. [2.x Part 2 "dateTime"; 1.6 has no rule] */
  readonly maxFractionDigits: number
  /** Whether permessage-deflate may be used. [2.x Part 4 §3.3: a CSMS has to support it; never offered with 1.6] */
  readonly hasCompression: boolean
  /** Whether `data` of a DataTransfer is a text. Otherwise it is any JSON value. [1.6 §4.3; 2.x P01] */
  readonly hasTextData: boolean
  /** Whether the schemas have a unit for the measurand Frequency. [1.6 errata 3.86] */
  readonly hasFrequencyUnit: boolean
  /** Paths of received numbers that may have any number of decimals. */
  readonly anyDecimals: RegExp | undefined
  /** Paths of lists that are never sent empty, though the schemas allow it. */
  readonly neverEmpty: RegExp | undefined
}

const COMMON_CODES = [
  'NotImplemented',
  'NotSupported',
  'InternalError',
  'ProtocolError',
  'SecurityError',
  'PropertyConstraintViolation',
  'TypeConstraintViolation',
  'GenericError'
]

// "Occurence" and "Formation" are the standard's own spelling in 1.6. [errata 5.1, 5.2]
const CODES_16 = new Set([...COMMON_CODES, 'FormationViolation', 'OccurenceConstraintViolation'])
const CODES_2 = new Set([
  ...COMMON_CODES,
  'FormatViolation',
  'MessageTypeNotSupported',
  'OccurrenceConstraintViolation',
  'RpcFrameworkError'
])

const IDENTITY_16 = /^(?! )[A-Za-z0-9*\-_=+|@. ]{1,48}(?<! )$/
const IDENTITY_2 = /^[A-Za-z0-9*\-_=+|@.]{1,48}$/

/** GetCompositeSchedule.conf: charge points answer limits with more than the one decimal of the schema. */
const ANY_DECIMALS_16 = /^GetCompositeScheduleResponse\..*\.(?:limit|minChargingRate)$/
/** The text of 1.6 gives these lists at least one item, its schemas give them none. */
const NEVER_EMPTY_16 = /\.(?:meterValue|sampledValue|chargingSchedulePeriod)$/

const ID_TOKEN_TYPES_201 = [
  'Central',
  'eMAID',
  'ISO14443',
  'ISO15693',
  'KeyCode',
  'Local',
  'MacAddress',
  'NoAuthorization'
]

const VERSION_2 = {
  hasDeviceModel: true,
  hasTransactionEvents: true,
  hasHexadecimalKey: false,
  hasCertificateTypes: true,
  codes: CODES_2,
  formatViolation: 'FormatViolation',
  occurrenceViolation: 'OccurrenceConstraintViolation',
  frameError: 'RpcFrameworkError',
  answersUnreadableId: true,
  answersBrokenCall: false,
  identity: IDENTITY_2,
  maxFractionDigits: 3,
  hasCompression: true,
  hasTextData: false,
  hasFrequencyUnit: true,
  anyDecimals: undefined,
  neverEmpty: undefined
} as const

export const PROTOCOLS: Readonly<Record<Protocol, ProtocolDefinition>> = {
  'ocpp1.6': {
    protocol: 'ocpp1.6',
    name: 'OCPP 1.6',
    hasDeviceModel: false,
    hasTransactionEvents: false,
    maxIdTokenLength: 20,
    idTokenTypes: undefined,
    maxPasswordLength: 20,
    hasHexadecimalKey: true,
    hasCertificateTypes: false,
    hasCertificateRequestIds: false,
    hasTariffs: false,
    hasPriorityCharging: false,
    actions: new Map(Object.entries(actions16)),
    codes: CODES_16,
    formatViolation: 'FormationViolation',
    occurrenceViolation: 'OccurenceConstraintViolation',
    frameError: 'FormationViolation',
    answersUnreadableId: false,
    answersBrokenCall: true,
    answersUnknownType: false,
    hasSend: false,
    identity: IDENTITY_16,
    maxFractionDigits: Number.POSITIVE_INFINITY,
    hasCompression: false,
    hasTextData: true,
    hasFrequencyUnit: false,
    anyDecimals: ANY_DECIMALS_16,
    neverEmpty: NEVER_EMPTY_16
  },
  'ocpp2.0.1': {
    ...VERSION_2,
    protocol: 'ocpp2.0.1',
    name: 'OCPP 2.0.1',
    maxIdTokenLength: 36,
    idTokenTypes: ID_TOKEN_TYPES_201,
    maxPasswordLength: 40,
    hasCertificateRequestIds: false,
    hasTariffs: false,
    hasPriorityCharging: false,
    actions: new Map(Object.entries(actions201)),
    answersUnknownType: true,
    hasSend: false
  },
  'ocpp2.1': {
    ...VERSION_2,
    protocol: 'ocpp2.1',
    name: 'OCPP 2.1',
    maxIdTokenLength: 255,
    idTokenTypes: undefined,
    maxPasswordLength: 64,
    hasCertificateRequestIds: true,
    hasTariffs: true,
    hasPriorityCharging: true,
    actions: new Map(Object.entries(actions21)),
    answersUnknownType: false,
    hasSend: true
  }
}

/** All subprotocols, the newest first. */
export const ALL_PROTOCOLS = ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'] as const satisfies readonly Protocol[]

/** Particulars of a version, for code that works with several of them. */
export function versionInfo(protocol: Protocol): VersionInfo {
  return PROTOCOLS[protocol]
}

/** Whether `sender` may start this action. */
export function maySend(sender: Role, action: ActionDefinition): boolean {
  return action.direction === 'both' || action.direction === sender
}

/** Codes of one version that mean the same as a code of the other. */
const SAME_CODE = new Map<string, readonly string[]>([
  ['FormatViolation', ['FormationViolation']],
  ['FormationViolation', ['FormatViolation']],
  ['OccurenceConstraintViolation', ['OccurrenceConstraintViolation']],
  ['OccurrenceConstraintViolation', ['OccurenceConstraintViolation']],
  ['RpcFrameworkError', ['FormationViolation']],
  ['MessageTypeNotSupported', ['NotSupported']]
])

/** `code` in the spelling of this version; `GenericError` when it has no counterpart. */
export function spell(definition: ProtocolDefinition, code: string): string {
  if (definition.codes.has(code)) return code
  return SAME_CODE.get(code)?.find((same) => definition.codes.has(same)) ?? 'GenericError'
}

/** The code of a received CALLERROR: both spellings are accepted, an unknown one is kept. [errata 5.1, 5.2] */
export function readCode(definition: ProtocolDefinition, code: string): string {
  return SAME_CODE.has(code) ? spell(definition, code) : code
}

/** Whether a charge point may have this identity; one that reads as a path step would be lost in URLs. */
export function isIdentity(definition: ProtocolDefinition, identity: string): boolean {
  return definition.identity.test(identity) && identity !== '.' && identity !== '..'
}
