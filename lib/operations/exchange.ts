import type { CsmsAction, Protocol, RequestOf, ResponseOf } from 'fastify-ocpp'
import { ProblemError } from '../problem-error.js'

/** A call that an operation requests. */
export interface Step {
  action: string
  payload: object
}

/** The outcome of an operation, in words that are the same for all versions. */
export const STATUSES = [
  'accepted',
  'scheduled',
  'reboot-required',
  'partial',
  'rejected',
  'not-found',
  'not-supported'
] as const
export type Status = (typeof STATUSES)[number]

/** The result of an operation. Members besides these depend on the operation. */
export interface Outcome {
  status: Status
  /** The status that the charge point sent, if it says more than our status. */
  reason?: string
  /** 2.x: details of the charge point. */
  statusInfo?: object
  [detail: string]: unknown
}

/**
 * An operation in the words of one version: it yields one call after the other, receives the answers of the charge
 * point, and returns the result. It does no I/O, so tests need no charge point.
 */
export type Exchange = Generator<Step, Outcome, unknown>

/** A call within an exchange, with the payloads of the version. */
export type Ask<P extends Protocol> = <A extends CsmsAction<P>>(
  action: A,
  payload: RequestOf<P, A>
) => Generator<Step, ResponseOf<P, A>, unknown>

function* ask(action: unknown, payload: unknown): Generator<Step, unknown, unknown> {
  return yield { action: action as string, payload: payload as object }
}

export const ask16 = ask as unknown as Ask<'ocpp1.6'>
/**
 * Also for 2.0.1, which has the same messages with fewer enumeration values. Values that it does not have are rejected
 * before sending.
 */
export const ask2 = ask as unknown as Ask<'ocpp2.1'>

/** The version of the charge point cannot express the request. `pointer` is that of the member at fault. */
export function notSupported(message: string, pointer?: string): ProblemError {
  return new ProblemError(409, 'OPERATION_NOT_SUPPORTED', message, pointer === undefined ? {} : { pointer })
}

/** The request contradicts itself. */
export function invalidRequest(message: string): ProblemError {
  return new ProblemError(422, 'INVALID_OPERATION', message)
}

/** A member of the request is nothing that the charge point may be sent. `pointer` is that of the body. */
export function refuseMember(pointer: string, detail: string): ProblemError {
  return new ProblemError(422, 'INVALID_OPERATION', `${pointer} ${detail}`.trim(), { pointer, detail })
}

/** A call of an operation in the API. */
export interface MadeCall {
  messageId: string
  action: string
  /** The answer of the charge point without secrets, if there was one. */
  result?: unknown
  /** The error, if there was no answer. */
  error?: { code: string; detail: string }
}

/** An operation failed after it had made these calls. */
export class BrokenExchangeError extends Error {
  readonly calls: readonly MadeCall[]

  constructor(cause: unknown, calls: readonly MadeCall[]) {
    super('the operation broke off', { cause })
    this.calls = calls
  }
}
