import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Caller } from './domain/calls/caller.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Calls to charge points, each of them written down. */
    calls: Caller
  }
}

async function calls(app: FastifyInstance): Promise<void> {
  app.decorate('calls', new Caller(app.ocpp, app.journal.calls))
}

export default fp(calls, { fastify: '5.x', name: 'calls', dependencies: ['ocpp', 'journal'] })
