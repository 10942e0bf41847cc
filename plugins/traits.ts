import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { TraitsBook } from '../lib/traits/book.js'
import { ModelStore } from '../lib/traits/model-store.js'
import { Settling } from '../lib/traits/settling.js'

declare module 'fastify' {
  interface FastifyInstance {
    traits: {
      /** The charger models. */
      readonly models: ModelStore
      /** Which traits apply to a charge point. */
      readonly book: TraitsBook
      /** Which connections may be called by the back-end itself. */
      readonly settling: Settling
    }
  }
}

/** How charge points deviate from the standard, and what is accepted of them. */
async function traits(app: FastifyInstance): Promise<void> {
  const { config, database } = app
  const models = new ModelStore(database)
  const { OCPP_PING_INTERVAL: ping, OCPP_HEARTBEAT_INTERVAL: heartbeatInterval } = config
  const settings = {
    validation: config.OCPP_VALIDATION,
    leniency: config.OCPP_DEVIATIONS,
    pings: ping === 0 ? ('off' as const) : ping / 1000,
    callsAfterConnect: config.OCPP_CALLS_AFTER_CONNECT,
    heartbeatInterval
  }
  const book = new TraitsBook({ models, settings })
  app.decorate('traits', { models, book, settling: new Settling((chargePoint) => book.of(chargePoint)) })
}

export default fp(traits, { fastify: '5.x', name: 'traits', dependencies: ['env', 'database'] })
