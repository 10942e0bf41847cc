import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback } from '../settings/settings.js'

/** Answered as a problem. */
class AccessError extends Error {
  readonly statusCode: 401 | 403
  readonly code: string

  constructor(statusCode: 401 | 403, message: string) {
    super(message)
    this.statusCode = statusCode
    this.code = statusCode === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN'
  }
}

/** Who asks from this very machine, and for nobody else: a proxy on it says for whom it asks. */
function isLocal({ socket, headers }: FastifyRequest): boolean {
  const address = socket.remoteAddress?.replace(/^::ffff:/i, '') ?? ''
  return isLoopback(address) && headers.forwarded === undefined && headers['x-forwarded-for'] === undefined
}

/**
 * An `onRequest` hook for those who may read the metrics: whoever has the token, or without one this machine only.
 * [RFC 6750]
 */
export function metricsAccess(token: string | undefined) {
  if (token === undefined) {
    return async (request: FastifyRequest) => {
      if (!isLocal(request)) throw new AccessError(403, 'only from this machine, unless METRICS_TOKEN is set')
    }
  }
  const expected = digest(token)
  return async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    const given = /^bearer +([^\s]+) *$/i.exec(headers.authorization ?? '')?.[1]
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return
    reply.header('www-authenticate', given === undefined ? 'Bearer' : 'Bearer error="invalid_token"')
    throw new AccessError(401, 'the metrics token is needed: Authorization: Bearer <token>')
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
