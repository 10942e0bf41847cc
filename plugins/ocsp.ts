import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Contracts } from '../lib/certificates/contract.js'
import { readChain } from '../lib/certificates/material.js'
import { OcspClient } from '../lib/certificates/ocsp.js'
import { observeOcsp } from '../lib/metrics/certificates.js'
import type {} from './metrics.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Checks the revocation of certificates that other authorities signed. */
    ocsp: OcspClient
    /** Checks contract certificates of cars. */
    contracts: Contracts
  }
}

/** Asks the OCSP responders that OCSP_RESPONDERS allows, and verifies contract certificates against CONTRACT_CA. */
async function ocsp(app: FastifyInstance): Promise<void> {
  const { config, log, metrics } = app
  const { OCSP_RESPONDERS: responders, CONTRACT_CA } = config
  const authorities = CONTRACT_CA === undefined ? [] : await readChain('CONTRACT_CA', CONTRACT_CA)
  const client = new OcspClient({ responders, known: authorities, log, onOutcome: observeOcsp(metrics) })
  app.decorate('ocsp', client)
  app.decorate('contracts', new Contracts({ ocsp: client, authorities }))
}

export default fp(ocsp, { fastify: '5.x', name: 'ocsp', dependencies: ['env', 'metrics'] })
