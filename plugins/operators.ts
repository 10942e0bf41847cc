import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { type Config, ConfigError } from './env.js'

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

/** What a token may allow; `admin` is everything. */
export const OPERATOR_SCOPES = [
  'charge-points:read',
  'charge-points:write',
  'calls:write',
  'transactions:read',
  'id-tokens:read',
  'id-tokens:write',
  'admin'
] as const
export type OperatorScope = (typeof OPERATOR_SCOPES)[number]

/** Whoever a token stands for. */
export interface Operator {
  /** Of the token, as it is written down beside what it did. */
  readonly name: string
  readonly scopes: readonly OperatorScope[]
}

/** Who may use the operator API: whoever knows the token. */
export interface Operators {
  /** Where the token is kept; undefined when it was given by OPERATOR_TOKEN. */
  readonly tokenFile: string | undefined
  /** The token, when this start made it: to be shown once. */
  readonly newToken: string | undefined
  /** An `onRequest` hook that lets nobody else through. [RFC 6750] */
  authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void>
}

const API = '/api/v1/'
const TOKEN_BYTES = 32
const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_DIRECTORY = 0o700
const NOT_OWNER = 0o077

interface Token {
  token: string
  file?: string
  isNew: boolean
}

/** Answered as a 401 problem. */
class UnauthorizedError extends Error {
  readonly statusCode = 401
  readonly code = 'UNAUTHORIZED'
}

/** Answered as a 403 problem. */
class InsufficientScopeError extends Error {
  readonly statusCode = 403
  readonly code = 'INSUFFICIENT_SCOPE'
}

/** Whether a token with these scopes may do what needs `scope`: to write is to read as well. */
export function allows(scopes: readonly OperatorScope[], scope: OperatorScope): boolean {
  const writing = scope.replace(/:read$/, ':write')
  return scopes.some((held) => held === 'admin' || held === scope || held === writing)
}

async function loadToken(config: Config): Promise<Token> {
  if (config.OPERATOR_TOKEN !== undefined) return { token: config.OPERATOR_TOKEN, isNew: false }
  const file = join(config.DATA_DIR, 'operator-token')
  try {
    const kept = await readToken(file)
    return kept === undefined
      ? { token: await createToken(file), file, isNew: true }
      : { token: kept, file, isNew: false }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`DATA_DIR must be a directory that can be written: ${(error as Error).message}`)
  }
}

async function readToken(file: string): Promise<string | undefined> {
  try {
    const token = (await readFile(file, 'utf8')).trim()
    if (token.length >= 16) return token
    throw new ConfigError(`${file} holds no token: delete it, and the next start makes a new one`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Exclusive, so that two processes that start at once do not each believe in a token of their own. */
async function createToken(file: string): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  await mkdir(join(file, '..'), { recursive: true, mode: OWNER_ONLY_DIRECTORY })
  const handle = await open(file, 'wx', OWNER_ONLY_FILE)
  try {
    await handle.writeFile(`${token}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return token
}

async function warnIfReadable(app: FastifyInstance, file: string): Promise<void> {
  const { mode } = await stat(file)
  if ((mode & NOT_OWNER) !== 0) app.log.warn({ file }, 'the operator token can be read by others: chmod 600 it')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function bearer(request: FastifyRequest): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1]
}

/** Refuses who asks for what their token does not allow. [RFC 6750 §3.1] */
function authorize(request: FastifyRequest, reply: FastifyReply): void {
  const { scope = 'admin' } = request.routeOptions.config
  if (scope === null || (request.operator !== null && allows(request.operator.scopes, scope))) return
  reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${scope}"`)
  throw new InsufficientScopeError(`the token must have the scope ${scope}`)
}

/** Nothing of the operator API is open by an oversight: a route without a scope ends the start. */
function demandScopes(app: FastifyInstance): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(API)) routes.push(route)
  })
  // Only now, because whoever registers routes of a library gives them their scope from outside.
  app.addHook('onReady', async () => {
    const open = routes.filter(({ config }) => config?.scope === undefined)
    if (open.length > 0) throw new Error(`no scope: ${open.map(({ method, url }) => `${method} ${url}`).join(', ')}`)
  })
}

async function operators(app: FastifyInstance): Promise<void> {
  if (app.config.OCPP_PATH.startsWith(API)) throw new ConfigError('OCPP_PATH must not be a path of the operator API')
  demandScopes(app)
  const { token, file, isNew } = await loadToken(app.config)
  if (file !== undefined) await warnIfReadable(app, file)
  const expected = digest(token)
  app.decorateRequest('operator', null)
  app.decorate('operators', {
    tokenFile: file,
    newToken: isNew ? token : undefined,
    async authenticate(request, reply) {
      const given = bearer(request)
      if (given !== undefined && timingSafeEqual(digest(given), expected)) {
        request.operator = { name: 'operator', scopes: ['admin'] }
        return authorize(request, reply)
      }
      reply.header('www-authenticate', given === undefined ? 'Bearer' : 'Bearer error="invalid_token"')
      throw new UnauthorizedError('the operator token is needed: Authorization: Bearer <token>')
    }
  })
}

export default fp(operators, { fastify: '5.x', name: 'operators', dependencies: ['env'] })
