import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

/** Nothing but /docs, which says what it needs itself, is a page. */
async function securityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"] }
    },
    // This server speaks plain HTTP; whoever puts TLS in front says so there.
    hsts: false
  })
}

export default fp(securityHeaders, { fastify: '5.x', name: 'security-headers' })
