import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Ledger } from '../lib/ledger/ledger.js'
import type {} from './publisher.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Transactions and meter values, each booked once. */
    ledger: Ledger
  }
}

async function ledger(app: FastifyInstance): Promise<void> {
  const { db, writer, dialect } = app.database
  app.decorate('ledger', new Ledger({ db, writer, publisher: app.publisher, dialect }))
}

export default fp(ledger, { fastify: '5.x', name: 'ledger', dependencies: ['database', 'publisher'] })
