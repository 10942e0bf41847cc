import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { isApi } from '../lib/http/api.js'
import { UnauthorizedError } from '../lib/operators/errors.js'
import { type Refusal, refusalCounter } from '../lib/operators/metrics.js'
import { allows, type May, type Operator, type OperatorScope } from '../lib/operators/scopes.js'
import { ProblemError } from '../lib/problem-error.js'
import { ConfigError } from '../lib/settings/settings.js'
import type {} from './metrics.js'

declare module 'fastify' {
  interface FastifyInstance {
    scopes: Scopes
  }
  interface FastifyRequest {
    /** The operator that sent the request; null outside the operator API. */
    operator: Operator | null
  }
  interface FastifyContextConfig {
    /** The scope that the operator's token needs; null: any token. Required on every route of the operator API. */
    scope?: OperatorScope | null
  }
}

/** Decides what the operator of a request may do. */
export interface Scopes {
  /** Whether the operator has `scope`, which the route does not demand. */
  may(request: FastifyRequest, scope: OperatorScope): boolean
  /** {@link may} as a function for one request. */
  mayOf(request: FastifyRequest): May
  /** Rejects the request of an operator without `scope`. [RFC 6750 §3.1] */
  demand(request: FastifyRequest, reply: FastifyReply, scope: OperatorScope): void
  /** The error of a request that was rejected because of its token; the request is counted, and gets its headers. */
  rejection(request: FastifyRequest, reply: FastifyReply, error: unknown): Error
}

/** Seconds for `Retry-After` when the database does not answer. */
const RETRY_S = 5
/** Anybody can cause these, any number of times; the request log has them. */
const UNLOGGED: ReadonlySet<Refusal> = new Set(['no-token', 'foreign-origin', 'throttled'])

function may({ operator }: FastifyRequest, scope: OperatorScope): boolean {
  return operator !== null && allows(operator.scopes, scope)
}

/** Prevents a route that is open by oversight: the start fails when one has no scope. */
function demandScopes(app: FastifyInstance): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (isApi(route.url)) routes.push(route)
  })
  // In onReady, because the routes of the library get their scope after they are registered.
  app.addHook('onReady', async () => {
    const open = routes.filter(({ config }) => config?.scope === undefined)
    if (open.length > 0)
      throw new Error(`routes without a scope: ${open.map(({ method, url }) => `${method} ${url}`).join(', ')}`)
  })
}

async function scopes(app: FastifyInstance): Promise<void> {
  if (isApi(app.config.OCPP_PATH)) throw new ConfigError('OCPP_PATH must not be a path of the operator API')
  const count = refusalCounter(app.metrics)

  function refused({ ip, operator, routeOptions, log }: FastifyRequest, reason: Refusal): void {
    count(reason)
    if (UNLOGGED.has(reason)) return
    const name = operator?.name
    log.warn(
      { reason, operator: name, remoteAddress: ip, route: routeOptions.url },
      'rejected a request to the operator API'
    )
  }

  function demand(request: FastifyRequest, reply: FastifyReply, scope: OperatorScope): void {
    if (may(request, scope)) return
    refused(request, 'insufficient-scope')
    reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${scope}"`)
    throw new ProblemError(403, 'INSUFFICIENT_SCOPE', `the token must have the scope ${scope}`)
  }

  function rejection(request: FastifyRequest, reply: FastifyReply, error: unknown): Error {
    if (error instanceof ProblemError && error.code === 'TOKENS_UNAVAILABLE') reply.header('retry-after', RETRY_S)
    if (error instanceof ProblemError && error.statusCode === 429) refused(request, 'throttled')
    if (error instanceof UnauthorizedError) {
      refused(request, error.reason)
      reply.header('www-authenticate', error.challenge)
    }
    return error as Error
  }

  demandScopes(app)
  app.decorateRequest('operator', null)
  const mayOf = (request: FastifyRequest): May => {
    return (scope) => may(request, scope)
  }
  app.decorate('scopes', { may, mayOf, demand, rejection } satisfies Scopes)
}

export default fp(scopes, { fastify: '5.x', name: 'scopes', dependencies: ['env', 'metrics'] })
