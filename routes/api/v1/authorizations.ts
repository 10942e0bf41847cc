import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { readLimit, readTime } from '../../../lib/http/paging.js'
import { momentParam, oneOf, PageParams } from '../../../lib/http/records.js'
import {
  type AuthorizationFilter,
  AuthorizationRecord,
  listAuthorizations
} from '../../../lib/id-tokens/authorization-list.js'
import { positionOf, writePosition } from '../../shared/table.js'

const Query = Type.Object(
  {
    chargePoint: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
    idToken: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'In upper or lower case' })),
    status: Type.Optional(Type.String({ maxLength: 64, description: 'In the answer', examples: ['Invalid'] })),
    known: Type.Optional(
      oneOf(['true', 'false'], 'false: only id tokens that were not known, and still are not. Default: all')
    ),
    distinct: Type.Optional(oneOf(['idToken'], 'Only the latest answer about each id token')),
    from: momentParam('At or after this time'),
    to: momentParam('Before this time'),
    ...PageParams
  },
  { additionalProperties: false }
)
type Query = Static<typeof Query>

/** Requests to charge, and their answers. */
export default async function authorizations(app: FastifyInstance): Promise<void> {
  const { heavy } = app.database
  app.get<{ Querystring: Query }>(
    '/authorizations',
    {
      config: { scope: 'id-tokens:read' },
      schema: {
        tags: ['Id tokens'],
        querystring: Query,
        response: {
          200: Type.Object({
            items: Type.Array(AuthorizationRecord),
            nextCursor: Type.Optional(Type.String({ description: 'Absent on the last page' }))
          })
        },
        operationId: 'listAuthorizations',
        summary: 'List the answers to charge points about id tokens, newest first',
        description:
          'Answers are listed about a second after they were given. At most 60 different ones of a charge point in a minute are kept.'
      }
    },
    async ({ query }) => {
      const filter = filterOf(query)
      const found = await listAuthorizations(heavy, { ...filter, limit: filter.limit + 1 })
      const last = found.length > filter.limit ? found[filter.limit - 1]?.position : undefined
      const items = found.slice(0, filter.limit).map(({ record }) => record)
      return { items, ...(last !== undefined && { nextCursor: writePosition(last) }) }
    }
  )
}

/** @throws `INVALID_QUERY` */
function filterOf(query: Query): AuthorizationFilter {
  const { known, distinct, from, to, limit: _limit, cursor: _cursor, ...others } = query
  const behind = positionOf(query)
  return {
    ...others,
    limit: readLimit(query),
    distinct: distinct !== undefined,
    ...(known !== undefined && { known: known === 'true' }),
    ...(from !== undefined && { from: readTime('from', from) }),
    ...(to !== undefined && { to: readTime('to', to) }),
    ...(behind !== undefined && { behind })
  }
}
