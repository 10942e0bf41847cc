import { randomInt } from 'node:crypto'
import {
  ALL_PROTOCOLS,
  CallError,
  NotConnectedError,
  type Ocpp,
  type Protocol,
  redact,
  validatePayload,
  versionInfo
} from 'fastify-ocpp'
import type { CallCommand, Caller } from '../calls/caller.js'
import { newMessageId } from '../calls/message-id.js'
import type { Store } from '../charge-points/store.js'
import { connectionHere } from '../charge-points/whereabouts.js'
import { fold } from '../events/scope.js'
import { ProblemError } from '../problem-error.js'
import { knownOf, type TraitsBook } from '../traits/book.js'
import { valuesOf } from '../traits/traits.js'
import { BrokenExchangeError, type Exchange, type MadeCall, notSupported, type Outcome, type Step } from './exchange.js'
import { Mutex } from './mutex.js'
import type { AnyOperation, Lookup } from './operation.js'
import { withUtcTimes } from './times.js'

/**
 * The operator of an operation, and how its calls are made. `messageId` and `signal` are those of the first call: an operation that
 * has begun is not left half done.
 */
export type CommandOptions = Pick<CallCommand, 'operator' | 'timeout' | 'messageId' | 'idempotencyKey' | 'signal'>

/** An operation that an operator wants of a charge point. */
export interface OperationCommand extends CommandOptions {
  identity: string
  /** Name of the operation. */
  name: string
  operation: AnyOperation
  /** The request, valid by the schema of the operation. */
  request: unknown
}

type Translated = Pick<OperationCommand, 'identity' | 'operation' | 'request'>

/** How an operation ended, and the calls that were made for it. */
export type OperationAnswer = { operation: string; protocol: Protocol } & Outcome & { calls: MadeCall[] }

export interface OperationsOptions {
  store: Pick<Store, 'db' | 'require'>
  ocpp: Pick<Ocpp, 'chargePoints' | 'cluster'>
  calls: Pick<Caller, 'call'>
  traits: Pick<TraitsBook, 'of' | 'applied'>
  /** Hosts that files may come from and go to; `undefined`: any. */
  fileHosts: readonly string[] | undefined
  /** Languages of texts for drivers, the most usual first. */
  languages: readonly string[]
}

const MAX_ID = 2 ** 31

/** Carries out operations in the version that each charge point speaks. */
export class Operations {
  readonly #options: OperationsOptions
  readonly #mutex = new Mutex()

  constructor(options: OperationsOptions) {
    this.#options = options
  }

  /**
   * Carries out an operation. Two exclusive ones of the same name wait for each other at one charge point.
   *
   * @throws `OCPP_ERR_UNKNOWN_CHARGE_POINT`, `OCPP_ERR_NOT_CONNECTED`, and the errors of {@link carryOut}
   */
  async perform(command: OperationCommand): Promise<OperationAnswer> {
    if (!command.operation.isExclusive) return this.#perform(command)
    return this.#mutex.run(`${fold(command.identity)} ${command.name}`, () => this.#perform(command))
  }

