import {
  CallError,
  type CsmsAction,
  type Protocol,
  type RequestOf,
  type ResponseOf,
  redact,
  validatePayload
} from 'fastify-ocpp'

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

/** Makes one call. */
export type Caller = (step: Step & { messageId: string }) => Promise<unknown>

export interface RunOptions {
  protocol: Protocol
  call: Caller
  createId: () => string
}

/**
 * Makes the calls of an exchange.
 *
 * @throws NotSupportedError, ConflictError, InvalidRequestError; once a call was made, BrokenExchangeError
 */
export async function run(exchange: Exchange, options: RunOptions): Promise<{ outcome: Outcome; calls: MadeCall[] }> {
  const calls: MadeCall[] = []
  try {
    let next = exchange.next()
    while (next.done !== true) {
      checkExpressible(options.protocol, next.value)
      next = await proceed(exchange, next.value, calls, options)
    }
    return { outcome: next.value, calls }
  } catch (error) {
    throw calls.length === 0 ? error : new BrokenExchangeError(error, calls)
  }
}

/** An exchange may go on without an answer. */
async function proceed(exchange: Exchange, step: Step, calls: MadeCall[], { call, createId }: RunOptions) {
  const made: MadeCall = { messageId: createId(), action: step.action }
  calls.push(made)
  let answer: unknown
  try {
    answer = await call({ ...step, messageId: made.messageId })
  } catch (error) {
    made.error = described(error)
    return exchange.throw(error)
  }
  // A charge point may tell a password that nobody is to see. [A01.FR.09]
  made.result = redact(answer)
  return exchange.next(answer)
}

/** The versions differ in lengths and enumerations, which their schemas know best. */
function checkExpressible(protocol: Protocol, { action, payload }: Step): void {
  const violation = validatePayload(protocol, action, 'request', payload)
  if (violation === undefined) return
  const { pointer, message } = violation
  throw new NotSupportedError(`${versionOf(protocol)} cannot say this: ${action} ${pointer} ${message}`)
}

/** `OCPP 1.6` */
export function versionOf(protocol: Protocol): string {
  return protocol.replace('ocpp', 'OCPP ')
}

function described(error: unknown): { code: string; detail: string } {
  if (error instanceof CallError) return { code: error.code, detail: error.description }
  const { code = 'INTERNAL_ERROR', message } = error as Error & { code?: string }
  return { code, detail: code.startsWith('OCPP_ERR_') ? message : 'the call failed' }
}
