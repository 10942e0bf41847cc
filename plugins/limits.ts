import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { ServerLimits } from '../lib/limits/server.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Limits of the servers: whoever makes another one has it guarded. */
    limits: ServerLimits
  }
}

/** What can be bounded before anybody knows who is there. The library bounds the rest. */
async function limits(app: FastifyInstance): Promise<void> {
  const serverLimits = new ServerLimits(app.config)
  serverLimits.guard(app.server)
  app.decorate('limits', serverLimits)
}

export default fp(limits, { fastify: '5.x', name: 'limits', dependencies: ['env'] })
