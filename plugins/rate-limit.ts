import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { FixedWindow } from '../lib/limits/window.js'
import type { FailureLimit } from '../lib/operators/authentication.js'
import { ProblemError } from '../lib/problem-error.js'

declare module 'fastify' {
  interface FastifyInstance {
    rateLimits: RateLimits
  }
}

/** Rate limits of the operator API. They do not apply to chargers. */
export interface RateLimits {
  /** The limit for wrong tokens of the address of a request. */
  wrongTokens(request: FastifyRequest, reply: FastifyReply): FailureLimit
  /**
   * The limit for cookies of sign-ins that do not exist. It is another one: a browser with many tabs whose sign-in has
   * ended must be able to sign in again.
   */
  wrongSignIns(request: FastifyRequest, reply: FastifyReply): FailureLimit
  /**
   * Counts a request of an operator, and rejects it if there are too many.
   *
   * @throws ProblemError
   */
  countRequest(request: FastifyRequest, reply: FastifyReply): void
  /**
   * Counts a request for a page that anybody may open, and rejects it if too many came from its address.
   *
   * @throws ProblemError
   */
  countPage(request: FastifyRequest, reply: FastifyReply): Promise<void>
}

const MINUTE_MS = 60_000
const SECOND_MS = 1_000
/** Requests with a sign-in that has ended, which all tabs of a browser send, per wrong token. */
const SIGN_INS_PER_TOKEN = 10

/** A closed connection has no address, but its request is still answered. */
function isGone({ ip }: { readonly ip: string | undefined }): boolean {
  return ip === undefined
}

/** Counts failures a minute by IPv4 address, or by the /64 of an IPv6 address, which one customer has. */
function countFailures(app: FastifyInstance, max: number, what: string) {
  const failures = app.createRateLimit({ max, timeWindow: MINUTE_MS })
  let lastFailureAt = Number.NEGATIVE_INFINITY
  async function demandPatience(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const limit = await failures(request, { increment: false })
    if (limit.isAllowed || limit.remaining > 0) return
    reply.header('retry-after', Math.max(1, limit.ttlInSeconds))
    throw new ProblemError(429, 'TOO_MANY_FAILURES', `too many wrong ${what} came from this address`)
  }
  return (request: FastifyRequest, reply: FastifyReply): FailureLimit => ({
    demandPatience() {
      // Every failure is over: the usual case, which must cost nothing.
      if (performance.now() - lastFailureAt > MINUTE_MS || isGone(request)) return undefined
      return demandPatience(request, reply)
    },
    async countFailure() {
      if (max === 0 || isGone(request)) return
      lastFailureAt = performance.now()
      await failures(request)
    }
  })
}

/** Counts requests for public pages by address, as failures are. */
function countPages(app: FastifyInstance, max: number): RateLimits['countPage'] {
  const pages = app.createRateLimit({ max, timeWindow: MINUTE_MS })
  return async (request, reply) => {
    if (isGone(request)) return
    const limit = await pages(request)
    if (limit.isAllowed || !limit.isExceeded) return
    reply.header('retry-after', Math.max(1, limit.ttlInSeconds))
    throw new ProblemError(429, 'TOO_MANY_REQUESTS', `more than ${max} requests a minute came from this address`)
  }
}

async function rateLimits(app: FastifyInstance): Promise<void> {
  const { API_RATE_LIMIT, API_FAILURE_LIMIT, PUBLIC_RATE_LIMIT } = app.config
  await app.register(rateLimit, { global: false })
  const requests = new FixedWindow({ max: API_RATE_LIMIT, length: SECOND_MS })
  app.decorate('rateLimits', {
    wrongTokens: countFailures(app, API_FAILURE_LIMIT, 'tokens'),
    wrongSignIns: countFailures(app, API_FAILURE_LIMIT * SIGN_INS_PER_TOKEN, 'sign-ins'),
    countPage: countPages(app, PUBLIC_RATE_LIMIT),
    countRequest({ operator }, reply) {
      if (API_RATE_LIMIT === 0) return
      const wait = requests.take(operator?.name ?? '')
      if (wait === undefined) return
      reply.header('retry-after', Math.max(1, Math.ceil(wait / SECOND_MS)))
      throw new ProblemError(429, 'TOO_MANY_REQUESTS', `more than ${API_RATE_LIMIT} requests a second`)
    }
  } satisfies RateLimits)
}

export default fp(rateLimits, { fastify: '5.x', name: 'rate-limit', dependencies: ['env'] })
