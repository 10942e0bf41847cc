import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import helmet from 'helmet'
import { isApi } from '../lib/http/api.js'

/** Only /docs is a page, and it sets its own policy. */
const protect = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"] }
  },
  // plugins/tls.ts sets Strict-Transport-Security, with TLS only. With a TLS proxy in front, the proxy sets it.
  hsts: false
})

/**
 * Created once, because they are the same for every answer, and creating them takes longer than the rest of a short
 * request.
 */
function securityHeadersOf(): Record<string, string> {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  protect(request, response, () => undefined)
  return response.getHeaders() as Record<string, string>
}

/** Headers that mean something for an answer that is no page; each costs every request to the API. [OWASP REST Security] */
const OF_DATA = [
  'content-security-policy',
  'cross-origin-resource-policy',
  'referrer-policy',
  'x-content-type-options',
  'x-frame-options'
]

async function securityHeaders(app: FastifyInstance): Promise<void> {
  const headers = securityHeadersOf()
  const ofData = Object.fromEntries(Object.entries(headers).filter(([name]) => OF_DATA.includes(name)))
  // Answers to operators must not be cached on the way. [RFC 9111 §5.2.2.5]
  const ofApi = { ...ofData, 'cache-control': 'no-store' }
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(isApi(request.url) ? ofApi : headers)
    done()
  })
}

export default fp(securityHeaders, { fastify: '5.x', name: 'security-headers' })
