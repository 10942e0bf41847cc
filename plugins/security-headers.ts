import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

const API = '/api/v1/'

/** Nothing but /docs, which says what it needs itself, is a page. */
async function securityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"] }
    },
    // plugins/tls.ts says so, over TLS only; whoever puts TLS in front says so there.
    hsts: false
  })
  // What operators are told is for nobody on the way. [RFC 9111 §5.2.2.5]
  app.addHook('onRequest', async (request, reply) => {
    if (request.url.startsWith(API)) reply.header('cache-control', 'no-store')
  })
}

export default fp(securityHeaders, { fastify: '5.x', name: 'security-headers' })
