import assert from 'node:assert/strict'
import type { PublishedEvent } from '../../lib/events/event.js'
import type {} from '../../plugins/metrics.js'
import type {} from '../../plugins/publisher.js'
import type {} from '../../plugins/webhooks.js'
import { BEARER } from '../app/support.js'
import type { TestServer } from '../support/server.js'

/** Settings that let webhooks be on this machine. */
export const LOCAL = { WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' }

export interface WebhookAnswer {
  id: number
  url: string
  secret: string
  enabled: boolean
  disabledReason?: string
  filter: { types?: string[]; chargePoints?: string[] }
}

/** A request of an operator. */
export function ask({ app }: TestServer, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, payload?: object) {
  const url = `/api/v1/webhooks${path}`
  return app.inject({ method, url, headers: BEARER, ...(payload !== undefined && { payload }) })
}

/** Makes a webhook. */
export async function addWebhook(server: TestServer, body: object): Promise<WebhookAnswer> {
  const response = await ask(server, 'POST', '', body)
  assert.equal(response.statusCode, 201, response.body)
  return response.json()
}

/** Tells of something that nothing is committed for. */
export function publish({ app }: TestServer, chargePoint: string, reason = 'Local'): string {
  const data = { protocol: 'ocpp1.6', reason: 'closed', code: reason.length } as const
  app.publisher.publish({ type: 'disconnect', chargePoint, data })
  return app.publisher.lastId
}

/** Tells of a status, which may be dropped before anything else. */
export function publishStatus({ app }: TestServer, chargePoint: string): void {
  const data = { evseId: 0, connectorId: 1, status: 'Available', timestamp: '2026-01-01T00:00:00Z' }
  app.publisher.publish({ type: 'status', chargePoint, data })
}

/** Tells, in one commit, of a transaction of each of these charge points. */
export async function tellTransactions(
  { app }: TestServer,
  chargePoints: readonly string[],
  note = '1'
): Promise<void> {
  await app.store.write(async (_trx, tell) => {
    for (const chargePoint of chargePoints) {
      const data = { transactionId: note, eventType: 'Updated', timestamp: '2026-01-01T00:00:00Z' } as const
      tell({ type: 'transaction', chargePoint, data })
    }
  })
}

export interface DeliveryAnswer {
  id: number
  eventId: string
  type: string
  chargePoint: string
  status: string
  attempts: number
  responseStatus?: number
  error?: string
  nextAttemptAt?: string
}

export async function deliveriesOf(server: TestServer, id: number, query = ''): Promise<DeliveryAnswer[]> {
  const response = await ask(server, 'GET', `/${id}/deliveries${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items
}

/** Looks again and again until the deliveries, newest first, are as wanted. */
export async function untilDeliveries(
  server: TestServer,
  id: number,
  isWanted: (deliveries: DeliveryAnswer[]) => boolean
): Promise<DeliveryAnswer[]> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const deliveries = await deliveriesOf(server, id)
    if (isWanted(deliveries)) return deliveries
    if (performance.now() > deadline) throw new Error(`the deliveries are ${JSON.stringify(deliveries)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Looks again and again until the webhook is as wanted. */
export async function untilWebhook(
  server: TestServer,
  id: number,
  isWanted: (webhook: WebhookAnswer) => boolean
): Promise<void> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const webhook = (await ask(server, 'GET', `/${id}`)).json()
    if (isWanted(webhook)) return
    if (performance.now() > deadline) throw new Error(`the webhook is ${JSON.stringify(webhook)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The events that are told, as listeners without the scope for whole id tokens get them. */
export function listenTo({ app }: TestServer): PublishedEvent[] {
  const told: PublishedEvent[] = []
  // Some events have their members by getters.
  app.publisher.subscribe(({ id, type, chargePoint, at, data }) => {
    // Webhooks cannot have the changes of operators.
    if (type !== 'change') told.push({ id, type, chargePoint, at, data })
  })
  return told
}
