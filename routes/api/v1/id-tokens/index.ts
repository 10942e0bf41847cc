import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { pageOf, readIdCursor, readLimit, readTime } from '../../../../lib/http/paging.js'
import {
  IdTokenBody,
  IdTokenParams,
  IdTokenRecord,
  oneOf,
  PageParams,
  pageSchema
} from '../../../../lib/http/records.js'
import { ID_TOKEN_STATUSES } from '../../../../lib/id-tokens/authorization.js'
import {
  deleteIdToken,
  findIdToken,
  type IdTokenChange,
  listIdTokens,
  saveIdToken,
  showIdToken
} from '../../../../lib/id-tokens/rows.js'
import { ProblemError } from '../../../../lib/problem-error.js'

const TAG = { tags: ['IdTokens'] }
const problems = { 404: { UNKNOWN_ID_TOKEN: 'no such id token' } }

const ListQuery = Type.Object(
  {
    ...PageParams,
    q: Type.Optional(Type.String({ maxLength: 255, description: 'Part of the token' })),
    status: Type.Optional(oneOf(ID_TOKEN_STATUSES, 'The stored status: an expired id token may still be Accepted')),
    groupId: Type.Optional(Type.String({ maxLength: 255 }))
  },
  { additionalProperties: false }
)

function changeOf({ expiresAt, ...body }: IdTokenBody): IdTokenChange {
  if (expiresAt === undefined) return body
  return { ...body, expiresAt: expiresAt === null ? null : readTime('expiresAt', expiresAt) }
}

/** Id tokens, and the answers that charge points get about them. */
export default async function idTokens(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addPut(app)
  addDelete(app)
}

function addList(app: FastifyInstance): void {
  const { database } = app
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/',
    {
      config: { scope: 'id-tokens:read' },
      schema: {
        ...TAG,
        querystring: ListQuery,
        response: { 200: pageSchema(IdTokenRecord) },
        operationId: 'listIdTokens',
        summary: 'List the id tokens, oldest first'
      }
    },
    async ({ query }) => {
      const limit = readLimit(query)
      const { q, status, groupId } = query
      const rows = await listIdTokens(database.heavy, {
        behind: readIdCursor(query) ?? 0,
        limit: limit + 1,
        ...(q !== undefined && { part: q }),
        ...(status !== undefined && { status }),
        ...(groupId !== undefined && { groupId })
      })
      return pageOf(rows, limit, { show: showIdToken, keyOf: ({ id }) => id })
    }
  )
}

function addRead(app: FastifyInstance): void {
  const { store } = app
  app.get<{ Params: IdTokenParams }>(
    '/:idToken',
    {
      config: { scope: 'id-tokens:read', problems },
      schema: {
        ...TAG,
        params: IdTokenParams,
        response: { 200: IdTokenRecord },
        operationId: 'getIdToken',
        summary: 'Show an id token'
      }
    },
    async ({ params: { idToken } }) => {
      const row = await findIdToken(store.db, idToken)
      if (row === undefined) throw new ProblemError(404, 'UNKNOWN_ID_TOKEN', `no id token ${idToken}`)
      return showIdToken(row)
    }
  )
}

function addPut(app: FastifyInstance): void {
  const { store } = app
  app.put<{ Params: IdTokenParams; Body: IdTokenBody }>(
    '/:idToken',
    {
      config: { scope: 'id-tokens:write' },
      schema: {
        ...TAG,
        params: IdTokenParams,
        body: IdTokenBody,
        response: { 200: IdTokenRecord, 201: IdTokenRecord },
        operationId: 'putIdToken',
        summary: 'Create or change an id token',
        description: 'Members that are left out stay as they are. Upper and lower case make no difference.'
      }
    },
    async ({ params: { idToken }, body }, reply) => {
      const change = changeOf(body)
      const { row, isNew } = await store.write((trx) => saveIdToken({ trx, now: Date.now() }, idToken, change))
      return reply.code(isNew ? 201 : 200).send(showIdToken(row))
    }
  )
}

function addDelete(app: FastifyInstance): void {
  const { store } = app
  app.delete<{ Params: IdTokenParams }>(
    '/:idToken',
    {
      config: { scope: 'id-tokens:write', problems },
      schema: {
        ...TAG,
        params: IdTokenParams,
        response: { 204: Type.Null({ description: 'Deleted' }) },
        operationId: 'deleteIdToken',
        summary: 'Delete an id token'
      }
    },
    async ({ params: { idToken } }, reply) => {
      const isGone = await store.write((trx) => deleteIdToken({ trx }, idToken))
      if (!isGone) throw new ProblemError(404, 'UNKNOWN_ID_TOKEN', `no id token ${idToken}`)
      return reply.code(204).send()
    }
  )
}
