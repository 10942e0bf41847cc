import type { FastifyInstance } from 'fastify'
import { CallsQuery, pageOfCalls } from '../../../lib/calls/list.js'
import { CallRecord, IdentityParams, pageSchema } from '../../../lib/http/records.js'
import { UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'

/** The calls to one charge point. */
export default async function chargePointCalls(app: FastifyInstance): Promise<void> {
  app.get<{ Params: IdentityParams; Querystring: CallsQuery }>(
    '/charge-points/:identity/calls',
    {
      config: { scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        tags: ['Calls'],
        operationId: 'listChargePointCalls',
        params: IdentityParams,
        querystring: CallsQuery,
        response: { 200: pageSchema(CallRecord) },
        summary: 'List the calls to a charge point, newest first'
      }
    },
    async (request) => {
      const { id } = await app.store.require(request.params.identity)
      return pageOfCalls(app.database.heavy, request.query, {
        may: app.scopes.mayOf(request),
        chargePointId: id
      })
    }
  )
}
