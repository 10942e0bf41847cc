import { randomInt, randomUUID } from 'node:crypto'
import {
  CallError,
  NotConnectedError,
  type Ocpp,
  type Protocol,
  redact,
  validatePayload,
  versionInfo
} from 'fastify-ocpp'
import type { CallCommand, Caller } from '../calls/caller.js'
import type { Store } from '../charge-points/store.js'
import { fold } from '../events/scope.js'
import type { TraitsBook } from '../traits/book.js'
import {
  BrokenExchangeError,
  type Exchange,
  type MadeCall,
  NotSupportedError,
  type Outcome,
  type Step
} from './exchange.js'
import { Mutex } from './mutex.js'
import type { AnyOperation, Lookup } from './operation.js'
import { withUtcTimes } from './times.js'

/** Who wants an operation, and how its calls are made. `messageId` is that of the first call. */
export type CommandOptions = Pick<CallCommand, 'operator' | 'timeout' | 'messageId' | 'idempotencyKey'>

/** An operation that an operator wants of a charge point. */
export interface OperationCommand extends CommandOptions {
  identity: string
  /** Name of the operation. */
  name: string
  operation: AnyOperation
  /** The request, valid by the schema of the operation. */
  request: unknown
}

/** How an operation ended, and the calls that were made for it. */
export type OperationAnswer = { operation: string; protocol: Protocol } & Outcome & { calls: MadeCall[] }

export interface OperationsOptions {
  store: Pick<Store, 'db' | 'require'>
  ocpp: Pick<Ocpp, 'chargePoints'>
  calls: Pick<Caller, 'call'>
  traits: Pick<TraitsBook, 'of'>
  /** Hosts that files may come from and go to; `undefined`: any. */
  fileHosts: readonly string[] | undefined
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
   * @throws UnknownChargePointError, `OCPP_ERR_NOT_CONNECTED`, and the errors of {@link carryOut}
   */
  async perform(command: OperationCommand): Promise<OperationAnswer> {
    if (!command.operation.isExclusive) return this.#perform(command)
    return this.#mutex.run(`${fold(command.identity)} ${command.name}`, () => this.#perform(command))
  }

  /**
   * A charge point that is connected, with all that an operation may look up.
   *
   * @throws UnknownChargePointError, `OCPP_ERR_NOT_CONNECTED`
   */
  async reach(identity: string): Promise<Lookup> {
    const { store, ocpp, traits: book, fileHosts } = this.#options
    const chargePoint = await store.require(identity)
    const connection = ocpp.chargePoints.get(identity)
    if (connection === undefined) throw new NotConnectedError(identity)
    const { protocol } = connection
    const nextId = () => randomInt(1, MAX_ID)
    const traits = book.of(connection)
    return { db: store.db, chargePoint, protocol, traits, connection, now: Date.now(), nextId, fileHosts }
  }

  /**
   * Makes the calls of an exchange, one after the other.
   *
   * @throws NotSupportedError, ConflictError, InvalidRequestError; once a call was made, BrokenExchangeError
   */
  async carryOut(
    exchange: Exchange,
    { chargePoint: { identity }, protocol }: Lookup,
    { messageId: firstId, ...options }: CommandOptions
  ): Promise<{ outcome: Outcome; calls: MadeCall[] }> {
    const calls: MadeCall[] = []
    try {
      let next = exchange.next()
      while (next.done !== true) {
        const { action, payload } = next.value
        checkExpressible(protocol, next.value)
        const call: MadeCall = { messageId: (calls.length === 0 ? firstId : undefined) ?? randomUUID(), action }
        calls.push(call)
        const command = { identity, action, payload, ...options, messageId: call.messageId }
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

/** The versions differ in lengths and enumerations: the schema of the version decides. */
function checkExpressible(protocol: Protocol, { action, payload }: Step): void {
  const violation = validatePayload(protocol, action, 'request', payload)
  if (violation === undefined) return
  const { pointer, message } = violation
  throw new NotSupportedError(`${versionInfo(protocol).name} cannot say this: ${action} ${pointer} ${message}`)
}

function described(error: unknown): { code: string; detail: string } {
  if (error instanceof CallError) return { code: error.code, detail: error.description }
  const { code = 'INTERNAL_ERROR', message } = error as Error & { code?: string }
  return { code, detail: code.startsWith('OCPP_ERR_') ? message : 'the call failed' }
}
