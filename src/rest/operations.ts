import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { NotConnectedError } from '../errors.js'
import type { Ocpp } from '../ocpp-api.js'
import type { CallOptions, ChargePoint } from '../types/charge-point.js'
import { type ChargePointDetail, type ChargePointItem, detail, item } from './charge-point.js'
import { UnknownChargePointError } from './errors.js'
import { listQuery, page } from './list.js'
import { integer, type Query } from './query.js'

/** Tells whether a charge point exists, connected or not. */
export type IsKnown = (identity: string) => boolean | Promise<boolean>

export interface ListAnswer {
  items: ChargePointItem[]
  /** Where the next page starts; absent on the last one. */
  nextCursor?: string
}

/** A call that the charge point answered with a CALLRESULT. */
export interface CallAnswer {
  messageId: string
  action: string
  /** The charge point's own answer; its `Rejected` is data. */
  result: unknown
}

export interface CallTarget {
  identity: string
  action: string
}

/** A call that an operator asks for over HTTP. */
export interface CallRequest extends CallTarget {
  /** The body as it came; `{}` when there is none. Not checked yet. */
  readonly payload: unknown
  /** Milliseconds, when the operator said so. */
  readonly timeout: number | undefined
  /** Aborted when the HTTP client leaves. */
  readonly signal: AbortSignal
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Carries a call out. What it returns is the body of the answer, what it throws a problem. */
export type CarryOut = (request: CallRequest) => unknown

const MAX_TIMEOUT = 300_000
/** Close code of a connection that an operator ends. [RFC 6455 §7.4.1] */
const NORMAL_CLOSURE = 1000

/** What the routes do, without how they are reached. */
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
    const chargePoint = this.#ocpp.chargePoints.get(identity)
    if (chargePoint !== undefined) return detail(chargePoint)
    if (await this.#isKnown?.(identity)) return { identity, connected: false }
    throw new UnknownChargePointError(identity)
  }

  /** @throws `OCPP_ERR_UNKNOWN_CHARGE_POINT`, `OCPP_ERR_NOT_CONNECTED` */
  async disconnect(identity: string): Promise<void> {
    const chargePoint: ChargePoint | undefined = this.#ocpp.chargePoints.get(identity)
    if (chargePoint === undefined) throw await this.#absence(identity)
    chargePoint.disconnect(NORMAL_CLOSURE, 'disconnected by an operator')
  }

  /**
   * Sends a CALL as it is and waits for the answer, unless the app does that in its own way.
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

  /** Why there is no connection. Without `isKnown` every charge point may exist. */
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

/** A call whose signal is made when it is asked for: few need one. */
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

/** Aborted when the HTTP client is gone before it was answered. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  const abort = () => {
    if (!raw.writableFinished) controller.abort()
  }
  if (raw.destroyed) abort()
  else raw.once('close', abort)
  return controller.signal
}
