import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the app is shutting down: outstanding calls may end, but nothing new begins. */
    readonly isDraining: boolean
  }
}

/** Answered as a 503 problem. */
class DrainingError extends Error {
  readonly statusCode = 503
  readonly code = 'DRAINING'
}

/** Routes that are answered until the very end. */
const ALWAYS = /^\/(?:health\/|metrics)/

/**
 * Rejects requests while chargers are disconnected at shutdown. Otherwise Fastify would reject them in its own format.
 */
async function drain(app: FastifyInstance): Promise<void> {
  let isDraining = false
  app.decorate('isDraining', { getter: () => isDraining })
  app.addHook('preClose', async () => {
    isDraining = true
  })
  app.addHook('onRequest', async (request, reply) => {
    // The library answers upgrades.
    if (!isDraining || request.headers.upgrade !== undefined || ALWAYS.test(request.url)) return
    reply.header('retry-after', 1 + Math.floor(Math.random() * 30))
    throw new DrainingError('going down')
  })
}

export default fp(drain, { fastify: '5.x', name: 'drain' })
