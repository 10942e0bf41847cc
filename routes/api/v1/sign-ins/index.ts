import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { toDateTime } from '../../../../lib/date-time.js'
import { pageOf, readIdCursor, readLimit } from '../../../../lib/http/paging.js'
import { PageParams, pageSchema } from '../../../../lib/http/records.js'
import { BUILT_IN_OPERATOR } from '../../../../lib/operators/built-in-token.js'
import type { FoundSignIn } from '../../../../lib/operators/sign-in-rows.js'
import { ProblemError } from '../../../../lib/problem-error.js'
import { textLike } from '../../../../lib/text-like.js'

const TAG = { tags: ['Operators'] }
const ADMIN = { scope: 'admin' } as const
const ONE = { ...ADMIN, problems: { 404: { UNKNOWN_SIGN_IN: 'no such sign-in, or it has ended' } } }

const ListQuery = Type.Object(PageParams, { additionalProperties: false })
const Params = Type.Object({ id: textLike('^[0-9]{1,15}$', 'must be a number', { examples: ['1'] }) })

const SignInRecord = Type.Object({
  id: Type.Integer(),
  operator: Type.String({ description: 'Name of the operator token' }),
  remoteAddress: Type.Optional(Type.String({ description: 'The address that signed in' })),
  userAgent: Type.Optional(Type.String({ description: 'How the browser named itself' })),
  createdAt: Type.String({ format: 'date-time' }),
  lastUsedAt: Type.String({ format: 'date-time', description: 'To the minute' }),
  expiresAt: Type.String({ format: 'date-time', description: 'When the sign-in ends unless it is used again' })
})

/** The sign-ins of all browsers. */
export default async function signIns(app: FastifyInstance): Promise<void> {
  addList(app)
  addEnd(app)
}

function addList(app: FastifyInstance): void {
  const { all } = app.signIns
  function show(row: FoundSignIn): Static<typeof SignInRecord> {
    const { id, token_name: name, remote_address: remoteAddress, user_agent: userAgent } = row
    return {
      id,
      operator: name ?? BUILT_IN_OPERATOR.name,
      ...(remoteAddress !== null && { remoteAddress }),
      ...(userAgent !== null && { userAgent }),
      createdAt: toDateTime(row.created_at),
      lastUsedAt: toDateTime(row.last_used_at),
      expiresAt: toDateTime(all.endOfRow(row))
    }
  }
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/',
    {
      config: ADMIN,
      schema: {
        ...TAG,
        operationId: 'listSignIns',
        querystring: ListQuery,
        response: { 200: pageSchema(SignInRecord) },
        summary: 'List the sign-ins that have not ended, newest first',
        description: 'Who signed in and out when is in `/audit`, with the target `sign-in`.'
      }
    },
    async ({ query }) => {
      const limit = readLimit(query)
      const rows = await all.list({ before: readIdCursor(query), limit: limit + 1 })
      return pageOf(rows, limit, { show, keyOf: ({ id }) => id })
    }
  )
}

function addEnd(app: FastifyInstance): void {
  const { all } = app.signIns
  app.delete<{ Params: Static<typeof Params> }>(
    '/:id',
    {
      config: ONE,
      schema: {
        ...TAG,
        operationId: 'endSignIn',
        params: Params,
        response: { 204: Type.Null({ description: 'Ended' }) },
        summary: 'End a sign-in',
        description: 'Takes effect at once, and in other processes on the same database within two seconds.'
      }
    },
    async ({ params: { id } }, reply) => {
      if (!(await all.end(Number(id)))) throw new ProblemError(404, 'UNKNOWN_SIGN_IN', `no sign-in ${id}`)
      return reply.code(204).send()
    }
  )
}
