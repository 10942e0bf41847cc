import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import {
  AVAILABILITIES,
  type ConnectorFilter,
  ConnectorRecord,
  listConnectors,
  readPlace
} from '../../../../lib/charge-points/connector-list.js'
import { readLimit } from '../../../../lib/http/paging.js'
import { IdentityParams, oneOf, PageParams, pageSchema } from '../../../../lib/http/records.js'

const ListQuery = Type.Object(
  {
    ...PageParams,
    status: Type.Optional(
      oneOf(AVAILABILITIES, 'State, the same values for all versions; `Occupied` includes charging')
    ),
    chargePoint: Type.Optional(IdentityParams.properties.identity)
  },
  { additionalProperties: false }
)

/** The connectors of all charge points. */
export default async function connectors(app: FastifyInstance): Promise<void> {
  const { heavy } = app.database

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'listConnectors',
        querystring: ListQuery,
        response: { 200: pageSchema(ConnectorRecord) },
        summary: 'List the connectors of all charge points, with their errors',
        description: 'Shows the latest report of each connector, whether its charge point is connected or not.'
      }
    },
    async ({ query }) => {
      const { limit, cursor, ...filter } = query
      const behind = readPlace(query)
      return listConnectors(heavy, {
        filter: filter as ConnectorFilter,
        limit: readLimit(query),
        ...(behind !== undefined && { behind })
      })
    }
  )
}
