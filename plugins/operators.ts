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
    /** Who asks; null outside the operator API. */
    operator: Operator | null
  }
  interface FastifyContextConfig {
    /** What the operator's token must allow; null is any token. Every route of the operator API says it. */
    scope?: OperatorScope | null
  }
}

/** Who may use the operator API: whoever knows a token. */
export interface Operators {
  /** Where the built-in token is kept; undefined when it was given by OPERATOR_TOKEN. */
  readonly tokenFile: string | undefined
  /** The built-in token, when this start made it: to be shown once. */
  readonly newToken: string | undefined
  /** An `onRequest` hook that lets through only who has a token with the scope of the route. [RFC 6750] */
  authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** An `onResponse` hook that counts. */
  count(request: FastifyRequest, reply: FastifyReply): Promise<void>
  /** Whether who asks may do what needs `scope`, beside that of the route. */
  may(request: FastifyRequest, scope: OperatorScope): boolean
  /** The same for one request, to be asked about several scopes. */
  mayOf(request: FastifyRequest): May
  /** Refuses who asks for what needs `scope` and may not. [RFC 6750 §3.1] */
  demand(request: FastifyRequest, reply: FastifyReply, scope: OperatorScope): void
  /**
   * Calls `end` once the token of a request is revoked or has expired, for answers that go on for long, unless what is
   * returned was called before.
   */
  watch(request: FastifyRequest, end: () => void): () => void
  /** A token was revoked: it counts no more from now on. */
  revoked(): void
}

/** Seconds after which the database may answer again. */
const RETRY_S = 5
/** The one with the built-in token. */
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
          .catch((err) => app.log.warn({ err, name }, 'it was not written down that a token is used'))
      }
    })
    this.#watch = new TokenWatch({
      valid: (ids) => validTokenIds(db, ids, Date.now()),
      onError: (err) => app.log.error({ err }, 'could not end what a revoked token had begun')
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
   * Whether a token is known that no guess can hit: it is let through also from an address that others guess from, so
   * that they keep nobody out. A token that somebody thought up is not.
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
    // Of these there may be any number, and the log of requests has them.
    if (reason === 'no-token' || reason === 'throttled') return
    const name = operator?.name
    log.warn({ reason, operator: name, remoteAddress: ip, route: routeOptions.url }, 'an operator was refused')
  }
}

const UNAUTHORIZED = {
  'no-token': { code: 'UNAUTHORIZED', message: 'an operator token is needed: Authorization: Bearer <token>' },
  'invalid-token': { code: 'INVALID_TOKEN', message: 'this is no operator token, or it was revoked' },
  'expired-token': { code: 'EXPIRED_TOKEN', message: 'the operator token has expired' }
} as const

/** Nothing of the operator API is open by an oversight: a route without a scope ends the start. */
function demandScopes(app: FastifyInstance): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (isApi(route.url)) routes.push(route)
  })
  // Only now, because whoever registers routes of a library gives them their scope from outside.
  app.addHook('onReady', async () => {
    const open = routes.filter(({ config }) => config?.scope === undefined)
    if (open.length > 0) throw new Error(`no scope: ${open.map(({ method, url }) => `${method} ${url}`).join(', ')}`)
  })
}

async function operators(app: FastifyInstance): Promise<void> {
  if (isApi(app.config.OCPP_PATH)) throw new ConfigError('OCPP_PATH must not be a path of the operator API')
  const builtIn = await loadBuiltInToken(app.config)
  const { file } = builtIn
  if (file !== undefined && (await isOpenToOthers(file))) {
    app.log.warn({ file }, 'the operator token can be read by others: chmod 600 it')
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
