import type { CallErrorCode } from './errors.js'
import type { ActionDefinition } from './schema.js'
import type { Protocol, Role } from './types.js'
import { actions as actions16 } from './v16/index.js'
import { actions as actions21 } from './v21/index.js'
import { actions as actions201 } from './v201/index.js'

/** What a version does differently. This table is the only place that knows there are three. */
export interface ProtocolDefinition {
  readonly protocol: Protocol
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
  /** Whether a password of 32 to 40 hexadecimal digits stands for its octets. [1.6 security whitepaper A00.FR.205] */
  readonly hasHexadecimalKey: boolean
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

const VERSION_2 = {
  codes: CODES_2,
  formatViolation: 'FormatViolation',
  occurrenceViolation: 'OccurrenceConstraintViolation',
  frameError: 'RpcFrameworkError',
  answersUnreadableId: true,
  answersBrokenCall: false,
  identity: IDENTITY_2,
  maxFractionDigits: 3,
  hasCompression: true,
  hasHexadecimalKey: false
} as const

export const PROTOCOLS: Readonly<Record<Protocol, ProtocolDefinition>> = {
  'ocpp1.6': {
    protocol: 'ocpp1.6',
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
    hasHexadecimalKey: true
  },
  'ocpp2.0.1': {
    ...VERSION_2,
    protocol: 'ocpp2.0.1',
    actions: new Map(Object.entries(actions201)),
    answersUnknownType: true,
    hasSend: false
  },
  'ocpp2.1': {
    ...VERSION_2,
    protocol: 'ocpp2.1',
    actions: new Map(Object.entries(actions21)),
    answersUnknownType: false,
    hasSend: true
  }
}

/** All subprotocols, the newest first. */
export const ALL_PROTOCOLS = ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'] as const satisfies readonly Protocol[]

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
