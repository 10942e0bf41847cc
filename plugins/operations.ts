import { randomInt, randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { type ChargePoint, NotConnectedError, type Protocol } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import type {} from './calls.js'
import type { ChargePointRow } from './domain/charge-points.js'
import { fold } from './domain/scope.js'
import { type MadeCall, type Outcome, run } from './operations/exchange.js'
import type { AnyOperation, Lookup } from './operations/operation.js'
import { OPERATIONS, type OperationName } from './operations/table.js'
import { Turns } from './operations/turns.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** What can be asked of charge points whatever version they speak. */
    operations: Operations
  }
}

/** What is wanted of a charge point. */
export interface OperationWish {
  identity: string
  name: OperationName
  /** The request, which fits the schema of the operation. */
  request: unknown
  /** Who asks: `request.operator.name`. */
  operator: string
  /** Milliseconds for each of its calls. Default: OCPP_CALL_TIMEOUT. */
  timeout?: number
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
  /** The charge point and its connection. */
  reach(identity: string): Promise<Reached>
  /** A random id: 1 to 2^31 - 1. */
  nextId(): number
}

export interface Reached {
  row: ChargePointRow
  connection: ChargePoint
}

/** Answered as a 404 problem. */
class UnknownChargePointError extends Error {
  readonly statusCode = 404
  readonly code = 'OCPP_ERR_UNKNOWN_CHARGE_POINT'
}

const MAX_ID = 2 ** 31

async function operations(app: FastifyInstance): Promise<void> {
  const { ocpp, store, config } = app
  const turns = new Turns()
  const nextId = () => randomInt(1, MAX_ID)

  async function reach(identity: string): Promise<Reached> {
    const row = await store.find(identity)
    if (row === undefined) throw new UnknownChargePointError(`no charge point ${identity}`)
    const connection = ocpp.chargePoints.get(identity)
    if (connection === undefined) throw new NotConnectedError(identity)
    return { row, connection }
  }

  async function perform(wish: OperationWish): Promise<OperationAnswer> {
    const { identity, name, request, operator, timeout } = wish
    const operation: AnyOperation = OPERATIONS[name]
    const { row, connection } = await reach(identity)
    const { protocol } = connection
    const lookup: Lookup = {
      db: store.db,
      chargePoint: row,
      protocol,
      connection,
      now: Date.now(),
      nextId,
      fileHosts: config.FILE_TRANSFER_HOSTS
    }
    const exchange = operation.cells[protocol](request, await operation.facts(lookup, request))
    const { outcome, calls } = await run(exchange, {
      protocol,
      createId: randomUUID,
      call: async (step) => {
        const { result } = await app.calls.call({
          identity,
          operator,
          ...step,
          ...(timeout !== undefined && { timeout })
        })
        return result
      }
    })
    return { operation: name, protocol, ...outcome, calls }
  }

  app.decorate('operations', {
    reach,
    nextId,
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
