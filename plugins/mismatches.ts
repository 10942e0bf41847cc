import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Mismatches } from '../lib/smart-charging/mismatches.js'
import type {} from './publisher.js'

declare module 'fastify' {
  interface FastifyInstance {
    mismatches: Mismatches
  }
}

/** Tells of charge points whose composite schedule is another one than ours. */
async function mismatches(app: FastifyInstance): Promise<void> {
  app.decorate('mismatches', new Mismatches((event) => app.publisher.publish(event)))
}

export default fp(mismatches, { fastify: '5.x', name: 'mismatches', dependencies: ['publisher'] })
