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

const TAG = { tags: ['IdTokens'] }
const problems = { 404: { UNKNOWN_ID_TOKEN: 'no such id token' } }

const ListQuery = Type.Object(
  {
    ...PageParams,
    q: Type.Optional(Type.String({ maxLength: 255, description: 'Part of the token' })),
    status: Type.Optional(oneOf(ID_TOKEN_STATUSES, 'As it is stored: one that has expired may still be Accepted')),
    groupId: Type.Optional(Type.String({ maxLength: 255 }))
  },
  { additionalProperties: false }
)

/** Answered as a 404 problem. */
class UnknownIdTokenError extends Error {
  readonly statusCode = 404
  readonly code = 'UNKNOWN_ID_TOKEN'
}

function changeOf({ expiresAt, ...body }: IdTokenBody): IdTokenChange {
  if (expiresAt === undefined) return body
  return { ...body, expiresAt: expiresAt === null ? null : readTime('expiresAt', expiresAt) }
}

/** What charge points are told of id tokens. */
export default async function idTokens(app: FastifyInstance): Promise<void> {
  const { store } = app

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
      const rows = await listIdTokens(store.db, {
        behind: readIdCursor(query) ?? 0,
        limit: limit + 1,
        ...(q !== undefined && { part: q }),
        ...(status !== undefined && { status }),
        ...(groupId !== undefined && { groupId })
      })
      return pageOf(rows, limit, { show: showIdToken, keyOf: ({ id }) => id })
    }
  )

  app.get<{ Params: IdTokenParams }>(
    '/:idToken',
    {
      config: { scope: 'id-tokens:read', problems },
      schema: {
        ...TAG,
        params: IdTokenParams,
        response: { 200: IdTokenRecord },
        operationId: 'getIdToken',
        summary: 'Look at an id token'
      }
    },
    async ({ params: { idToken } }) => {
      const row = await findIdToken(store.db, idToken)
      if (row === undefined) throw new UnknownIdTokenError(`no id token ${idToken}`)
      return showIdToken(row)
    }
  )

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
        description: 'What is left out stays as it is. Case does not matter.'
      }
    },
    async ({ params: { idToken }, body }, reply) => {
      const change = changeOf(body)
      const { row, isNew } = await store.write((trx) => saveIdToken({ trx, now: Date.now() }, idToken, change))
      return reply.code(isNew ? 201 : 200).send(showIdToken(row))
    }
  )

  app.delete<{ Params: IdTokenParams }>(
    '/:idToken',
    {
      config: { scope: 'id-tokens:write', problems },
      schema: {
        ...TAG,
        params: IdTokenParams,
        response: { 204: Type.Null({ description: 'Gone' }) },
        operationId: 'deleteIdToken',
        summary: 'Remove an id token: it is unknown from then on'
      }
    },
    async ({ params: { idToken } }, reply) => {
      const isGone = await store.write((trx) => deleteIdToken({ trx }, idToken))
      if (!isGone) throw new UnknownIdTokenError(`no id token ${idToken}`)
      return reply.code(204).send()
    }
  )
}
