import { defineError } from './define-error.js'
import type { CallErrorCode, Violation } from './types/protocol.js'

/**
 * Errors of this library's API. `code` is stable. `statusCode` is the HTTP status that a route should answer when it
 * lets the error through. A CALLERROR is not one of these errors: see {@link CallError}.
 */

/** An option is missing, unknown or out of range. Thrown at registration. */
export const InvalidOptionsError = defineError('OCPP_ERR_INVALID_OPTIONS', '%s', 500)
/** The app registers @fastify/websocket after this plugin, which has registered it already. */
export const WebsocketExistsError = defineError(
  'OCPP_ERR_WEBSOCKET_EXISTS',
  'fastify-ocpp has registered @fastify/websocket in this scope: register yours before fastify-ocpp, which then uses ' +
    'it, or leave yours out and add your WebSocket routes as they are',
  500
)
/** `on`, `fallback` or `onDataTransfer` was called twice for the same thing. */
export const HandlerExistsError = defineError('OCPP_ERR_HANDLER_EXISTS', '%s already has a handler', 500)
/** The action does not exist in this version, or only the other side may send it. */
export const UnknownActionError = defineError('OCPP_ERR_UNKNOWN_ACTION', '%s', 422)
/** No live connection of this charge point. */
export const NotConnectedError = defineError('OCPP_ERR_NOT_CONNECTED', 'charge point %s is not connected', 409)
/** The charge point is connected with another OCPP version than that of the call. */
export const WrongProtocolError = defineError('OCPP_ERR_WRONG_PROTOCOL', 'charge point %s speaks %s, not %s', 409)
/** The message id is empty, longer than 36 characters or in use. */
export const InvalidMessageIdError = defineError('OCPP_ERR_INVALID_MESSAGE_ID', '%s', 422)
/** The `timeout` of a call is not a positive number. */
export const InvalidTimeoutError = defineError(
  'OCPP_ERR_INVALID_TIMEOUT',
  'the timeout of a call is a positive number of milliseconds',
  422
)
/** The code or the reason given for a close frame may not be sent. Nothing was closed. [RFC 6455 §7.4] */
export const InvalidCloseError = defineError('OCPP_ERR_INVALID_CLOSE', '%s', 422)
/** An upgrade of a route that is no WebSocket route, or without a Host header. Answered before the upgrade. */
export const InvalidUpgradeError = defineError('OCPP_ERR_INVALID_UPGRADE', '%s', 400)
/** Too many calls already wait for this charge point. Nothing was sent. */
export const QueueFullError = defineError('OCPP_ERR_QUEUE_FULL', '%s calls wait for charge point %s already', 429)

/** How far a call was when it failed. `sent: false` means that the charge point never received it. */
interface CallProgress {
  sent: boolean
}

/** The signal given with the call was aborted. If `sent` is true, the charge point may still act. */
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

/**
 * A CALLERROR frame. A handler throws it to answer the charge point. A call rejects with it when the charge point sends
 * one. On the wire, `description` has at most 255 characters [OCPP-J 4.2.3]. `details` is an object.
 */
export class CallError extends Error {
  override readonly name = 'CallError'
  /** The code in the spelling of its sender. A received code may be one that no version has. */
  readonly code: CallErrorCode | (string & {})
  readonly description: string
  readonly details: Record<string, unknown>
  /** The HTTP status that a route should answer when it lets the error through: the charge point is the bad gateway. */
  readonly statusCode = 502

  constructor(code: CallErrorCode | (string & {}), description = '', details: Record<string, unknown> = {}) {
    super(description === '' ? code : `${code}: ${description}`)
    this.code = code
    this.description = description
    this.details = details
  }
}

/** A CALLERROR that the other side sent. A handler that throws it has failed: it is not an answer of ours. */
export class ReceivedCallError extends CallError {}
