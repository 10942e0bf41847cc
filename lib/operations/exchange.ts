import type { CsmsAction, Protocol, RequestOf, ResponseOf } from 'fastify-ocpp'

/** A call that an operation wants made. */
export interface Step {
  action: string
  payload: object
}

/** What has become of an operation, in the words of no version. */
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

/** How an operation ended. What it tells beside its status is its own. */
export interface Outcome {
  status: Status
  /** The charge point's own word, when it says more than the status. */
  reason?: string
  /** 2.x: more about it. */
  statusInfo?: object
  [detail: string]: unknown
}

/**
 * An operation in the words of one version: it asks for one call after the other, gets the charge point's answers, and
 * returns what they come to. It does nothing by itself, so it needs no charge point to be tested.
 */
export type Exchange = Generator<Step, Outcome, unknown>

/** A call within an exchange. What is sent and answered is that of the version. */
export type Ask<P extends Protocol> = <A extends CsmsAction<P>>(
  action: A,
  payload: RequestOf<P, A>
) => Generator<Step, ResponseOf<P, A>, unknown>

function* ask(action: unknown, payload: unknown): Generator<Step, unknown, unknown> {
  return yield { action: action as string, payload: payload as object }
}

export const ask16 = ask as unknown as Ask<'ocpp1.6'>
/** 2.0.1 too, which has the same with narrower enumerations: what it does not know is refused before it goes out. */
export const ask2 = ask as unknown as Ask<'ocpp2.1'>

/** The version that the charge point speaks has no words for what is asked of it. Answered as a 409 problem. */
export class NotSupportedError extends Error {
  readonly statusCode = 409
  readonly code = 'OPERATION_NOT_SUPPORTED'
}

/** What is asked is not possible as things stand. Answered as a 409 problem. */
export class ConflictError extends Error {
  readonly statusCode = 409
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The request contradicts itself. Answered as a 422 problem. */
export class InvalidRequestError extends Error {
  readonly statusCode = 422
  readonly code = 'INVALID_OPERATION'
}

/** A call of an operation, as it is shown. */
export interface MadeCall {
  messageId: string
  action: string
  /** The charge point's own answer, unless there was none; without secrets. */
  result?: unknown
  /** What was wrong when there was none. */
  error?: { code: string; detail: string }
}

/** It broke off: these calls were made. */
export class BrokenExchangeError extends Error {
  readonly calls: readonly MadeCall[]

  constructor(cause: unknown, calls: readonly MadeCall[]) {
    super('the operation broke off', { cause })
    this.calls = calls
  }
}
