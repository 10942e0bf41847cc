import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isForeignRequest, isOwnRequest, isReadableByOthers } from '../lib/http/browser-request.js'
import { readSignInCookie, removeSignInCookie, writeSignInCookie } from '../lib/http/sign-in-cookie.js'
import { UnauthorizedError } from '../lib/operators/errors.js'
import type { Operator } from '../lib/operators/scopes.js'
import { SignIns } from '../lib/operators/sign-ins.js'
import { ProblemError } from '../lib/problem-error.js'
import type {} from './built-in-token.js'
import type {} from './database.js'
import type {} from './rate-limit.js'

declare module 'fastify' {
  interface FastifyInstance {
    signIns: BrowserSignIns
  }
}

const FOREIGN = 'only a page of our own may sign in; Sec-Fetch-Site or Origin tells of another page'
const INSECURE =
  'a sign-in over plain http from another machine would show the token to the network: use TLS (TLS_PORT), or a proxy ' +
  'with TLS that TRUSTED_PROXIES names; DASHBOARD_ALLOW_HTTP=true allows it all the same'

function isSecure({ protocol }: FastifyRequest): boolean {
  return protocol === 'https'
}

/** Signs browsers in and out: a cookie stands for the operator token. */
export class BrowserSignIns {
  readonly all: SignIns
  readonly #allowsHttp: boolean
  readonly #rateLimits: FastifyInstance['rateLimits']

  constructor({ builtInToken: builtIn, database, config, log, rateLimits }: FastifyInstance) {
    this.all = new SignIns({ builtIn, database, log, hours: config.SIGN_IN_HOURS })
    this.#allowsHttp = config.DASHBOARD_ALLOW_HTTP
    this.#rateLimits = rateLimits
  }

  /**
   * The operator that the cookie of a request stands for; `undefined` without a cookie.
   *
   * @throws UnauthorizedError
   */
  identify(request: FastifyRequest, reply: FastifyReply): Operator | Promise<Operator> | undefined {
    const secret = readSignInCookie(request.headers.cookie, isSecure(request))
    if (secret === undefined) return undefined
    if (!isOwnRequest(request)) throw new UnauthorizedError('foreign-origin')
    return this.all.identify(secret, this.#rateLimits.wrongSignIns(request, reply))
  }

  /** Rejects a request to sign in before its token is read. */
  demandOwnAndSecure(request: FastifyRequest): void {
    if (isForeignRequest(request)) throw new ProblemError(403, 'FOREIGN_ORIGIN', FOREIGN)
    if (!this.#allowsHttp && isReadableByOthers(request)) throw new ProblemError(403, 'INSECURE_SIGN_IN', INSECURE)
  }

  /** Begins a sign-in of the operator, and sets its cookie. Returns when it ends unless it is used again. */
  async begin(request: FastifyRequest, reply: FastifyReply, operator: Operator): Promise<number> {
    const { ip: remoteAddress, headers } = request
    const { secret, endsAt } = await this.all.begin(operator, { remoteAddress, userAgent: headers['user-agent'] })
    reply.header('set-cookie', writeSignInCookie(secret, isSecure(request)))
    return endsAt
  }

  /** Ends the sign-in of the browser, and removes its cookie. */
  async end(request: FastifyRequest, reply: FastifyReply, id: number): Promise<void> {
    await this.all.end(id)
    reply.header('set-cookie', removeSignInCookie(isSecure(request)))
  }
}

async function signIns(app: FastifyInstance): Promise<void> {
  const browsers = new BrowserSignIns(app)
  app.decorate('signIns', browsers)
  app.addHook('onClose', async () => browsers.all.close())
}

export default fp(signIns, {
  fastify: '5.x',
  name: 'sign-ins',
  dependencies: ['env', 'built-in-token', 'database', 'rate-limit']
})
