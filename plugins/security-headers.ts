import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import helmet from 'helmet'
import { isApi } from '../lib/http/api.js'

/** Nothing but /docs, which says what it needs itself, is a page. */
const protect = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"] }
  },
  // plugins/tls.ts says so, over TLS only; whoever puts TLS in front says so there.
  hsts: false
})

/** The same for every answer, so they are made once: it takes longer than the rest of a short request. */
function securityHeadersOf(): Record<string, string> {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  protect(request, response, () => undefined)
  return response.getHeaders() as Record<string, string>
}

async function securityHeaders(app: FastifyInstance): Promise<void> {
  const headers = securityHeadersOf()
  // What operators are told is for nobody on the way. [RFC 9111 §5.2.2.5]
  const ofApi = { ...headers, 'cache-control': 'no-store' }
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(isApi(request.url) ? ofApi : headers)
    done()
  })
}

export default fp(securityHeaders, { fastify: '5.x', name: 'security-headers' })
