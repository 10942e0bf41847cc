import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { EventIds } from '../../../../lib/events/ids.js'
import type { Reader } from '../../../../lib/events/scope.js'
import { API } from '../../../../lib/http/api.js'
import { invalidQuery } from '../../../../lib/http/paging.js'
import { ProblemError } from '../../../../lib/problem-error.js'
import { targetOf } from '../../../../lib/webhooks/deliverer.js'
import { unknownWebhook } from '../../../../lib/webhooks/errors.js'
import {
  NewWebhookBody,
  NewWebhookRecord,
  SecretBody,
  SecretRecord,
  showWebhook,
  TestRecord,
  WebhookBody,
  WebhookParams,
  WebhookRecord
} from '../../../../lib/webhooks/records.js'
import {
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  replaceSecret,
  updateWebhook,
  type WebhookChange,
  type WebhookRow
} from '../../../../lib/webhooks/rows.js'
import { isSecret, newSecret } from '../../../../lib/webhooks/signature.js'
import { checkUrl } from '../../../../lib/webhooks/target.js'

interface One {
  Params: WebhookParams
}

const TAGS = { tags: ['Webhooks'] }
const ADMIN = { config: { scope: 'admin' } } as const
const UNKNOWN = { 404: { UNKNOWN_WEBHOOK: 'no such webhook' } }
const NOT_ALLOWED = { 422: { WEBHOOK_URL_NOT_ALLOWED: 'events may not be sent to this URL, see `detail`' } }
const MANY = { 409: { TOO_MANY_WEBHOOKS: 'the maximum number of webhooks exists' } }
const ONE = { config: { scope: 'admin', problems: UNKNOWN } } as const
const MAX_WEBHOOKS = 100
/** Milliseconds that a replaced secret signs beside the new one. */
const OVERLAP_MS = 86_400_000

const NEW = `Posts events as JSON \`{ id, type, chargePoint, at, data }\`, signed by the Standard Webhooks specification (HMAC-SHA-256
over id, time and body). Events of one charge point are sent in order. Each event is sent at least once, and again for 24 h
until the answer is 2xx. An answer 410 disables the webhook.`

/** Webhooks: URLs to which events are posted. */
export default async function webhooks(app: FastifyInstance): Promise<void> {
  addList(app)
  addCreate(app)
  addRead(app)
  addChange(app)
  addDelete(app)
  addSecret(app)
  addTest(app)
}

function addList(app: FastifyInstance): void {
  const { db } = app.database
  app.get(
    '/',
    {
      ...ADMIN,
      schema: {
        ...TAGS,
        operationId: 'listWebhooks',
        summary: 'List the webhooks, oldest first',
        response: { 200: Type.Object({ items: Type.Array(WebhookRecord) }) }
      }
    },
    async () => ({ items: (await listWebhooks(db)).map(showWebhook) })
  )
}

function addCreate(app: FastifyInstance): void {
  const { writer } = app.database
  const { rules } = app.webhooks
  const { deliverer } = app.webhooks
  app.post<{ Body: NewWebhookBody }>(
    '/',
    {
      config: { scope: 'admin', problems: { ...NOT_ALLOWED, ...MANY } },
      schema: {
        ...TAGS,
        operationId: 'createWebhook',
        summary: 'Create a webhook',
        description: NEW,
        body: NewWebhookBody,
        response: { 201: NewWebhookRecord }
      }
    },
    async ({ body }, reply) => {
      const secret = secretOf(body)
      const wanted = { ...changeOf(body), url: checkUrl(body.url, rules), secret }
      const row = await writer.write((trx) => insertWebhook({ trx, now: Date.now() }, wanted, MAX_WEBHOOKS))
      if (row === undefined)
        throw new ProblemError(409, 'TOO_MANY_WEBHOOKS', `there may be at most ${MAX_WEBHOOKS} webhooks`)
      await deliverer.sync()
      reply.code(201).header('location', `${API}/webhooks/${row.id}`)
      return { ...showWebhook(row), secret }
    }
  )
}

function addRead(app: FastifyInstance): void {
  app.get<One>(
    '/:id',
    {
      ...ONE,
      schema: {
        ...TAGS,
        operationId: 'getWebhook',
        summary: 'Show a webhook',
        params: WebhookParams,
        response: { 200: WebhookRecord }
      }
    },
    async ({ params }) => showWebhook(await existing(app.database.db, params))
  )
}

