import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { isApi } from '../lib/http/api.js'
import { Authentication } from '../lib/operators/authentication.js'
import { type BuiltInToken, isOpenToOthers, loadBuiltInToken } from '../lib/operators/built-in-token.js'
import { InsufficientScopeError, TokensUnavailableError, UnauthorizedError } from '../lib/operators/errors.js'
import { type OperatorMetrics, operatorMetrics, type Refusal } from '../lib/operators/metrics.js'
import { allows, type May, type Operator, type OperatorScope } from '../lib/operators/scopes.js'
import { ConfigError } from '../lib/settings/settings.js'
import type {} from './metrics.js'
import type {} from './rate-limit.js'

declare module 'fastify' {
  interface FastifyInstance {
    operators: Operators
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

/** Authenticates operators by their tokens. */
export interface Operators {
  /** Where the built-in token is kept; undefined when it was given by OPERATOR_TOKEN. */
  readonly tokenFile: string | undefined
  /** The built-in token, when this start created it. It is shown once. */
  readonly newToken: string | undefined
  /** An `onRequest` hook that rejects requests without a token that has the scope of the route. [RFC 6750] */
  authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** An `onResponse` hook that counts requests. */
  count(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** Whether the operator has `scope`, which the route does not demand. */
  may(request: FastifyRequest, scope: OperatorScope): boolean
  /** The same as a function for one request. */
  mayOf(request: FastifyRequest): May
  /** Rejects the request of an operator without `scope`. [RFC 6750 §3.1] */
  demand(request: FastifyRequest, reply: FastifyReply, scope: OperatorScope): void
  /**
   * Calls `end` when the token of a request is revoked or expires, for long answers such as streams. The returned
   * function ends the watch.
   */
  watch(request: FastifyRequest, end: () => void): () => void
  /** To be called when a token was revoked: it is rejected from now on. */
  revoked(): void
}

/** Seconds for `Retry-After` when the database does not answer. */
const RETRY_S = 5

function bearer({ headers }: FastifyRequest): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(headers.authorization ?? '')?.[1]
}

class OperatorService implements Operators {
  readonly tokenFile: string | undefined
  readonly newToken: string | undefined
  readonly #rateLimits: FastifyInstance['rateLimits']
  readonly #metrics: OperatorMetrics
  readonly #authentication: Authentication

  constructor(app: FastifyInstance, builtIn: BuiltInToken, authentication: Authentication) {
    this.tokenFile = builtIn.file
    this.newToken = builtIn.isNew ? builtIn.token : undefined
    this.#rateLimits = app.rateLimits
    this.#metrics = operatorMetrics(app.metrics)
    this.#authentication = authentication
  }

  authenticate = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    request.operator = await this.#identify(request, reply)
    const { scope = 'admin' } = request.routeOptions.config
    if (scope !== null) this.demand(request, reply, scope)
    await this.#throttled(request, this.#rateLimits.countRequest(request, reply))
  }

  count = async ({ method }: FastifyRequest, { statusCode }: FastifyReply): Promise<void> => {
    this.#metrics.answered(method, statusCode)
  }

  may({ operator }: FastifyRequest, scope: OperatorScope): boolean {
    return operator !== null && allows(operator.scopes, scope)
  }

  mayOf(request: FastifyRequest): May {
    return (scope) => this.may(request, scope)
  }

  demand(request: FastifyRequest, reply: FastifyReply, scope: OperatorScope): void {
    if (this.may(request, scope)) return
    this.#refused(request, 'insufficient-scope')
    reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${scope}"`)
    throw new InsufficientScopeError(`the token must have the scope ${scope}`)
  }

  watch({ operator }: FastifyRequest, end: () => void): () => void {
    return operator === null ? () => undefined : this.#authentication.watch(operator, end)
  }

  revoked(): void {
    this.#authentication.revoked()
  }

  async #identify(request: FastifyRequest, reply: FastifyReply): Promise<Operator> {
    const limit = {
      demandPatience: () => this.#throttled(request, this.#rateLimits.demandPatience(request, reply)),
      countFailure: () => this.#rateLimits.countFailure(request)
    }
    try {
      return await this.#authentication.identify(bearer(request), limit)
    } catch (error) {
      if (error instanceof TokensUnavailableError) reply.header('retry-after', RETRY_S)
      if (error instanceof UnauthorizedError) {
        this.#refused(request, error.reason)
        reply.header('www-authenticate', error.challenge)
      }
      throw error
    }
  }

  async #throttled(request: FastifyRequest, limit: Promise<void>): Promise<void> {
    try {
      await limit
    } catch (error) {
      this.#refused(request, 'throttled')
      throw error
    }
  }

  #refused({ ip, operator, routeOptions, log }: FastifyRequest, reason: Refusal): void {
    this.#metrics.refused(reason)
    // Anybody can cause these, any number of times; the request log has them.
    if (reason === 'no-token' || reason === 'throttled') return
    const name = operator?.name
    log.warn(
      { reason, operator: name, remoteAddress: ip, route: routeOptions.url },
      'rejected a request to the operator API'
    )
  }
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

async function operators(app: FastifyInstance): Promise<void> {
  if (isApi(app.config.OCPP_PATH)) throw new ConfigError('OCPP_PATH must not be a path of the operator API')
  const builtIn = await loadBuiltInToken(app.config)
  const { file } = builtIn
  if (file !== undefined && (await isOpenToOthers(file))) {
    app.log.warn({ file }, 'other users can read the file with the operator token: run chmod 600 on it')
  }
  demandScopes(app)
  const authentication = new Authentication({ builtIn, database: app.database, log: app.log })
  app.decorateRequest('operator', null)
  app.decorate('operators', new OperatorService(app, builtIn, authentication))
  app.addHook('onClose', async () => authentication.close())
}

export default fp(operators, {
  fastify: '5.x',
  name: 'operators',
  dependencies: ['env', 'database', 'metrics', 'rate-limit']
})
