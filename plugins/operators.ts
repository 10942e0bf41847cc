import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { isApi } from '../lib/http/api.js'
import { type BuiltInToken, isOpenToOthers, loadBuiltInToken } from '../lib/operators/built-in-token.js'
import { InsufficientScopeError, TokensUnavailableError, UnauthorizedError } from '../lib/operators/errors.js'
import { type OperatorMetrics, operatorMetrics, type Refusal } from '../lib/operators/metrics.js'
import { allows, type May, type Operator, type OperatorScope } from '../lib/operators/scopes.js'
import { TokenBook } from '../lib/operators/token-book.js'
import {
  findTokenByHash,
  isToken,
  markTokenUsed,
  type OperatorTokenRow,
  scopesOf,
  validTokenIds
} from '../lib/operators/tokens.js'
import { TokenWatch } from '../lib/operators/watch.js'
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
/** The operator that has the built-in token. */
const OPERATOR: Operator = { name: 'operator', scopes: ['admin'] }

function bearer({ headers }: FastifyRequest): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(headers.authorization ?? '')?.[1]
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function operatorOf(row: OperatorTokenRow): Operator {
  const { name, id: tokenId, expires_at: expiresAt } = row
  return { name, scopes: scopesOf(row), tokenId, ...(expiresAt !== null && { expiresAt }) }
}

class OperatorService implements Operators {
  readonly tokenFile: string | undefined
  readonly newToken: string | undefined
  readonly #app: FastifyInstance
  readonly #metrics: OperatorMetrics
  readonly #builtIn: Buffer
  readonly #book: TokenBook
  readonly #watch: TokenWatch
  readonly #operators = new WeakMap<OperatorTokenRow, Operator>()

  constructor(app: FastifyInstance, { token, file, isNew }: BuiltInToken) {
    const { db, writer } = app.database
    this.tokenFile = file
    this.newToken = isNew ? token : undefined
    this.#app = app
    this.#metrics = operatorMetrics(app.metrics)
    this.#builtIn = digest(token)
    this.#book = new TokenBook({
      read: (hash) => findTokenByHash(db, hash),
      markUsed: ({ id, name }, now) => {
        writer
          .write((trx) => markTokenUsed({ trx, now }, id))
          .catch((err) => app.log.warn({ err, name }, 'could not save when an operator token was used'))
      }
    })
    this.#watch = new TokenWatch({
      valid: (ids) => validTokenIds(db, ids, Date.now()),
      onError: (err) => app.log.error({ err }, 'could not close a stream whose operator token was revoked')
    })
  }

  authenticate = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    request.operator = await this.#identify(request, reply)
    const { scope = 'admin' } = request.routeOptions.config
    if (scope !== null) this.demand(request, reply, scope)
    await this.#throttled(request, this.#app.rateLimits.countRequest(request, reply))
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
    return operator === null ? () => undefined : this.#watch.add(operator, end)
  }

  revoked(): void {
    this.#book.forget()
    this.#watch.lookSoon()
  }

  close(): void {
    this.#watch.stop()
  }

  async #identify(request: FastifyRequest, reply: FastifyReply): Promise<Operator> {
    const { rateLimits } = this.#app
    const token = bearer(request)
    if (token === undefined) {
      reply.header('www-authenticate', 'Bearer')
      throw this.#unauthorized(request, 'no-token')
    }
    const hash = digest(token)
    if (!this.#isBeyondGuessing(hash)) await this.#throttled(request, rateLimits.demandPatience(request, reply))
    if (timingSafeEqual(hash, this.#builtIn)) return OPERATOR
    const operator = isToken(token) ? await this.#find(hash, reply) : undefined
    if (operator !== undefined && (operator.expiresAt ?? Number.POSITIVE_INFINITY) > Date.now()) return operator
    const reason = operator === undefined ? 'invalid-token' : 'expired-token'
    await rateLimits.countFailure(request)
    reply.header('www-authenticate', 'Bearer error="invalid_token"')
    throw this.#unauthorized(request, reason)
  }

  /**
   * Whether this is a known random token. It is accepted even from an address with too many failures, so that somebody
   * who guesses tokens there cannot lock out others. A token that a person chose (OPERATOR_TOKEN) could be guessed.
   */
  #isBeyondGuessing(hash: Buffer): boolean {
    if (this.#book.has(hash.toString('hex'))) return true
    return this.tokenFile !== undefined && timingSafeEqual(hash, this.#builtIn)
  }

  async #find(hash: Buffer, reply: FastifyReply): Promise<Operator | undefined> {
    try {
      const row = await this.#book.use(hash.toString('hex'))
      return row && this.#operatorOf(row)
    } catch (error) {
      reply.header('retry-after', RETRY_S)
      throw new TokensUnavailableError(error)
    }
  }

  #operatorOf(row: OperatorTokenRow): Operator {
    const operator = this.#operators.get(row) ?? operatorOf(row)
    this.#operators.set(row, operator)
    return operator
  }

  async #throttled(request: FastifyRequest, limit: Promise<void>): Promise<void> {
    try {
      await limit
    } catch (error) {
      this.#refused(request, 'throttled')
      throw error
    }
  }

  #unauthorized(request: FastifyRequest, reason: keyof typeof UNAUTHORIZED): UnauthorizedError {
    this.#refused(request, reason)
    const { code, message } = UNAUTHORIZED[reason]
    return new UnauthorizedError(code, message)
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

const UNAUTHORIZED = {
  'no-token': { code: 'UNAUTHORIZED', message: 'an operator token is needed: Authorization: Bearer <token>' },
  'invalid-token': { code: 'INVALID_TOKEN', message: 'unknown operator token, or it was revoked' },
  'expired-token': { code: 'EXPIRED_TOKEN', message: 'the operator token has expired' }
} as const

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
  const service = new OperatorService(app, builtIn)
  app.decorateRequest('operator', null)
  app.decorate('operators', service)
  app.addHook('onClose', async () => service.close())
}

export default fp(operators, {
  fastify: '5.x',
  name: 'operators',
  dependencies: ['env', 'database', 'metrics', 'rate-limit']
})