function addChange(app: FastifyInstance): void {
  const { writer } = app.database
  const { rules } = app.webhooks
  const { deliverer } = app.webhooks
  app.patch<One & { Body: WebhookBody }>(
    '/:id',
    {
      config: { scope: 'admin', problems: { ...UNKNOWN, ...NOT_ALLOWED } },
      schema: {
        ...TAGS,
        operationId: 'changeWebhook',
        summary: 'Change, enable or disable a webhook',
        description: `Members that are left out stay as they are; a filter is replaced as a whole. Events that already wait are not filtered
again; they are sent when the webhook is enabled.`,
        params: WebhookParams,
        body: WebhookBody,
        response: { 200: WebhookRecord }
      }
    },
    async ({ params, body }) => {
      const change = { ...changeOf(body), ...(body.url !== undefined && { url: checkUrl(body.url, rules) }) }
      const row = await writer.write((trx) => updateWebhook({ trx, now: Date.now() }, Number(params.id), change))
      if (row === undefined) throw unknownWebhook(params.id)
      await deliverer.sync()
      return showWebhook(row)
    }
  )
}

function addDelete(app: FastifyInstance): void {
  const { writer } = app.database
  const { deliverer } = app.webhooks
  app.delete<One>(
    '/:id',
    {
      ...ONE,
      schema: {
        ...TAGS,
        operationId: 'deleteWebhook',
        summary: 'Delete a webhook and its deliveries',
        params: WebhookParams,
        response: { 204: Type.Null({ description: 'Deleted' }) }
      }
    },
    async ({ params }, reply) => {
      if (!(await writer.write((trx) => deleteWebhook({ trx }, Number(params.id))))) {
        throw unknownWebhook(params.id)
      }
      await deliverer.sync()
      return reply.code(204).send()
    }
  )
}

function addSecret(app: FastifyInstance): void {
  const { writer } = app.database
  const { deliverer } = app.webhooks
  app.post<One & { Body: SecretBody | null }>(
    '/:id/secret',
    {
      ...ONE,
      schema: {
        ...TAGS,
        operationId: 'replaceWebhookSecret',
        summary: 'Replace the secret of a webhook',
        description:
          'For 24 h every request has two signatures, with the old and with the new secret, so that there is time to change the receiver.',
        params: WebhookParams,
        body: Type.Union([SecretBody, Type.Null()]),
        response: { 200: SecretRecord }
      }
    },
    async ({ params, body }) => {
      const secret = secretOf(body ?? {})
      const now = Date.now()
      const until = now + OVERLAP_MS
      const isDone = await writer.write((trx) => replaceSecret({ trx, now }, Number(params.id), { secret, until }))
      if (!isDone) throw unknownWebhook(params.id)
      await deliverer.sync()
      return { secret, previousSecretUntil: new Date(until).toISOString() }
    }
  )
}

function addTest(app: FastifyInstance): void {
  const ids = new EventIds()
  const { sender } = app.webhooks
  app.post<One>(
    '/:id/test',
    {
      ...ONE,
      schema: {
        ...TAGS,
        operationId: 'testWebhook',
        summary: 'Send an event of the type `test` to a webhook, once',
        description:
          'Sends even if the webhook is disabled. The answer shows the outcome; a failed test is neither retried nor stored.',
        params: WebhookParams,
        response: { 200: TestRecord }
      }
    },
    async ({ params }) => {
      const row = await existing(app.database.db, params)
      const id = ids.next()
      const event = { id, type: 'test', chargePoint: '', at: new Date().toISOString(), data: { webhook: row.id } }
      const started = performance.now()
      const { isOk, status, error } = await sender.send(targetOf(row), { id, body: JSON.stringify(event) })
      return {
        delivered: isOk,
        ...(status !== undefined && { responseStatus: status }),
        ...(error !== undefined && { error }),
        duration: Math.round(performance.now() - started) / 1000
      }
    }
  )
}

/** @throws `UNKNOWN_WEBHOOK` */
async function existing(db: Reader, { id }: WebhookParams): Promise<WebhookRow> {
  const row = await findWebhook(db, Number(id))
  if (row === undefined) throw unknownWebhook(id)
  return row
}

function changeOf({ description, filter, scopes, enabled }: WebhookBody): WebhookChange {
  return {
    ...(description !== undefined && { description }),
    ...(filter !== undefined && { types: filter.types ?? null, chargePoints: filter.chargePoints ?? null }),
    ...(scopes !== undefined && { scopes }),
    ...(enabled !== undefined && { enabled })
  }
}

/** Checked here, because the error of the schema would repeat the secret. */
function secretOf({ secret }: SecretBody): string {
  if (secret === undefined) return newSecret()
  if (!isSecret(secret)) {
    throw invalidQuery('secret must be whsec_ and 24 to 64 bytes in base64')
  }
  return secret
}
