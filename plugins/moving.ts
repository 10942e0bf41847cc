import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Moving } from '../lib/nodes/forwarding.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Charge points that are on their way from a node that shuts down to another one. */
    moving: Moving
  }
}

async function moving(app: FastifyInstance): Promise<void> {
  const moving = new Moving()
  app.decorate('moving', moving)
  if (app.ocpp.cluster !== undefined) app.events.subscribe((event) => moving.heard(event))
}

export default fp(moving, { fastify: '5.x', name: 'moving', dependencies: ['ocpp', 'publisher'] })
