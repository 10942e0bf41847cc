import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { RefusedRecord, showRefused } from '../../../../lib/charge-points/refused.js'
import { ProblemError } from '../../../../lib/problem-error.js'

const Query = Type.Object(
  { q: Type.Optional(Type.String({ minLength: 1, maxLength: 48, description: 'Part of the identity' })) },
  { additionalProperties: false }
)

const Params = Type.Object({ identity: Type.String({ minLength: 1, maxLength: 48 }) })

const TAGS = { tags: ['Charge points'] }

/** Charge points that tried to connect and were refused. */
export default async function refusedChargePoints(app: FastifyInstance): Promise<void> {
  const { refused } = app

  app.get<{ Querystring: Static<typeof Query> }>(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        ...TAGS,
        querystring: Query,
        response: { 200: Type.Object({ items: Type.Array(RefusedRecord) }) },
        operationId: 'listRefusedChargePoints',
        summary: 'List the charge points that were refused',
        description:
          'The one that was refused last comes first. At most 1000 since the start of the back-end; one that connects is taken off the list.'
      }
    },
    async ({ query: { q } }) => ({ items: refused.list(q).map(showRefused) })
  )

  app.delete<{ Params: Static<typeof Params> }>(
    '/:identity',
    {
      config: {
        scope: 'charge-points:write',
        problems: { 404: { UNKNOWN_REFUSED: 'no such charge point was refused' } }
      },
      schema: {
        ...TAGS,
        params: Params,
        response: { 204: Type.Null({ description: 'Gone' }) },
        operationId: 'forgetRefusedChargePoint',
        summary: 'Take a charge point off the list until it is refused again'
      }
    },
    async ({ params: { identity } }, reply) => {
      if (!refused.forget(identity)) throw new ProblemError(404, 'UNKNOWN_REFUSED', `${identity} was not refused`)
      return reply.code(204).send()
    }
  )
}
