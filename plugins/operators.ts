import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import fp from 'fastify-plugin'
import { bearerToken } from '../lib/http/bearer.js'
import { forwardedOperator } from '../lib/nodes/forwarding.js'
import { Authentication } from '../lib/operators/authentication.js'
import { requestCounter } from '../lib/operators/metrics.js'
import type { Operator } from '../lib/operators/scopes.js'
import type {} from './built-in-token.js'
import type {} from './rate-limit.js'
import type {} from './scopes.js'
import type {} from './sign-ins.js'

declare module 'fastify' {
  interface FastifyInstance {
    operators: Operators
  }
  interface FastifyContextConfig {
    /** Whether the route of the operator API needs no token. Default: false. */
    isPublic?: boolean
  }
}

/** Authenticates operators by their tokens, or by the cookies of their sign-ins. */
export class Operators {
  /** Where the built-in token is kept; `undefined` if OPERATOR_TOKEN gives it. */
  readonly tokenFile: string | undefined
  /** The built-in token, if this start created it. It is shown once. */
  readonly newToken: string | undefined
  readonly #app: FastifyInstance
  readonly #count: (method: string, status: number) => void
  readonly #authentication: Authentication

  constructor(app: FastifyInstance, authentication: Authentication) {
    const { file, isNew, token } = app.builtInToken
    this.tokenFile = file
    this.newToken = isNew ? token : undefined
    this.#app = app
    this.#count = requestCounter(app.metrics)
    this.#authentication = authentication
  }

  /** An `onRequest` hook that rejects requests without an operator that has the scope of the route. [RFC 6750] */
  authenticate = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    if (request.routeOptions.config.isPublic === true) {
      done()
      return
    }
    // A promise is used only if the token has to be looked up: it would cost each request a turn of the event loop.
    const failed = (error: unknown) => done(this.#app.scopes.rejection(request, reply, error))
    try {
      // The node that got a forwarded request has checked the token and counted the request.
      const operator = forwardedOperator() ?? this.#identify(request, reply)
      if (operator instanceof Promise) {
        operator.then((found) => this.#admit(request, reply, found)).then(() => done(), failed)
        return
      }
      this.#admit(request, reply, operator)
    } catch (error) {
      failed(error)
      return
    }
    done()
  }

  /** Identifies the operator by a token that is not in the header. */
  async identify(request: FastifyRequest, reply: FastifyReply, token: string): Promise<Operator> {
    try {
      const operator = await this.#authentication.identify(token, this.#app.rateLimits.wrongTokens(request, reply))
      this.#admit(request, reply, operator)
      return operator
    } catch (error) {
      throw this.#app.scopes.rejection(request, reply, error)
    }
  }

  /** An `onResponse` hook that counts requests. */
  count = ({ method }: FastifyRequest, { statusCode }: FastifyReply, done: HookHandlerDoneFunction): void => {
    this.#count(method, statusCode)
    done()
  }

  /** Calls `end` when the token or the sign-in of a request ends. The returned function ends the watch. */
  watch({ operator }: FastifyRequest, end: () => void): () => void {
    if (operator?.signInId !== undefined) return this.#app.signIns.all.watch(operator.signInId, end)
    return operator === null ? () => undefined : this.#authentication.watch(operator, end)
  }

  /** To be called when a token was revoked: it is rejected from now on. */
  revoked(): void {
    this.#authentication.revoked()
    this.#app.signIns.all.forget()
  }

  #identify(request: FastifyRequest, reply: FastifyReply): Operator | Promise<Operator> {
    const { authorization } = request.headers
    const signedIn = authorization === undefined ? this.#app.signIns.identify(request, reply) : undefined
    if (signedIn !== undefined) return signedIn
    return this.#authentication.identify(bearerToken(authorization), this.#app.rateLimits.wrongTokens(request, reply))
  }

  #admit(request: FastifyRequest, reply: FastifyReply, operator: Operator): void {
    const { scopes, rateLimits } = this.#app
    request.operator = operator
    const { scope = 'admin' } = request.routeOptions.config
    if (scope !== null) scopes.demand(request, reply, scope)
    if (forwardedOperator() === undefined) rateLimits.countRequest(request, reply)
  }
}

async function operators(app: FastifyInstance): Promise<void> {
  const authentication = new Authentication({ builtIn: app.builtInToken, database: app.database, log: app.log })
  app.decorate('operators', new Operators(app, authentication))
  app.addHook('onClose', async () => authentication.close())
}

export default fp(operators, {
  fastify: '5.x',
  name: 'operators',
  dependencies: ['env', 'built-in-token', 'database', 'metrics', 'rate-limit', 'scopes', 'sign-ins']
})
