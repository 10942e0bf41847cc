import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { NotConnectedError } from '../errors.js'
import type { CallOptions, ChargePoint, Ocpp } from '../types.js'
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

const MAX_TIMEOUT = 300_000
/** Close code of a connection that an operator ends. [RFC 6455 §7.4.1] */
const NORMAL_CLOSURE = 1000

/** What the routes do, without how they are reached. */
export class Operations {
  readonly #ocpp: Ocpp
  readonly #isKnown: IsKnown | undefined

  constructor(ocpp: Ocpp, isKnown: IsKnown | undefined) {
    this.#ocpp = ocpp
    this.#isKnown = isKnown
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
   * Sends a CALL as it is and waits for the answer; given up when the HTTP client leaves.
   *
   * @throws the errors of `app.ocpp.call`, `OCPP_ERR_INVALID_QUERY`, `OCPP_ERR_UNKNOWN_CHARGE_POINT`
   */
  async call({ identity, action }: CallTarget, payload: unknown, query: Query, reply: FastifyReply) {
    const timeout = integer(query, 'timeout', { min: 1, max: MAX_TIMEOUT })
    const messageId = randomUUID()
    const options: CallOptions = { messageId, signal: leaving(reply), ...(timeout !== undefined && { timeout }) }
    try {
      const result = await this.#ocpp.call(identity, action, payload === undefined ? {} : payload, options)
      return { messageId, action, result } satisfies CallAnswer
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

/** Aborted when the HTTP client is gone. */
function leaving({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  if (raw.destroyed) controller.abort()
  else raw.once('close', () => controller.abort())
  return controller.signal
}