  /**
   * A charge point that is connected, with all that an operation may look up.
   *
   * @throws `OCPP_ERR_UNKNOWN_CHARGE_POINT`, `OCPP_ERR_NOT_CONNECTED`
   */
  async reach(identity: string): Promise<Lookup> {
    const { store, ocpp, traits: book } = this.#options
    const chargePoint = await store.require(identity)
    const connection = connectionHere(ocpp, identity)
    if (connection === undefined) throw new NotConnectedError(identity)
    const { protocol } = connection
    return { ...this.#common(), chargePoint, protocol, traits: book.of(connection), connection }
  }

  /**
   * The call of an operation for a charge point that is away, in the version that it spoke last.
   *
   * @throws `OCPP_ERR_UNKNOWN_CHARGE_POINT`, `OCPP_ERR_NOT_CONNECTED` if its version is unknown, `NOT_QUEUEABLE`,
   * `OPERATION_NOT_SUPPORTED`, `INVALID_OPERATION`
   */
  async translate({ identity, operation, request: given }: Translated): Promise<Step> {
    const request = withUtcTimes(operation.body, given)
    checkQueueable(operation, request)
    const { store, traits: book } = this.#options
    const chargePoint = await store.require(identity)
    const protocol = ALL_PROTOCOLS.find((known) => known === chargePoint.protocol)
    if (protocol === undefined) throw new NotConnectedError(identity)
    const traits = valuesOf(book.applied(knownOf(chargePoint)))
    const lookup: Lookup = { ...this.#common(), chargePoint, protocol, traits, connection: {} }
    const first = operation.rows[protocol](request, await operation.facts(lookup, request)).next()
    if (first.done === true) throw notQueueable()
    checkExpressible(protocol, first.value)
    return first.value
  }

  #common() {
    const { store, fileHosts, languages } = this.#options
    return { db: store.db, now: Date.now(), nextId: () => randomInt(1, MAX_ID), fileHosts, languages }
  }

  /**
   * Makes the calls of an exchange, one after the other.
   *
   * @throws ProblemError; once a call was made, BrokenExchangeError
   */
  async carryOut(
    exchange: Exchange,
    { chargePoint: { identity }, protocol }: Lookup,
    { messageId: firstId, signal, ...options }: CommandOptions
  ): Promise<{ outcome: Outcome; calls: MadeCall[] }> {
    const calls: MadeCall[] = []
    try {
      let next = exchange.next()
      while (next.done !== true) {
        const { action, payload } = next.value
        checkExpressible(protocol, next.value)
        const call: MadeCall = { messageId: (calls.length === 0 ? firstId : undefined) ?? newMessageId(), action }
        calls.push(call)
        const command = {
          ...{ identity, action, payload, ...options, messageId: call.messageId },
          ...(calls.length === 1 && { signal })
        }
        next = await this.#call(command, call).then(
          (answer) => exchange.next(answer),
          // An exchange may catch the error and go on without an answer.
          (error) => exchange.throw(error)
        )
      }
      return { outcome: next.value, calls }
    } catch (error) {
      throw calls.length === 0 ? error : new BrokenExchangeError(error, calls)
    }
  }

  async #perform({
    identity,
    name,
    operation,
    request: given,
    ...options
  }: OperationCommand): Promise<OperationAnswer> {
    const request = withUtcTimes(operation.body, given)
    const lookup = await this.reach(identity)
    const { protocol } = lookup
    const facts = await operation.facts(lookup, request)
    const { outcome, calls } = await this.carryOut(operation.rows[protocol](request, facts), lookup, options)
    return { operation: name, protocol, ...outcome, calls }
  }

  /** Makes one call, and notes its result or error in `call`. */
  async #call(command: CallCommand, call: MadeCall): Promise<unknown> {
    try {
      const { result } = await this.#options.calls.call(command)
      // A charge point may report a password, which no operator may see. [A01.FR.09]
      call.result = redact(result)
      return result
    } catch (error) {
      call.error = described(error)
      throw error
    }
  }
}

/** @throws `NOT_QUEUEABLE` */
export function checkQueueable(operation: AnyOperation, request: unknown): void {
  if (!operation.isQueueable(request)) throw notQueueable()
}

function notQueueable(): ProblemError {
  return new ProblemError(
    422,
    'NOT_QUEUEABLE',
    'this operation cannot wait for a charge point: it needs several calls, or makes no sense later'
  )
}

/** The versions differ in lengths and enumerations: the schema of the version decides. */
function checkExpressible(protocol: Protocol, { action, payload }: Step): void {
  const violation = validatePayload(protocol, action, 'request', payload)
  if (violation === undefined) return
  const { pointer, message } = violation
  throw notSupported(`${versionInfo(protocol).name} cannot say this: ${action} ${pointer} ${message}`)
}

function described(error: unknown): { code: string; detail: string } {
  if (error instanceof CallError) return { code: error.code, detail: error.description }
  const { code = 'INTERNAL_ERROR', message } = error as Error & { code?: string }
  return { code, detail: code.startsWith('OCPP_ERR_') ? message : 'the call failed' }
}
