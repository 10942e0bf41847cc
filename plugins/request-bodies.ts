import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { decodeJson, demandUtf8, invalidJson } from './domain/json-body.js'

const API = '/api/v1/'

/** Bodies are JSON and nothing else: what a page of another origin can send unasked is not. [Fetch, "CORS-safelisted"] */
async function requestBodies(app: FastifyInstance): Promise<void> {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    demandUtf8(request.headers['content-type'])
    const text = decodeJson(body)
    parse(request, text, (error, value) => done(error === null ? null : invalidJson(text), value))
  })
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(API)) route.bodyLimit ??= app.config.API_BODY_LIMIT
  })
}

export default fp(requestBodies, { fastify: '5.x', name: 'request-bodies', dependencies: ['env'] })
