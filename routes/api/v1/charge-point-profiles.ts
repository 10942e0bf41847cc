import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { invalidCursor, pageOf, readCursor, readLimit } from '../../../lib/http/paging.js'
import { IdentityParams, PageParams, pageSchema } from '../../../lib/http/records.js'
import { UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { listProfiles, profileViewer } from '../../../lib/smart-charging/profiles.js'
import { ChargingProfileRecord } from '../../../lib/smart-charging/records.js'

const Query = Type.Object(PageParams, { additionalProperties: false })

/** The ledger of charging profiles. */
export default async function chargePointProfiles(app: FastifyInstance): Promise<void> {
  const { store, database } = app
  app.get<{ Params: IdentityParams; Querystring: Static<typeof Query> }>(
    '/charge-points/:identity/charging-profiles',
    {
      config: { scope: 'charge-points:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'listChargingProfiles',
        params: IdentityParams,
        querystring: Query,
        response: { 200: pageSchema(ChargingProfileRecord) },
        summary: 'List the charging profiles of a charge point',
        description:
          'Those that it has accepted or reported, and the limits of others that it has notified, oldest first. The call ' +
          '`GetChargingProfiles` asks a charge point of OCPP 2.x to report its own.'
      }
    },
    async ({ params, query }) => {
      const chargePoint = await store.require(params.identity)
      const limit = readLimit(query)
      const behind = idOf(readCursor(query))
      const page = { limit: limit + 1, ...(behind !== undefined && { behind }) }
      const rows = await listProfiles(database.heavy, chargePoint.id, page)
      const show = await profileViewer(database.heavy, chargePoint)
      return pageOf(rows, limit, { show, keyOf: ({ id }) => id })
    }
  )
}

/** @throws `INVALID_QUERY` */
function idOf(key: string | undefined): number | undefined {
  if (key === undefined) return undefined
  if (!/^\d{1,15}$/.test(key)) throw invalidCursor()
  return Number(key)
}
