import { defineError } from './define-error.js'
import type { Violation } from './types.js'

/**
 * Errors of this library's API. `code` is stable, `statusCode` is what an HTTP route should answer when it
 * lets the error through. A CALLERROR is not in this family: see {@link CallError}.
 */

/** An option is missing, unknown or out of range; thrown at registration. */
export const InvalidOptionsError = defineError('OCPP_ERR_INVALID_OPTIONS', '%s', 500)
/** `on`, `fallback` or `onDataTransfer` was called twice for the same thing. */
export const HandlerExistsError = defineError('OCPP_ERR_HANDLER_EXISTS', '%s already has a handler', 500)
/** The action does not exist in this version, or the other side is the one to send it. */
export const UnknownActionError = defineError('OCPP_ERR_UNKNOWN_ACTION', '%s', 422)
/** No live connection of this charge point. */
export const NotConnectedError = defineError('OCPP_ERR_NOT_CONNECTED', 'charge point %s is not connected', 409)
/** The charge point is connected with another OCPP version than the one called for. */
export const WrongProtocolError = defineError('OCPP_ERR_WRONG_PROTOCOL', 'charge point %s speaks %s, not %s', 409)
/** The message id is empty, longer than 36 characters or in use. */
export const InvalidMessageIdError = defineError('OCPP_ERR_INVALID_MESSAGE_ID', '%s', 422)
/** The `timeout` of a call is not a positive number. */
export const InvalidTimeoutError = defineError(
  'OCPP_ERR_INVALID_TIMEOUT',
  'the timeout of a call is a positive number of milliseconds',
  422
)
/** The code or the reason given for a close frame may not be sent; nothing was closed. [RFC 6455 §7.4] */
export const InvalidCloseError = defineError('OCPP_ERR_INVALID_CLOSE', '%s', 422)
/** An upgrade of a route that is no WebSocket route, or without a Host header; answered before anything is upgraded. */
export const InvalidUpgradeError = defineError('OCPP_ERR_INVALID_UPGRADE', '%s', 400)
/** Too many calls wait for this charge point; nothing was sent. */
export const QueueFullError = defineError('OCPP_ERR_QUEUE_FULL', '%s calls wait for charge point %s already', 429)

/** What became of a call when its error was made: `sent: false` means the charge point never saw it. */
interface CallProgress {
  sent: boolean
}

/** The signal given with the call was aborted. When `sent` is true the charge point may still act. */
export class AbortedError extends defineError('OCPP_ERR_ABORTED', 'the call %s was aborted by its caller', 499) {
  readonly sent: boolean
  constructor(action: string, { sent }: CallProgress) {
    super(action)
    this.sent = sent
  }
}

/** No answer within the time-out. When `sent` is true the charge point may still have acted. */
export class TimeoutError extends defineError('OCPP_ERR_TIMEOUT', 'no answer to %s within %s ms', 504) {
  readonly sent: boolean
  constructor(action: string, timeout: number, { sent }: CallProgress) {
    super(action, timeout)
    this.sent = sent
  }
}

/** The connection closed before the answer came. When `sent` is true the charge point may still have acted. */
export class DisconnectedError extends defineError('OCPP_ERR_DISCONNECTED', 'connection closed during %s: %s', 504) {
  readonly sent: boolean
  constructor(action: string, reason: string, { sent }: CallProgress) {
    super(action, reason)
    this.sent = sent
  }
}

/** A request of ours breaks the schema of its action; nothing was sent. */
export class InvalidPayloadError extends defineError('OCPP_ERR_INVALID_PAYLOAD', '%s: %s %s', 422) {
  readonly violation: Violation
  constructor(action: string, violation: Violation) {
    super(action, violation.pointer || 'payload', violation.message)
    this.violation = violation
  }
}

/** The charge point's answer breaks the schema of its action. The connection stays. */
export class InvalidResponseError extends defineError('OCPP_ERR_INVALID_RESPONSE', 'answer to %s: %s %s', 502) {
  readonly violation: Violation
  constructor(action: string, violation: Violation) {
    super(action, violation.pointer || 'payload', violation.message)
    this.violation = violation
  }
}

/** Every CALLERROR code of any version. Sending maps it to the spelling of the connection's version. */
export type CallErrorCode =
  | 'FormatViolation'
  | 'FormationViolation'
  | 'GenericError'
  | 'InternalError'
  | 'MessageTypeNotSupported'
  | 'NotImplemented'
  | 'NotSupported'
  | 'OccurenceConstraintViolation'
  | 'OccurrenceConstraintViolation'
  | 'PropertyConstraintViolation'
  | 'ProtocolError'
  | 'RpcFrameworkError'
  | 'SecurityError'
  | 'TypeConstraintViolation'

/**
 * A CALLERROR frame. Thrown by a handler it is the answer to the charge point; received it rejects the call.
 * `description` holds at most 255 characters on the wire [OCPP-J 4.2.3]; `details` is an object.
 */
export class CallError extends Error {
  override readonly name = 'CallError'
  /** The code as its sender spelt it; a code of no version at all is possible when received. */
  readonly code: CallErrorCode | (string & {})
  readonly description: string
  readonly details: Record<string, unknown>
  /** What a route that lets it through should answer: the charge point is the bad gateway. */
  readonly statusCode = 502

  constructor(code: CallErrorCode | (string & {}), description = '', details: Record<string, unknown> = {}) {
    super(description === '' ? code : `${code}: ${description}`)
    this.code = code
    this.description = description
    this.details = details
  }
}

/** A CALLERROR that came from the other side: a handler that lets it through has failed, it is no answer of ours. */
export class ReceivedCallError extends CallError {}
