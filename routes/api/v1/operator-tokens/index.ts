import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { toDateTime } from '../../../../lib/date-time.js'
import { API } from '../../../../lib/http/api.js'
import { OperatorTokenBody } from '../../../../lib/http/operator-token-body.js'
import { pageOf, readIdCursor, readLimit, readTime } from '../../../../lib/http/paging.js'
import { PageParams, pageSchema, ScopesRecord } from '../../../../lib/http/records.js'
import {
  createToken,
  deleteToken,
  findTokenByName,
  insertToken,
  listTokens,
  type NewOperatorToken,
  type OperatorTokenRow,
  scopesOf
} from '../../../../lib/operators/tokens.js'
import { ProblemError } from '../../../../lib/problem-error.js'

const TAG = { tags: ['Operators'] }
const ADMIN = { scope: 'admin' } as const
const ONE = { ...ADMIN, problems: { 404: { UNKNOWN_OPERATOR_TOKEN: 'no such operator token' } } }
const NEW_PROBLEMS = {
  409: { NAME_TAKEN: 'an operator token with this name exists' },
  422: { INVALID_EXPIRY: 'expiresAt must be in the future' }
}

const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

const Params = Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) })
const ListQuery = Type.Object(PageParams, { additionalProperties: false })

const TokenRecord = Type.Object({
  name: Type.String({ examples: ['billing'] }),
  scopes: ScopesRecord,
  createdAt: Type.String({ format: 'date-time' }),
  expiresAt: moment('When the token expires; absent when it never does'),
  lastUsedAt: moment('When the token was last used, to the minute; absent when it was never used')
})
const NewTokenRecord = Type.Object({
  ...TokenRecord.properties,
  token: Type.String({ description: 'The token. It is shown only once: the back-end stores its hash' })
})
const SelfRecord = Type.Object({
  name: Type.String({ examples: ['billing'] }),
  scopes: ScopesRecord,
  expiresAt: moment('When the token expires; absent when it never does')
})

interface OneToken {
  Params: Static<typeof Params>
}

/** Answered as a 422 problem. */
class InvalidExpiryError extends Error {
  readonly statusCode = 422
  readonly code = 'INVALID_EXPIRY'
  readonly validation = [{ instancePath: '/expiresAt', message: 'must be in the future' }]
}

function show(row: OperatorTokenRow): Static<typeof TokenRecord> {
  const { name, created_at: createdAt, expires_at: expiresAt, last_used_at: lastUsedAt } = row
  return {
    name,
    scopes: scopesOf(row),
    createdAt: toDateTime(createdAt),
    ...moments({ expiresAt, lastUsedAt })
  }
}

/** The times that are present, as RFC 3339. */
function moments(times: Record<string, number | null | undefined>): Record<string, string> {
  const shown = Object.entries(times).flatMap(([name, time]) =>
    typeof time === 'number' ? [[name, toDateTime(time)]] : []
  )
  return Object.fromEntries(shown)
}

function wantedToken({ name, scopes, expiresAt = null }: OperatorTokenBody): NewOperatorToken {
  if (expiresAt === null) return { name, scopes, expiresAt }
  const time = readTime('expiresAt', expiresAt)
  if (!(time > Date.now())) throw new InvalidExpiryError('expiresAt must be in the future')
  return { name, scopes, expiresAt: time }
}

/** The operator tokens beside the built-in one. */
export default async function operatorTokens(app: FastifyInstance): Promise<void> {
  addList(app)
  addCreate(app)
  addSelf(app)
  addRead(app)
  addRevoke(app)
}

function addList(app: FastifyInstance): void {
  const { db } = app.store
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/',
    {
      config: ADMIN,
      schema: {
        ...TAG,
        operationId: 'listOperatorTokens',
        querystring: ListQuery,
        response: { 200: pageSchema(TokenRecord) },
        summary: 'List the operator tokens, oldest first',
        description:
          'Without the built-in token. The tokens themselves are not shown: the back-end stores only their hashes.'
      }
    },
    async ({ query }) => {
      const limit = readLimit(query)
      const rows = await listTokens(db, { behind: readIdCursor(query) ?? 0, limit: limit + 1 })
      return pageOf(rows, limit, { show, keyOf: ({ id }) => id })
    }
  )
}

function addCreate(app: FastifyInstance): void {
  const { store } = app
  app.post<{ Body: OperatorTokenBody }>(
    '/',
    {
      config: { ...ADMIN, problems: NEW_PROBLEMS },
      schema: {
        ...TAG,
        operationId: 'createOperatorToken',
        body: OperatorTokenBody,
        response: { 201: NewTokenRecord },
        summary: 'Create an operator token',
        description: 'The token is shown only in this answer.'
      }
    },
    async ({ body }, reply) => {
      const wanted = wantedToken(body)
      const token = createToken()
      const row = await store.write((trx) => insertToken({ trx, now: Date.now() }, token, wanted))
      if (row === undefined)
        throw new ProblemError(409, 'NAME_TAKEN', `an operator token with the name ${wanted.name} exists`)
      return reply
        .code(201)
        .header('location', `${API}/operator-tokens/${encodeURIComponent(row.name)}`)
        .send({ ...show(row), token })
    }
  )
}

function addSelf(app: FastifyInstance): void {
  app.get(
    '/self',
    {
      config: { scope: null },
      schema: {
        ...TAG,
        operationId: 'getOwnOperatorToken',
        response: { 200: SelfRecord },
        summary: 'Show the name and the scopes of the token that is used'
      }
    },
    async ({ operator }) => ({
      name: operator?.name ?? '',
      scopes: [...(operator?.scopes ?? [])],
      ...moments({ expiresAt: operator?.expiresAt })
    })
  )
}

function addRead(app: FastifyInstance): void {
  const { db } = app.store
  app.get<OneToken>(
    '/:name',
    {
      config: ONE,
      schema: {
        ...TAG,
        operationId: 'getOperatorToken',
        params: Params,
        response: { 200: TokenRecord },
        summary: 'Show an operator token'
      }
    },
    async ({ params: { name } }) => {
      const row = await findTokenByName(db, name)
      if (row === undefined) throw new ProblemError(404, 'UNKNOWN_OPERATOR_TOKEN', `no operator token ${name}`)
      return show(row)
    }
  )
}

function addRevoke(app: FastifyInstance): void {
  const { store } = app
  const { operators } = app
  app.delete<OneToken>(
    '/:name',
    {
      config: ONE,
      schema: {
        ...TAG,
        operationId: 'revokeOperatorToken',
        params: Params,
        response: { 204: Type.Null({ description: 'Revoked' }) },
        summary: 'Revoke an operator token',
        description: 'Takes effect at once, and in other processes on the same database within two seconds.'
      }
    },
    async ({ params: { name } }, reply) => {
      const wasThere = await store.write((trx) => deleteToken({ trx }, name))
      operators.revoked()
      if (!wasThere) throw new ProblemError(404, 'UNKNOWN_OPERATOR_TOKEN', `no operator token ${name}`)
      return reply.code(204).send()
    }
  )
}
