import type { IncomingMessage } from 'node:http'
import { finished } from 'node:stream/promises'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { isApi } from '../lib/http/api.js'
import { decodeJson, demandUtf8, invalidJson } from '../lib/http/json-body.js'

/** Milliseconds for what is too large to arrive. */
const LINGER_MS = 2_000

/** Answered as a 400 problem. */
class InvalidUrlError extends Error {
  readonly statusCode = 400
  readonly code = 'INVALID_URL'
}

/** Who is cut off while they send may never see the answer. [RFC 9112 §9.6] */
async function linger(body: IncomingMessage): Promise<void> {
  const signal = AbortSignal.timeout(LINGER_MS)
  await finished(body.resume(), { writable: false, signal }).catch(() => undefined)
}

/**
 * What a request to the operator API may be made of. A body is JSON and nothing else: what a page of another origin can
 * send unasked is not [Fetch, "CORS-safelisted"]. NUL is nowhere, because PostgreSQL cannot keep it.
 */
async function requests(app: FastifyInstance): Promise<void> {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // Many clients name the type whatever they send, and this needs none.
    if (request.method === 'DELETE' && body.length === 0) return done(null)
    // A POST that needs no body, or whose members may all be left out; another is told what it lacks.
    if (request.method === 'POST' && body.length === 0) return done(null, {})
    demandUtf8(request.headers['content-type'])
    const text = decodeJson(body)
    return parse(request, text, (error, value) => done(error === null ? null : invalidJson(text), value))
  })
  app.addHook('onRoute', (route) => {
    if (isApi(route.url)) route.bodyLimit ??= app.config.API_BODY_LIMIT
  })
  app.addHook('onSend', async ({ raw }, { statusCode }) => {
    if (statusCode === 413 && !raw.complete) await linger(raw)
  })
  app.addHook('onRequest', async ({ url }) => {
    // Fastify would take it for "/"; it is for OPTIONS only. [RFC 9112 §3.2.4]
    if (url === '*') throw new InvalidUrlError('the target of the request is no path')
    if (isApi(url) && url.includes('%00')) throw new InvalidUrlError('there is a NUL in the URL')
  })
}

export default fp(requests, { fastify: '5.x', name: 'requests', dependencies: ['env'] })
