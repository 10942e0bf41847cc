import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { NotConnectedError } from 'fastify-ocpp'
import { UnreachableError } from 'fastify-ocpp/cluster'
import fp from 'fastify-plugin'
import { connectionHere } from '../lib/charge-points/whereabouts.js'
import { describeRequest, type ForwardOptions, forwardedOperator, forwardHttp } from '../lib/nodes/forwarding.js'
import type {} from './calls.js'
import type {} from './drain.js'
import type {} from './moving.js'
import type {} from './store.js'
import type {} from './whereabouts.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * For routes of one charge point, with several nodes. `needed`: the node that the charge point is connected to carries
     * the request out, and it fails if that node cannot be reached. `preferred`: it does so if it can be reached.
     */
    holder?: 'needed' | 'preferred'
  }
}

/** How long another node may take until it is ready for a request that this one can carry out as well. Milliseconds. */
const READING_MS = 1_000
/** Seconds until a client should try again when the other nodes cannot be reached. */
const RETRY_AFTER = 5

/** The timeout that the client wants for the call, if it is one: the other node decides. Milliseconds. */
function timeoutOf({ query }: FastifyRequest): number | undefined {
  const timeout = Number((query as { timeout?: unknown }).timeout)
  return timeout > 0 ? timeout : undefined
}

/** Aborts when the client leaves before it has its answer. */
function whileThere({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort()
  })
  return controller.signal
}

/** Answers a request with the answer of the node that has the charge point. Returns whether it did. */
async function forward(
  app: FastifyInstance,
  options: ForwardOptions,
  sent: { request: FastifyRequest; reply: FastifyReply }
) {
  const { request, reply } = sent
  try {
    const answer = await forwardHttp(describeRequest(request), options)
    if (answer === undefined) return false
    reply.code(answer.status).headers(answer.headers).send(answer.body)
    return true
  } catch (error) {
    if (error instanceof NotConnectedError) return false
    const isNeeded = request.routeOptions.config.holder === 'needed'
    const isReading = request.method === 'GET' || request.method === 'HEAD'
    // Whatever the other node has read, this one may read again.
    if (!isNeeded && (isReading || error instanceof UnreachableError)) {
      app.log.debug({ err: error }, 'a request was not forwarded')
      return false
    }
    if (!(error instanceof UnreachableError)) throw error
    reply.header('retry-after', RETRY_AFTER)
    throw error
  }
}

/** Lets the node that a charge point is connected to carry out the requests for it. Does nothing without a cluster. */
async function forwarding(app: FastifyInstance): Promise<void> {
  const { ocpp, moving, store, whereabouts } = app
  const { cluster } = ocpp
  if (cluster === undefined) return
  // After the body was read, and before it is validated, which the other node does.
  app.addHook('preValidation', (request, reply, done) => {
    const { identity } = request.params as { identity?: string }
    const { holder } = request.routeOptions.config
    if (holder === undefined || identity === undefined) return done()
    const isNeeded = holder === 'needed'
    // While this node shuts down, a call goes to the node that the charge point is about to connect to.
    const isHere = () => connectionHere(ocpp, identity) !== undefined && !(isNeeded && app.isDraining)
    const go = () => {
      if (isNeeded) app.calling.add(request)
      done()
    }
    if (forwardedOperator() !== undefined || isHere()) return go()
    const options: ForwardOptions = {
      cluster,
      identity,
      signal: AbortSignal.any([whileThere(reply), app.patience]),
      isHere,
      isComing: () => isNeeded && moving.has(identity),
      isStored: async () => isNeeded && whereabouts.isElsewhere(store.db, identity),
      timeout: isNeeded ? timeoutOf(request) : READING_MS
    }
    forward(app, options, { request, reply }).then((isAnswered) => isAnswered || go(), done)
  })
  app.addHook('onResponse', (request, _reply, done) => {
    app.calling.delete(request)
    done()
  })
}

export default fp(forwarding, {
  fastify: '5.x',
  name: 'forwarding',
  dependencies: ['calls', 'drain', 'moving', 'ocpp', 'store', 'whereabouts']
})
