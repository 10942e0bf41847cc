import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Operations } from '../lib/operations/perform.js'
import { Reports } from '../lib/operations/reporting.js'
import type {} from './calls.js'
import type {} from './csms/reports.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Operations that are the same for every version of OCPP. */
    operations: Operations
    /** Reports of charge points, joined from their parts. */
    reports: Reports
  }
}

/** Provides operations and reports for all versions of OCPP. */
async function operations(app: FastifyInstance): Promise<void> {
  const { store, ocpp, calls, config, traits, reportWatch: watch } = app
  const { FILE_TRANSFER_HOSTS: fileHosts, TARIFF_LANGUAGES: languages } = config
  const operations = new Operations({ store, ocpp, calls, traits: traits.book, fileHosts, languages })
  app.decorate('operations', operations)
  app.decorate('reports', new Reports({ store, operations, watch }))
}

export default fp(operations, {
  fastify: '5.x',
  name: 'operations',
  dependencies: ['env', 'ocpp', 'store', 'calls', 'traits', 'csms-reports']
})
