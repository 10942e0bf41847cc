import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { ReceiptLinkRecord } from '../../../lib/billing/links.js'
import { type OneReceipt, ReceiptParams, unknownReceipt } from '../../shared/receipt.js'

const NoBody = Type.Object({}, { additionalProperties: false })
const TAGS = { tags: ['Billing'], params: ReceiptParams }
const NOT_FOUND = { UNKNOWN_RECEIPT: 'no such receipt', NO_RECEIPT_LINK: 'the receipt has no link' }
const OFF = { 409: { RECEIPT_PAGES_OFF: 'the pages for drivers are off' } }
const PATH = '/receipts/:number/link'

/** The links with which drivers see their receipts. */
export default async function receiptLinks(app: FastifyInstance): Promise<void> {
  addRead(app)
  addMake(app)
  addRevoke(app)
}

function addRead(app: FastifyInstance): void {
  const { receiptLinks } = app
  app.get<OneReceipt>(
    PATH,
    {
      config: { scope: 'billing:read', problems: { 404: NOT_FOUND, ...OFF } },
      schema: {
        ...TAGS,
        response: { 200: ReceiptLinkRecord },
        operationId: 'getReceiptLink',
        summary: 'Show the link with which the driver sees a receipt'
      }
    },
    async ({ params: { number } }) => {
      const link = await receiptLinks.find(number)
      if (link === undefined) throw unknownReceipt(number)
      return link
    }
  )
}

function addMake(app: FastifyInstance): void {
  const { receiptLinks } = app
  app.post<OneReceipt>(
    PATH,
    {
      config: { scope: 'billing:write', problems: { 404: { UNKNOWN_RECEIPT: 'no such receipt' }, ...OFF } },
      schema: {
        ...TAGS,
        body: NoBody,
        response: { 200: ReceiptLinkRecord },
        operationId: 'makeReceiptLink',
        summary: 'Make a link with which the driver sees a receipt',
        description: 'It shows all receipts and credit notes of the transaction. If there is a link, it stays.'
      }
    },
    async ({ params: { number } }) => {
      const link = await receiptLinks.make(number)
      if (link === undefined) throw unknownReceipt(number)
      return link
    }
  )
}

function addRevoke(app: FastifyInstance): void {
  const { receiptLinks } = app
  app.delete<OneReceipt>(
    PATH,
    {
      config: { scope: 'billing:write', problems: { 404: NOT_FOUND } },
      schema: {
        ...TAGS,
        response: { 204: Type.Null({ description: 'The link leads nowhere from now on' }) },
        operationId: 'revokeReceiptLink',
        summary: 'Revoke the link with which the driver sees a receipt'
      }
    },
    async ({ params: { number } }, reply) => {
      if ((await receiptLinks.revoke(number)) === undefined) throw unknownReceipt(number)
      return reply.code(204).send()
    }
  )
}
