import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { receiptPage } from '../../../../lib/billing/html.js'
import { findReceipt, listReceipts, type ReceiptFilter } from '../../../../lib/billing/list.js'
import { PAGE_CSP } from '../../../../lib/billing/page.js'
import { CreditBody, ReceiptRecord } from '../../../../lib/billing/records.js'
import { prefers } from '../../../../lib/http/csv.js'
import { pageOf, readIdCursor, readLimit, readTime } from '../../../../lib/http/paging.js'
import { momentParam, oneOf, PageParams } from '../../../../lib/http/records.js'
import { textLike } from '../../../../lib/text-like.js'
import { type OneReceipt, ReceiptParams, unknownReceipt } from '../../../shared/receipt.js'

const ListQuery = Type.Object(
  {
    transaction: Type.Optional(
      textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits', {
        description: '`id` of the transaction'
      })
    ),
    chargePoint: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
    kind: Type.Optional(oneOf(['receipt', 'credit-note'], 'Only receipts, or only credit notes')),
    from: momentParam('Issued at or after this time'),
    to: momentParam('Issued before this time'),
    ...PageParams
  },
  { additionalProperties: false }
)
type ListQuery = Static<typeof ListQuery>

const TAGS = { tags: ['Billing'] }
const UNKNOWN = { 404: { UNKNOWN_RECEIPT: 'no such receipt' } }

/** Receipts and credit notes. They never change. */
export default async function receipts(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addCredit(app)
}

function addList(app: FastifyInstance): void {
  const { heavy } = app.database
  app.get<{ Querystring: ListQuery }>(
    '/',
    {
      config: { scope: 'billing:read' },
      schema: {
        ...TAGS,
        querystring: ListQuery,
        response: {
          200: Type.Object({
            items: Type.Array(ReceiptRecord),
            nextCursor: Type.Optional(Type.String({ description: 'Absent on the last page' }))
          })
        },
        operationId: 'listReceipts',
        summary: 'List the receipts and credit notes, latest first'
      }
    },
    async ({ query }) => {
      const filter = filterOf(query)
      const found = await listReceipts(heavy, { ...filter, limit: filter.limit + 1 })
      return pageOf(found, filter.limit, { show: ({ record }) => record, keyOf: ({ id }) => id })
    }
  )
}

function filterOf(query: ListQuery): ReceiptFilter {
  const { transaction, chargePoint, kind, from, to } = query
  const before = readIdCursor(query)
  return {
    limit: readLimit(query),
    ...(transaction !== undefined && { transaction: Number(transaction) }),
    ...(chargePoint !== undefined && { chargePoint }),
    ...(kind !== undefined && { kind }),
    ...(from !== undefined && { from: readTime('from', from) }),
    ...(to !== undefined && { to: readTime('to', to) }),
    ...(before !== undefined && { before })
  }
}

function addRead(app: FastifyInstance): void {
  const { db } = app.database
  app.get<OneReceipt>(
    '/:number',
    {
      config: { scope: 'billing:read', problems: UNKNOWN },
      schema: {
        ...TAGS,
        params: ReceiptParams,
        response: {
          200: {
            description: 'The receipt',
            content: {
              'application/json': { schema: ReceiptRecord },
              'text/html': { schema: Type.String({ examples: ['<!doctype html>'] }) }
            }
          }
        },
        operationId: 'getReceipt',
        summary: 'Show a receipt or a credit note',
        description: 'With `Accept: text/html` the answer is a page to print.'
      }
    },
    async (request, reply) => {
      const { number } = request.params
      const receipt = await findReceipt(db, number)
      if (receipt === undefined) throw unknownReceipt(number)
      reply.header('vary', 'Accept')
      if (!prefers(request.headers.accept, 'text/html')) return reply.send(receipt)
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', PAGE_CSP)
        .serializer(String)
        .send(receiptPage(receipt))
    }
  )
}

function addCredit(app: FastifyInstance): void {
  const { billing } = app
  app.post<OneReceipt & { Body: CreditBody }>(
    '/:number/credit',
    {
      config: {
        scope: 'billing:write',
        problems: {
          ...UNKNOWN,
          409: {
            ALREADY_CREDITED: 'the receipt has been credited',
            NO_RECEIPT: 'the number is that of a credit note',
            RECEIPTS_OFF: 'no receipts are issued'
          }
        }
      },
      schema: {
        ...TAGS,
        params: ReceiptParams,
        body: CreditBody,
        response: { 201: ReceiptRecord },
        operationId: 'creditReceipt',
        summary: 'Credit a receipt',
        description: 'Issues a credit note with the same lines, negative. No other receipt follows by itself.'
      }
    },
    async ({ params, body, operator }, reply) => {
      const note = await billing.credit(params.number, { operator: operator?.name ?? '', reason: body.reason })
      if (note === undefined) throw unknownReceipt(params.number)
      return reply.code(201).header('location', `/api/v1/receipts/${note.number}`).send(note)
    }
  )
}
