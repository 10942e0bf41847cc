import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** Calls to charge points, each of them written down. */
    calls: Calls
  }
}

/** What is asked of a charge point. */
export interface CallWish {
  identity: string
  action: string
  /** Default: `{}`. */
  payload?: unknown
  /** Who asks: `request.operator.name`. */
  operator: string
  /** Milliseconds. Default: OCPP_CALL_TIMEOUT. */
  timeout?: number
  /** Gives the call up while it waits; what was sent is waited for all the same. */
  signal?: AbortSignal
  /** Default: a random UUID. */
  messageId?: string
}

/** A call that the charge point answered with a CALLRESULT. */
export interface CallAnswer {
  messageId: string
  action: string
  /** The charge point's own answer; its `Rejected` is data. */
  result: unknown
}

export interface Calls {
  /**
   * Sends a CALL in the version that the charge point speaks, waits for the answer and writes both down.
   *
   * @throws the errors of `app.ocpp.call`
   */
  call(wish: CallWish): Promise<CallAnswer>
}

async function calls(app: FastifyInstance): Promise<void> {
  const { ocpp, journal } = app
  app.decorate('calls', {
    async call({ identity, action, payload = {}, operator, messageId = randomUUID(), timeout, signal }) {
      const options = { messageId, ...(timeout !== undefined && { timeout }), ...(signal !== undefined && { signal }) }
      const result = await journal.calls.attributed(ocpp, operator).call(identity, action, payload, options)
      return { messageId, action, result }
    }
  })
}

export default fp(calls, { fastify: '5.x', name: 'calls', dependencies: ['ocpp', 'journal'] })
