import type { FastifyInstance } from 'fastify'
import { API } from '../../../../lib/http/api.js'
import { pageOf, readIdCursor, readLimit, readTime } from '../../../../lib/http/paging.js'
import { pageSchema } from '../../../../lib/http/records.js'
import { ProblemError } from '../../../../lib/problem-error.js'
import {
  type DeliveryFilter,
  findDelivery,
  listDeliveries,
  resendDelivery
} from '../../../../lib/webhooks/deliveries.js'
import { unknownWebhook } from '../../../../lib/webhooks/errors.js'
import {
  DeliveryParams,
  DeliveryQuery,
  DeliveryRecord,
  DeliveryWithEvent,
  showDelivery,
  WebhookParams
} from '../../../../lib/webhooks/records.js'
import { findWebhook } from '../../../../lib/webhooks/rows.js'

interface One {
  Params: DeliveryParams
}

const TAGS = { tags: ['Webhooks'] }
const UNKNOWN_DELIVERY = { 404: { UNKNOWN_DELIVERY: 'no such delivery of this webhook' } }

/** Deliveries: events that were sent to webhooks, or will be, or could not be. */
export default async function deliveries(app: FastifyInstance): Promise<void> {
  addList(app)
  addRead(app)
  addResend(app)
}

function addList(app: FastifyInstance): void {
  const { db, heavy } = app.database
  app.get<{ Params: WebhookParams; Querystring: DeliveryQuery }>(
    '/:id/deliveries',
    {
      config: { scope: 'admin', problems: { 404: { UNKNOWN_WEBHOOK: 'no such webhook' } } },
      schema: {
        ...TAGS,
        operationId: 'listDeliveries',
        summary: 'List the deliveries of a webhook, newest first',
        params: WebhookParams,
        querystring: DeliveryQuery,
        response: { 200: pageSchema(DeliveryRecord) }
      }
    },
    async ({ params: { id }, query }) => {
      if ((await findWebhook(db, Number(id))) === undefined) throw unknownWebhook(id)
      const limit = readLimit(query)
      const rows = await listDeliveries(heavy, { ...filterOf(Number(id), query), limit: limit + 1 })
      return pageOf(rows, limit, { show: showDelivery, keyOf: (row) => row.id })
    }
  )
}

function addRead(app: FastifyInstance): void {
  const { db } = app.database
  app.get<One>(
    '/:id/deliveries/:deliveryId',
    {
      config: { scope: 'admin', problems: UNKNOWN_DELIVERY },
      schema: {
        ...TAGS,
        operationId: 'getDelivery',
        summary: 'Show a delivery and its event',
        params: DeliveryParams,
        response: { 200: DeliveryWithEvent }
      }
    },
    async ({ params }) => {
      const row = await findDelivery(db, keyOf(params))
      if (row === undefined) throw unknown(params)
      return { ...showDelivery(row), event: JSON.parse(row.payload) }
    }
  )
}

function addResend(app: FastifyInstance): void {
  const { writer } = app.database
  const { db } = app.database
  app.post<One>(
    '/:id/deliveries/:deliveryId/resend',
    {
      config: {
        scope: 'admin',
        problems: { ...UNKNOWN_DELIVERY, 409: { WEBHOOK_DISABLED: 'the webhook is disabled: enable it first' } }
      },
      schema: {
        ...TAGS,
        operationId: 'resendDelivery',
        summary: 'Send an event again',
        description:
          'Adds a new delivery after all waiting ones. It has the same event id, by which receivers recognise the event.',
        params: DeliveryParams,
        response: { 202: DeliveryRecord }
      }
    },
    async ({ params }, reply) => {
      const { webhookId, id } = keyOf(params)
      const webhook = await findWebhook(db, webhookId)
      if (webhook?.enabled === 0)
        throw new ProblemError(409, 'WEBHOOK_DISABLED', 'the webhook is disabled: enable it first')
      const row = await writer.write((trx) => resendDelivery({ trx, now: Date.now() }, { webhookId, id }))
      if (webhook === undefined || row === undefined) throw unknown(params)
      app.webhooks.deliverer.notice(webhookId)
      reply.code(202).header('location', `${API}/webhooks/${webhookId}/deliveries/${row.id}`)
      return showDelivery(row)
    }
  )
}

function keyOf({ id, deliveryId }: DeliveryParams) {
  return { webhookId: Number(id), id: Number(deliveryId) }
}

function unknown({ id, deliveryId }: DeliveryParams): ProblemError {
  return new ProblemError(404, 'UNKNOWN_DELIVERY', `no delivery ${deliveryId} of webhook ${id}`)
}

function filterOf(webhookId: number, query: DeliveryQuery): Omit<DeliveryFilter, 'limit'> {
  const { status, type, chargePoint, from, to } = query
  const behind = readIdCursor(query)
  return {
    webhookId,
    ...(status !== undefined && { status }),
    ...(type !== undefined && { type }),
    ...(chargePoint !== undefined && { chargePoint }),
    ...(from !== undefined && { from: readTime('from', from) }),
    ...(to !== undefined && { to: readTime('to', to) }),
    ...(behind !== undefined && { behind })
  }
}
