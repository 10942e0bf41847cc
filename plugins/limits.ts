import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { ServerLimits } from '../lib/limits/server.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Limits of the HTTP servers. Every further server must be registered here. */
    limits: ServerLimits
  }
}

/** Limits that apply before a client is known. The library has the limits for charge points. */
async function limits(app: FastifyInstance): Promise<void> {
  const serverLimits = new ServerLimits(app.config)
  serverLimits.guard(app.server)
  app.decorate('limits', serverLimits)
}

export default fp(limits, { fastify: '5.x', name: 'limits', dependencies: ['env'] })
