import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Whereabouts } from '../lib/charge-points/whereabouts.js'
import type {} from './runs.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Where charge points are connected, with several nodes. */
    whereabouts: Whereabouts
  }
}

async function whereabouts(app: FastifyInstance): Promise<void> {
  const { ocpp, runs } = app
  const self = ocpp.cluster === undefined ? undefined : { node: runs.node, runId: runs.runId }
  app.decorate('whereabouts', new Whereabouts({ live: ocpp.chargePoints, self }))
}

export default fp(whereabouts, { fastify: '5.x', name: 'whereabouts', dependencies: ['ocpp', 'runs'] })
