import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { ProblemError } from '../lib/problem-error.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the app is shutting down: outstanding calls may end, but nothing new begins. */
    readonly isDraining: boolean
    /** Aborts when what other nodes still do for this one cannot be waited for any longer. */
    readonly patience: AbortSignal
  }
}

/** As long as calls to charge points of this process get at shutdown, in milliseconds. */
const PATIENCE_MS = 10_000

/** Routes that are answered until the very end. */
const ALWAYS = /^\/(?:health\/|metrics)/

/**
 * Rejects requests while chargers are disconnected at shutdown. Otherwise Fastify would reject them in its own format.
 */
async function drain(app: FastifyInstance): Promise<void> {
  let isDraining = false
  app.decorate('isDraining', { getter: () => isDraining })
  const patience = new AbortController()
  app.decorate('patience', patience.signal)
  app.addHook('preClose', async () => {
    isDraining = true
    setTimeout(() => patience.abort(), PATIENCE_MS).unref()
  })
  app.addHook('onRequest', (request, reply, done) => {
    // The library answers upgrades.
    if (!isDraining || request.headers.upgrade !== undefined || ALWAYS.test(request.url)) return done()
    reply.header('retry-after', 1 + Math.floor(Math.random() * 30))
    done(new ProblemError(503, 'DRAINING', 'going down'))
  })
}

export default fp(drain, { fastify: '5.x', name: 'drain' })
