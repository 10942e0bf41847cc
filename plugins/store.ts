import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Store } from './domain/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** What the back-end remembers of charge points. */
    store: Store
  }
}

async function store(app: FastifyInstance): Promise<void> {
  app.decorate('store', new Store(app.database))
}

export default fp(store, { fastify: '5.x', name: 'store', dependencies: ['database'] })
