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
  const { store, database, config } = app
  const hasReceipts = config.SELLER_NAME !== undefined
  app.decorate('ledger', new Ledger({ store, dialect: database.dialect, hasReceipts }))
}

export default fp(ledger, { fastify: '5.x', name: 'ledger', dependencies: ['database', 'store'] })
