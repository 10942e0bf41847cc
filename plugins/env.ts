import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../lib/settings/settings.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The settings, checked and complete. */
    config: Config
  }
}

async function env(app: FastifyInstance, { config }: { config: Config }): Promise<void> {
  app.decorate('config', config)
}

export default fp(env, { fastify: '5.x', name: 'env' })
