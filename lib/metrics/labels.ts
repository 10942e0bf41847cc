import type { CallErrorCode } from 'fastify-ocpp'
import { actions as actions16 } from 'fastify-ocpp/v16'
import { actions as actions21 } from 'fastify-ocpp/v21'
import { actions as actions201 } from 'fastify-ocpp/v201'

const CODES: readonly CallErrorCode[] = [
  'FormatViolation',
  'FormationViolation',
  'GenericError',
  'InternalError',
  'MessageTypeNotSupported',
  'NotImplemented',
  'NotSupported',
  'OccurenceConstraintViolation',
  'OccurrenceConstraintViolation',
  'PropertyConstraintViolation',
  'ProtocolError',
  'RpcFrameworkError',
  'SecurityError',
  'TypeConstraintViolation'
]

const KNOWN_CODES: ReadonlySet<string> = new Set(CODES)
const KNOWN_ACTIONS: ReadonlySet<string> = new Set([actions16, actions201, actions21].flatMap(Object.keys))

/** Values that charge points make up must not create new time series. */
const OTHER = 'other'

/** An action of any version, or `other`. */
export function actionLabel(action: string): string {
  return KNOWN_ACTIONS.has(action) ? action : OTHER
}

/** A CALLERROR code of any version, or `other`. */
export function codeLabel(code: string): string {
  return KNOWN_CODES.has(code) ? code : OTHER
}
