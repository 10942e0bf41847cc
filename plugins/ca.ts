import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { type CertificateService, ConfiguredCertificateService } from '../lib/certificates/service.js'

declare module 'fastify' {
  interface FastifyInstance {
    ca: CertificateService
  }
}

/** The authority of charge points' certificates. One that was given is read at once, ours is made when it is needed. */
async function ca(app: FastifyInstance): Promise<void> {
  const service = new ConfiguredCertificateService(app.config, app.log)
  if (app.config.CA_CERT !== undefined) await service.chain()
  app.decorate('ca', service)
}

export default fp(ca, { fastify: '5.x', name: 'ca', dependencies: ['env'] })
