import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { TooManyRequestsError } from '../lib/operators/errors.js'

declare module 'fastify' {
  interface FastifyInstance {
    rateLimits: RateLimits
  }
}

/** Rate limits of the operator API. They do not apply to chargers. */
export interface RateLimits {
  /**
   * Rejects a request from an address that has sent too many wrong tokens.
   *
   * @throws TooManyRequestsError
   */
  demandPatience(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** Counts a wrong token of this address. */
  countFailure(request: FastifyRequest): Promise<void>
  /**
   * Counts a request of an operator, and rejects it if there are too many.
   *
   * @throws TooManyRequestsError
   */
  countRequest(request: FastifyRequest, reply: FastifyReply): Promise<void>
}

const MINUTE_MS = 60_000
const SECOND_MS = 1_000

/** A closed connection has no address, but its request is still answered. */
function isGone({ ip }: { readonly ip: string | undefined }): boolean {
  return ip === undefined
}

async function rateLimits(app: FastifyInstance): Promise<void> {
  const { API_RATE_LIMIT, API_FAILURE_LIMIT } = app.config
  await app.register(rateLimit, { global: false })
  // Counts by IPv4 address, or by the /64 of an IPv6 address, which one customer has.
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
