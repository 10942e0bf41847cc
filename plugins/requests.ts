import type { IncomingMessage } from 'node:http'
import { finished } from 'node:stream/promises'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { isApi } from '../lib/http/api.js'
import { noteAnswer } from '../lib/http/client-error.js'
import { decodeJson, demandUtf8, invalidJson } from '../lib/http/json-body.js'
import { ProblemError } from '../lib/problem-error.js'

/** Milliseconds to read the rest of a body that is too large. */
const LINGER_MS = 2_000

/** A client whose connection is closed while it is still sending may never read the response. [RFC 9112 §9.6] */
async function linger(body: IncomingMessage): Promise<void> {
  const signal = AbortSignal.timeout(LINGER_MS)
  await finished(body.resume(), { writable: false, signal }).catch(() => undefined)
}

/**
 * Limits on requests to the operator API. A body is JSON: a web page of another origin cannot send that type without a
 * preflight [Fetch, "CORS-safelisted"]. NUL is rejected, because PostgreSQL cannot store it.
 */
async function requests(app: FastifyInstance): Promise<void> {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // Many clients send the content type without a body.
    if (request.method === 'DELETE' && body.length === 0) return done(null)
    // An empty body is an empty object; the schema says which members are missing.
    if (request.method === 'POST' && body.length === 0) return done(null, {})
    demandUtf8(request.headers['content-type'])
    const text = decodeJson(body)
    return parse(request, text, (error, value) => done(error === null ? null : invalidJson(text), value))
  })
  app.addHook('onRoute', (route) => {
    if (isApi(route.url)) route.bodyLimit ??= app.config.API_BODY_LIMIT
  })
  app.addHook('onSend', ({ raw }, { statusCode }, payload, done) => {
    noteAnswer(raw)
    if (statusCode !== 413 || raw.complete) return done(null, payload)
    linger(raw).then(() => done(null, payload), done)
  })
  app.addHook('onRequest', ({ url }, _reply, done) => {
    // `*` is for OPTIONS only; Fastify would treat it as `/`. [RFC 9112 §3.2.4]
    if (url === '*') return done(new ProblemError(400, 'INVALID_URL', 'the request target is not a path'))
    if (isApi(url) && url.includes('%00'))
      return done(new ProblemError(400, 'INVALID_URL', 'the URL contains a NUL character'))
    done()
  })
}

export default fp(requests, { fastify: '5.x', name: 'requests', dependencies: ['env'] })
