import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { cancelQueued } from '../lib/calls/offline-rows.js'
import { revokeCertificates } from '../lib/certificates/issued.js'
import { Store } from '../lib/charge-points/store.js'
import { forgetViolations } from '../lib/violations/rows.js'
import type {} from './publisher.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The stored data of charge points. */
    store: Store
  }
}

async function store(app: FastifyInstance): Promise<void> {
  const { db, writer } = app.database
  app.decorate(
    'store',
    new Store({ db, writer, publisher: app.publisher, onRemove: [cancelQueued, revokeCertificates, forgetViolations] })
  )
}

export default fp(store, { fastify: '5.x', name: 'store', dependencies: ['database', 'publisher'] })
