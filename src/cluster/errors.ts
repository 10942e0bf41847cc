import { defineError } from '../define-error.js'
import {
  AbortedError,
  CallError,
  DisconnectedError,
  InvalidCloseError,
  InvalidMessageIdError,
  InvalidPayloadError,
  InvalidResponseError,
  InvalidTimeoutError,
  NotConnectedError,
  QueueFullError,
  ReceivedCallError,
  TimeoutError,
  UnknownActionError,
  WrongProtocolError
} from '../errors.js'
import type { Violation } from '../types/protocol.js'
import type { WireError } from './messages.js'

/** No other node can be reached, or not the one that holds the connection. Nothing was sent. */
export class UnreachableError extends defineError(
  'OCPP_ERR_NODE_UNREACHABLE',
  'charge point %s may be connected to another node, which cannot be reached: %s',
  503
) {
  readonly sent = false
}

/** A message exceeds the maximum size of the bus. With `sent: true`, the CALL was sent, but its answer is lost. */
export class TooLargeError extends defineError('OCPP_ERR_TOO_LARGE', '%s is larger than %s bytes between nodes', 413) {
  readonly sent: boolean
  constructor(what: string, maxPayload: number, { sent }: { sent: boolean }) {
    super(what, maxPayload)
    this.sent = sent
    if (sent) Object.assign(this, { statusCode: 502 })
  }
}

/** The form in which an error is sent to other nodes. */
export function toWire(error: unknown): WireError {
  if (error instanceof CallError) {
    const { code, message, description, details } = error
    return { code, message, callError: { description, details } }
  }
  if (!(error instanceof Error)) return { code: 'INTERNAL_ERROR', message: 'the call failed' }
  const { message, code, statusCode, sent, violation } = error as Error & Partial<WireError>
  return {
    code: typeof code === 'string' ? code : 'INTERNAL_ERROR',
    message,
    ...(Number.isInteger(statusCode) && { statusCode }),
    ...(typeof sent === 'boolean' && { sent }),
    ...(isViolation(violation) && { violation })
  }
}

/** An error of the application may have a member of the same name. */
function isViolation(violation: WireError['violation']): violation is NonNullable<WireError['violation']> {
  const { code, pointer, message } = violation ?? {}
  return [code, pointer, message].every((text) => typeof text === 'string')
}

type Maker = (wire: WireError) => Error

const NO_VIOLATION: Violation = { code: 'FormatViolation', pointer: '', message: '' }
const sentOf = ({ sent = false }: WireError) => ({ sent })
const violationOf = ({ violation }: WireError) => (violation as Violation | undefined) ?? NO_VIOLATION

/** Creates the errors that a call can have, by their code. */
const MAKERS: Readonly<Record<string, Maker>> = {
  OCPP_ERR_ABORTED: (wire) => new AbortedError('', sentOf(wire)),
  OCPP_ERR_DISCONNECTED: (wire) => new DisconnectedError('', '', sentOf(wire)),
  OCPP_ERR_INVALID_CLOSE: () => new InvalidCloseError(''),
  OCPP_ERR_INVALID_MESSAGE_ID: () => new InvalidMessageIdError(''),
  OCPP_ERR_INVALID_PAYLOAD: (wire) => new InvalidPayloadError('', violationOf(wire)),
  OCPP_ERR_INVALID_RESPONSE: (wire) => new InvalidResponseError('', violationOf(wire)),
  OCPP_ERR_INVALID_TIMEOUT: () => new InvalidTimeoutError(),
  OCPP_ERR_NODE_UNREACHABLE: () => new UnreachableError('', ''),
  OCPP_ERR_NOT_CONNECTED: () => new NotConnectedError(''),
  OCPP_ERR_QUEUE_FULL: () => new QueueFullError(0, ''),
  OCPP_ERR_TIMEOUT: (wire) => new TimeoutError('', 0, sentOf(wire)),
  OCPP_ERR_TOO_LARGE: (wire) => new TooLargeError('', 0, sentOf(wire)),
  OCPP_ERR_UNKNOWN_ACTION: () => new UnknownActionError(''),
  OCPP_ERR_WRONG_PROTOCOL: () => new WrongProtocolError('', '', '')
}

/** The error of the other node: an instance of the same class if it is an error of this library. */
export function fromWire(wire: WireError): Error {
  const { code, message, statusCode, sent, callError } = wire
  if (callError !== undefined) return new ReceivedCallError(code, callError.description, callError.details)
  const make = Object.hasOwn(MAKERS, code) ? MAKERS[code] : undefined
  const error = make === undefined ? Object.assign(new Error(message), { code, statusCode: 500 }) : make(wire)
  error.message = message
  if (make === undefined && statusCode !== undefined) Object.assign(error, { statusCode })
  if (make === undefined && sent !== undefined) Object.assign(error, { sent })
  return error
}
