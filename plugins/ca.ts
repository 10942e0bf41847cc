import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { type CertificateService, ConfiguredCertificateService } from '../lib/certificates/service.js'

declare module 'fastify' {
  interface FastifyInstance {
    ca: CertificateService
  }
}

/**
 * The authority for certificates of charge points. A configured one is loaded at the start; our own one is created when
 * first needed.
 */
async function ca(app: FastifyInstance): Promise<void> {
  const service = new ConfiguredCertificateService(app.config, app.log)
  if (app.config.CA_CERT !== undefined) await service.chain()
  const { NATS_URL, CA_CERT, CA_SIGN_URL } = app.config
  if (NATS_URL !== undefined && CA_CERT === undefined && CA_SIGN_URL === undefined) {
    app.log.warn('several nodes need one authority: no certificates are issued until CA_CERT and CA_KEY are set')
  }
  app.decorate('ca', service)
}

export default fp(ca, { fastify: '5.x', name: 'ca', dependencies: ['env'] })
