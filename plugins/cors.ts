import cors from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isApi } from '../lib/http/api.js'

/** How long a browser may cache the answer to a preflight, in seconds. */
const MAX_AGE = 600

const HEADERS = [
  'Authorization',
  'Content-Type',
  'Accept',
  'Prefer',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID'
]
const EXPOSED = [
  'Link',
  'Location',
  'Retry-After',
  'WWW-Authenticate',
  'Preference-Applied',
  'Idempotency-Replayed',
  'ETag',
  'Content-Disposition'
]

/**
 * Whether a request is for the operator API. No other route may be used by pages of other origins, least of all the
 * WebSockets of chargers.
 */
function isForeign({ url, method, headers }: FastifyRequest): boolean {
  if (!isApi(url) || headers.origin === undefined) return false
  return method !== 'OPTIONS' || headers['access-control-request-method'] !== undefined
}

/** Lets web pages of the origins in CORS_ORIGINS use the operator API, without cookies. [Fetch] */
async function crossOrigin(app: FastifyInstance): Promise<void> {
  const { CORS_ORIGINS: origin = [] } = app.config
  if (origin.length === 0) return
  const options = {
    origin: [...origin],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: HEADERS,
    exposedHeaders: EXPOSED,
    maxAge: MAX_AGE,
    credentials: false
  }
  await app.register(cors, {
    delegator: (request, callback) => callback(null, isForeign(request) ? options : { origin: false })
  })
}

export default fp(crossOrigin, { fastify: '5.x', name: 'cors', dependencies: ['env'] })
