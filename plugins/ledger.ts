import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Ledger } from '../lib/ledger/ledger.js'
import type {} from './store.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Books each transaction and meter value once. */
    ledger: Ledger
  }
}

async function ledger(app: FastifyInstance): Promise<void> {
  app.decorate('ledger', new Ledger({ store: app.store, dialect: app.database.dialect }))
}

export default fp(ledger, { fastify: '5.x', name: 'ledger', dependencies: ['database', 'store'] })
