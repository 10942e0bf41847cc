import type { FastifyInstance } from 'fastify'
import { IdentityParams } from '../../../lib/http/records.js'
import { UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { StationTariffsRecord, showStationTariffs } from '../../../lib/price-messages/station-view.js'

/** The tariffs of a charge point: wanted, sent, reported. */
export default async function chargePointTariffs(app: FastifyInstance): Promise<void> {
  const { store, database, config } = app
  app.get<{ Params: IdentityParams }>(
    '/charge-points/:identity/tariffs',
    {
      config: { scope: 'calls:write', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        tags: ['ChargePoints'],
        operationId: 'getChargePointTariffs',
        params: IdentityParams,
        response: { 200: StationTariffsRecord },
        summary: 'Show which tariffs a charge point should have, and which it has',
        description:
          'For drivers of whom nothing is known: the tariff that applies at each EVSE, the answers to those that were sent, ' +
          'and the last report. The operation `set-tariffs` removes the differences.'
      }
    },
    async ({ params }) => {
      const chargePoint = await store.require(params.identity)
      const options = { languages: config.TARIFF_LANGUAGES, now: Date.now() }
      return showStationTariffs(database.db, chargePoint, options)
    }
  )
}
