import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { readLimit, readTime } from '../../../lib/http/paging.js'
import { IdentityParams, momentParam, oneOf, PageParams } from '../../../lib/http/records.js'
import { listReadings, READING_ORDERS, type ReadingFilter } from '../../../lib/ledger/readings.js'
import { METER_VALUE_COLUMNS, ReadingRecord } from '../../../lib/ledger/records.js'
import { UNKNOWN_CHARGE_POINT } from '../../../lib/openapi/problems.js'
import { textLike } from '../../../lib/text-like.js'
import { CSV, pageOrCsv, positionOf, sendPage, writePosition } from '../../shared/table.js'

const Query = Type.Object(
  {
    measurand: Type.Optional(
      Type.String({ maxLength: 64, description: 'As the charge point sends it', examples: ['Power.Active.Import'] })
    ),
    evseId: Type.Optional(
      textLike('^\\d{1,10}$', 'must be a number of at most 10 digits', {
        description: 'EVSE; in OCPP 1.6 the connector. 0 is the main meter'
      })
    ),
    from: momentParam('At or after this time, by the clock of the charge point'),
    to: momentParam('Before this time'),
    sort: Type.Optional(oneOf(READING_ORDERS, 'Default: -timestamp, newest first')),
    ...PageParams
  },
  { additionalProperties: false }
)
type Query = Static<typeof Query>

const COLUMNS = [...METER_VALUE_COLUMNS, 'transactionId', 'transaction'] as const

/** Measurements of one charge point. */
export default async function chargePointMeterValues(app: FastifyInstance): Promise<void> {
  app.get<{ Params: IdentityParams; Querystring: Query }>(
    '/charge-points/:identity/meter-values',
    {
      config: { scope: 'transactions:read', problems: UNKNOWN_CHARGE_POINT },
      schema: {
        tags: ['Transactions'],
        operationId: 'listChargePointMeterValues',
        params: IdentityParams,
        querystring: Query,
        response: { 200: pageOrCsv(ReadingRecord, COLUMNS) },
        summary: 'List the meter values of a charge point, in transactions and outside of them, newest first',
        description: `A page may have fewer than \`limit\` items although there are more: then it has a \`nextCursor\`. ${CSV}`
      }
    },
    async (request, reply) => {
      const { id } = await app.store.require(request.params.identity)
      const { items, next } = await listReadings(app.database.heavy, filterOf(id, request.query))
      const page = { items, next: next && writePosition(next) }
      return sendPage({ request, reply, columns: COLUMNS, rowOf: (record) => record, page })
    }
  )
}

function filterOf(chargePointId: number, query: Query): ReadingFilter {
  const { measurand, evseId, from, to, sort } = query
  const behind = positionOf(query)
  return {
    chargePointId,
    order: sort ?? '-timestamp',
    limit: readLimit(query),
    ...(measurand !== undefined && { measurand }),
    ...(evseId !== undefined && { evseId: Number(evseId) }),
    ...(from !== undefined && { from: readTime('from', from) }),
    ...(to !== undefined && { to: readTime('to', to) }),
    ...(behind !== undefined && { behind })
  }
}
