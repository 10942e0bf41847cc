import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { TooManyRequestsError } from '../lib/operators/errors.js'

declare module 'fastify' {
  interface FastifyInstance {
    rateLimits: RateLimits
  }
}

/** How much of the operator API anybody may have. Chargers are none of its business. */
export interface RateLimits {
  /**
   * Refuses an address that has sent too many wrong tokens.
   *
   * @throws TooManyRequestsError
   */
  demandPatience(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** A wrong token came from this address. */
  countFailure(request: FastifyRequest): Promise<void>
  /**
   * Counts a request of an operator, and refuses one too many.
   *
   * @throws TooManyRequestsError
   */
  countRequest(request: FastifyRequest, reply: FastifyReply): Promise<void>
}

const MINUTE_MS = 60_000
const SECOND_MS = 1_000

/** A connection that has ended has no address any more, though what it sent is still answered. */
function isGone({ ip }: { readonly ip: string | undefined }): boolean {
  return ip === undefined
}

async function rateLimits(app: FastifyInstance): Promise<void> {
  const { API_RATE_LIMIT, API_FAILURE_LIMIT } = app.config
  await app.register(rateLimit, { global: false })
  // By address, of IPv6 by the /64 that one customer has.
  const failures = app.createRateLimit({ max: API_FAILURE_LIMIT, timeWindow: MINUTE_MS })
  const requests = app.createRateLimit({
    max: API_RATE_LIMIT,
    timeWindow: SECOND_MS,
    keyGenerator: ({ operator }) => operator?.name ?? ''
  })
  app.decorate('rateLimits', {
    async demandPatience(request, reply) {
      if (API_FAILURE_LIMIT === 0 || isGone(request)) return
      const limit = await failures(request, { increment: false })
      if (limit.isAllowed || limit.remaining > 0) return
      reply.header('retry-after', Math.max(1, limit.ttlInSeconds))
      throw new TooManyRequestsError('TOO_MANY_FAILURES', 'too many wrong tokens came from this address')
    },
    async countFailure(request) {
      if (API_FAILURE_LIMIT > 0 && !isGone(request)) await failures(request)
    },
    async countRequest(request, reply) {
      if (API_RATE_LIMIT === 0) return
      const limit = await requests(request)
      if (limit.isAllowed || !limit.isExceeded) return
      reply.header('retry-after', Math.max(1, limit.ttlInSeconds))
      throw new TooManyRequestsError('TOO_MANY_REQUESTS', `more than ${API_RATE_LIMIT} requests a second`)
    }
  } satisfies RateLimits)
}

export default fp(rateLimits, { fastify: '5.x', name: 'rate-limit', dependencies: ['env'] })
