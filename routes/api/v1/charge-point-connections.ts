import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { ConnectionRecord, listConnections, showConnection } from '../../../lib/charge-points/connections.js'
import { invalidCursor, invalidQuery, pageOf, readCursor, readLimit, readTime } from '../../../lib/http/paging.js'
import { IdentityParams, momentParam, PageParams, pageSchema } from '../../../lib/http/records.js'
import { UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'

const Query = Type.Object(
  {
    from: momentParam('Only connections that were open at this time or later'),
    to: momentParam('Only connections that began before this time'),
    ...PageParams
  },
  { additionalProperties: false }
)

/** When a charge point was connected. */
export default async function chargePointConnections(app: FastifyInstance): Promise<void> {
  const { store, database } = app
  app.get<{ Params: IdentityParams; Querystring: Static<typeof Query> }>(
    '/charge-points/:identity/connections',
    {
      config: { scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'listConnections',
        params: IdentityParams,
        querystring: Query,
        response: { 200: pageSchema(ConnectionRecord) },
        summary: 'List the connections of a charge point, newest first',
        description:
          'A connection is in the list about half a second after it began. If the back-end was killed, the end of its ' +
          'connections is unknown: `disconnectedAt` is absent, and `reason` is `unknown`.'
      }
    },
    async ({ params, query }) => {
      const { id: chargePointId } = await store.require(params.identity)
      const limit = readLimit(query)
      const behind = positionOf(readCursor(query))
      const [from, to] = [query.from && readTime('from', query.from), query.to && readTime('to', query.to)]
      if (typeof from === 'number' && typeof to === 'number' && from >= to) throw invalidQuery('from must be before to')
      const rows = await listConnections(database.heavy, {
        chargePointId,
        ...(typeof from === 'number' && { from }),
        ...(typeof to === 'number' && { to }),
        ...(behind !== undefined && { behind }),
        limit: limit + 1
      })
      const keyOf = ({ connected_at, id }: (typeof rows)[number]) => `${connected_at}.${id}`
      return pageOf(rows, limit, { show: showConnection, keyOf })
    }
  )
}

/** @throws `INVALID_QUERY` */
function positionOf(key: string | undefined): { connectedAt: number; id: number } | undefined {
  if (key === undefined) return undefined
  const [, connectedAt, id] = /^(\d{1,16})\.(\d{1,16})$/.exec(key) ?? []
  if (connectedAt === undefined || id === undefined) throw invalidCursor()
  return { connectedAt: Number(connectedAt), id: Number(id) }
}
