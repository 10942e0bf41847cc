import { randomInt, randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { NotConnectedError, type Protocol } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { fold } from '../lib/events/scope.js'
import { type Exchange, type MadeCall, type Outcome, run } from '../lib/operations/exchange.js'
import { Turns } from '../lib/operations/mutex.js'
import type { AnyOperation, Lookup } from '../lib/operations/operation.js'
import { OPERATIONS, type OperationName } from '../lib/operations/table.js'
import { withUtcTimes } from '../lib/operations/times.js'
import type {} from './calls.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** What can be asked of charge points whatever version they speak. */
    operations: Operations
  }
}

/** On whose behalf calls are made, and how. */
export interface Errand {
  /** `request.operator.name` */
  operator: string
  /** Milliseconds for each call. Default: OCPP_CALL_TIMEOUT. */
  timeout?: number
  /** Of the first call. Default: a random UUID. */
  messageId?: string | undefined
  /** Written down beside the calls. */
  idempotencyKey?: string | undefined
}

/** What is wanted of a charge point. */
export interface OperationWish extends Errand {
  identity: string
  name: OperationName
  /** The request, which fits the schema of the operation. */
  request: unknown
}

/** What has become of it. */
export type OperationAnswer = { operation: OperationName; protocol: Protocol } & Outcome & { calls: MadeCall[] }

export interface Operations {
  /**
   * Does it in the words of the version that the charge point speaks.
   *
   * @throws UnknownChargePointError, `OCPP_ERR_NOT_CONNECTED`, and what {@link run} throws
   */
  perform(wish: OperationWish): Promise<OperationAnswer>
  /**
   * A charge point that is connected.
   *
   * @throws UnknownChargePointError, `OCPP_ERR_NOT_CONNECTED`
   */
  reach(identity: string): Promise<Lookup>
  /** Makes the calls of an exchange. */
  carryOut(exchange: Exchange, lookup: Lookup, errand: Errand): ReturnType<typeof run>
}

/** Answered as a 404 problem. */
class UnknownChargePointError extends Error {
  readonly statusCode = 404
  readonly code = 'OCPP_ERR_UNKNOWN_CHARGE_POINT'
}

const MAX_ID = 2 ** 31
const nextId = () => randomInt(1, MAX_ID)

/** Ids of calls, the first of which is given. */
function idsFrom(first: string | undefined): () => string {
  let given = first
  return () => {
    const id = given ?? randomUUID()
    given = undefined
    return id
  }
}

async function operations(app: FastifyInstance): Promise<void> {
  const { ocpp, store, config, calls } = app
  const turns = new Turns()

  async function reach(identity: string): Promise<Lookup> {
    const chargePoint = await store.find(identity)
    if (chargePoint === undefined) throw new UnknownChargePointError(`no charge point ${identity}`)
    const connection = ocpp.chargePoints.get(identity)
    if (connection === undefined) throw new NotConnectedError(identity)
    const { protocol } = connection
    const fileHosts = config.FILE_TRANSFER_HOSTS
    return { db: store.db, chargePoint, protocol, connection, now: Date.now(), nextId, fileHosts }
  }

  function carryOut(exchange: Exchange, { chargePoint, protocol }: Lookup, { messageId, ...errand }: Errand) {
    const { identity } = chargePoint
    return run(exchange, {
      protocol,
      createId: idsFrom(messageId),
      call: async (step) => (await calls.call({ identity, ...errand, ...step })).result
    })
  }

  async function perform({ identity, name, request: wanted, ...errand }: OperationWish): Promise<OperationAnswer> {
    const operation: AnyOperation = OPERATIONS[name]
    const request = withUtcTimes(operation.body, wanted)
    const lookup = await reach(identity)
    const facts = await operation.facts(lookup, request)
    const { protocol } = lookup
    const { outcome, calls: made } = await carryOut(operation.cells[protocol](request, facts), lookup, errand)
    return { operation: name, protocol, ...outcome, calls: made }
  }

  app.decorate('operations', {
    reach,
    carryOut,
    perform(wish) {
      if (!OPERATIONS[wish.name].isExclusive) return perform(wish)
      return turns.take(`${fold(wish.identity)} ${wish.name}`, () => perform(wish))
    }
  })
}

export default fp(operations, {
  fastify: '5.x',
  name: 'operations',
  dependencies: ['env', 'ocpp', 'store', 'calls']
})
