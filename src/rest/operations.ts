import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ChargePointDetail, type ChargePointItem, item } from '../describe.js'
import { NotConnectedError } from '../errors.js'
import type { Ocpp } from '../ocpp-api.js'
import type { CallOptions } from '../types/charge-point.js'
import { UnknownChargePointError } from './errors.js'
import { listQuery, page } from './list.js'
import { integer, type Query } from './query.js'

/** Whether a charge point exists, connected or not. */
export type IsKnown = (identity: string) => boolean | Promise<boolean>

export interface ListAnswer {
  items: ChargePointItem[]
  /** Cursor of the next page; absent on the last page. */
  nextCursor?: string
}

/** A call that the charge point answered with a CALLRESULT. */
export interface CallAnswer {
  messageId: string
  action: string
  /** The payload of the answer. A status such as `Rejected` is a result, not an error. */
  result: unknown
}

export interface CallTarget {
  identity: string
  action: string
}

/** A call that an operator requests over HTTP. */
export interface CallRequest extends CallTarget {
  /** The body; `{}` when it is empty. Not validated yet. */
  readonly payload: unknown
  /** Timeout from the query. Milliseconds. `undefined`: the default of the plugin. */
  readonly timeout: number | undefined
  /** Aborted when the HTTP client closes the connection. */
  readonly signal: AbortSignal
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Carries out a call. The returned value is the body of the response; a thrown error becomes problem details. */
export type CarryOut = (request: CallRequest) => unknown

const MAX_TIMEOUT = 300_000
/** Close code when an operator disconnects a charge point. [RFC 6455 §7.4.1] */
const NORMAL_CLOSURE = 1000

/** Behaviour of the routes, independent of URLs and methods. */
export class Operations {
  readonly #ocpp: Ocpp
  readonly #isKnown: IsKnown | undefined
  readonly #carryOut: CarryOut

  constructor(ocpp: Ocpp, isKnown: IsKnown | undefined, carryOut: CarryOut = (call) => callLive(ocpp, call)) {
    this.#ocpp = ocpp
    this.#isKnown = isKnown
    this.#carryOut = carryOut
  }

  /** @throws `OCPP_ERR_INVALID_QUERY` */
  list(query: Query): ListAnswer {
    const { chargePoints, nextCursor } = page(this.#ocpp.chargePoints, listQuery(query))
    return { items: chargePoints.map(item), ...(nextCursor !== undefined && { nextCursor }) }
  }

  /** @throws `OCPP_ERR_UNKNOWN_CHARGE_POINT` */
  async get(identity: string): Promise<ChargePointDetail> {
    const connected = await this.#ocpp.describe(identity)
    if (connected !== undefined) return connected
    if (await this.#isKnown?.(identity)) return { identity, connected: false }
    throw new UnknownChargePointError(identity)
  }

  /** @throws `OCPP_ERR_UNKNOWN_CHARGE_POINT`, `OCPP_ERR_NOT_CONNECTED` */
  async disconnect(identity: string): Promise<void> {
    try {
      await this.#ocpp.disconnect(identity, NORMAL_CLOSURE, 'disconnected by an operator')
    } catch (error) {
      throw error instanceof NotConnectedError ? await this.#absence(identity) : error
    }
  }

  /**
   * Sends a CALL and waits for the answer, or lets the `call` option of the routes do so.
   *
   * @throws the errors of `app.ocpp.call`, `OCPP_ERR_INVALID_QUERY`, `OCPP_ERR_UNKNOWN_CHARGE_POINT`
   */
  async call({ identity, action }: CallTarget, request: CallHttpRequest, reply: FastifyReply): Promise<unknown> {
    const { query, body: payload = {} } = request
    const timeout = integer(query, 'timeout', { min: 1, max: MAX_TIMEOUT })
    try {
      return await this.#carryOut(new HttpCall({ identity, action, payload, timeout, request, reply }))
    } catch (error) {
      throw error instanceof NotConnectedError ? await this.#absence(identity) : error
    }
  }

  /** The error for a charge point without a connection. Without `isKnown`, any charge point may exist. */
  async #absence(identity: string): Promise<Error> {
    const exists = this.#isKnown === undefined || (await this.#isKnown(identity))
    return exists ? new NotConnectedError(identity) : new UnknownChargePointError(identity)
  }
}

/** A request whose query has been parsed. */
export type CallHttpRequest = FastifyRequest<{ Querystring: Query }>

async function callLive(ocpp: Ocpp, { identity, action, payload, timeout, signal }: CallRequest): Promise<CallAnswer> {
  const messageId = randomUUID()
  const options: CallOptions = { messageId, signal, ...(timeout !== undefined && { timeout }) }
  const result = await ocpp.call(identity, action, payload, options)
  return { messageId, action, result }
}

/** A call that creates its signal on demand, because most calls need none. */
class HttpCall implements CallRequest {
  readonly identity: string
  readonly action: string
  readonly payload: unknown
  readonly timeout: number | undefined
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  #signal: AbortSignal | undefined

  constructor({ identity, action, payload, timeout, request, reply }: Omit<CallRequest, 'signal'>) {
    this.identity = identity
    this.action = action
    this.payload = payload
    this.timeout = timeout
    this.request = request
    this.reply = reply
  }

  get signal(): AbortSignal {
    this.#signal ??= leaving(this.reply)
    return this.#signal
  }
}

/** A signal that aborts when the HTTP client closes the connection before the response. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  const abort = () => {
    if (!raw.writableFinished) controller.abort()
  }
  if (raw.destroyed) abort()
  else raw.once('close', abort)
  return controller.signal
}
