import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import {
  ListedSettlement,
  listSettlements,
  SETTLEMENT_STATUSES,
  type SettlementFilter
} from '../../../lib/billing/settlement-list.js'
import { pageOf, readIdCursor, readLimit, readTime } from '../../../lib/http/paging.js'
import { momentParam, oneOf, PageParams } from '../../../lib/http/records.js'
import { textLike } from '../../../lib/text-like.js'

const ListQuery = Type.Object(
  {
    chargePoint: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
    transaction: Type.Optional(
      textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits', {
        description: '`id` of the transaction'
      })
    ),
    pspRef: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'The reference of the payment service provider' })
    ),
    status: Type.Optional(oneOf(SETTLEMENT_STATUSES, 'What became of the payment')),
    from: momentParam('Received at or after this time'),
    to: momentParam('Received before this time'),
    ...PageParams
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

/** What became of payments at charge points. [2.1 C21-C25] */
export default async function settlements(app: FastifyInstance): Promise<void> {
  const { heavy } = app.database
  app.get<{ Querystring: ListQuery }>(
    '/settlements',
    {
      config: { scope: 'billing:read' },
      schema: {
        tags: ['Billing'],
        querystring: ListQuery,
        response: {
          200: Type.Object({
            items: Type.Array(ListedSettlement),
            nextCursor: Type.Optional(Type.String({ description: 'Absent on the last page' }))
          })
        },
        operationId: 'listSettlements',
        summary: 'List what became of payments at charge points, latest first',
        description: 'Several items of one payment are its history. OCPP 2.1 only.'
      }
    },
    async ({ query }) => {
      const filter = filterOf(query)
      const found = await listSettlements(heavy, { ...filter, limit: filter.limit + 1 })
      return pageOf(found, filter.limit, { show: (record) => record, keyOf: ({ id }) => id })
    }
  )
}

function filterOf(query: ListQuery): SettlementFilter {
  const { chargePoint, transaction, pspRef, status, from, to } = query
  const before = readIdCursor(query)
  return {
    limit: readLimit(query),
    ...(chargePoint !== undefined && { chargePoint }),
    ...(transaction !== undefined && { transaction: Number(transaction) }),
    ...(pspRef !== undefined && { pspRef }),
    ...(status !== undefined && { status }),
    ...(from !== undefined && { from: readTime('from', from) }),
    ...(to !== undefined && { to: readTime('to', to) }),
    ...(before !== undefined && { before })
  }
}
