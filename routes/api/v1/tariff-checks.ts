import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { CostRecord, PriceBody } from '../../../lib/ledger/cost-records.js'
import { previewOf } from '../../../lib/ledger/preview.js'
import { findingsIn } from '../../../lib/ledger/tariff-body.js'
import { AnyTariffBody, FindingRecord } from '../../../lib/ledger/tariff-records.js'

const TAGS = { tags: ['Tariffs'] }

/** Looking at a tariff before it is used. */
export default async function tariffChecks(app: FastifyInstance): Promise<void> {
  addCheck(app)
  addPrice(app)
}

function addCheck(app: FastifyInstance): void {
  app.post<{ Body: AnyTariffBody }>(
    '/tariffs/check',
    {
      config: { scope: 'transactions:read' },
      schema: {
        ...TAGS,
        body: AnyTariffBody,
        response: {
          200: Type.Object({
            errors: Type.Array(FindingRecord, { description: 'Why it would be refused' }),
            warnings: Type.Array(FindingRecord, {
              description: 'What may not be meant, or is lost towards charge points'
            })
          })
        },
        operationId: 'checkTariff',
        summary: 'Check a tariff',
        description: 'Nothing is saved. What the schema refuses is answered with 400, as when the tariff is saved.'
      }
    },
    async ({ body }) => findingsIn(body)
  )
}

function addPrice(app: FastifyInstance): void {
  const { db } = app.database
  app.post<{ Body: PriceBody }>(
    '/tariffs/price',
    {
      config: {
        scope: 'transactions:read',
        problems: {
          422: {
            INVALID_TARIFF: 'the tariff cannot be used, see `errors`',
            UNKNOWN_CHARGE_POINT: 'no such charge point',
            UNKNOWN_TARIFF: 'no such tariff',
            UNKNOWN_TIME_ZONE: 'timeZone is no IANA time zone'
          }
        }
      },
      schema: {
        ...TAGS,
        body: PriceBody,
        response: { 200: CostRecord },
        operationId: 'priceTariff',
        summary: 'Calculate what a transaction would cost',
        description: 'It charges evenly, and then stays connected. The same function prices every transaction.'
      }
    },
    async ({ body }) => previewOf(db, body, Date.now())
  )
}
