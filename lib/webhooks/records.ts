import { type Static, Type } from '@sinclair/typebox'
import { toDateTime } from '../date-time.js'
import { IdentityParams, momentParam, PageParams } from '../http/records.js'
import { textLike } from '../text-like.js'
import type { DeliveryRow, DeliverySummary } from './deliveries.js'
import { scopesOf, WEBHOOK_SCOPES, WEBHOOK_TYPES, type WebhookRow, type WebhookScope } from './rows.js'

// Webhooks and deliveries in requests and answers of the operator API.

const ID = textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits')

export const WebhookParams = Type.Object({ id: ID }, { additionalProperties: false })
export type WebhookParams = Static<typeof WebhookParams>

export const DeliveryParams = Type.Object({ id: ID, deliveryId: ID }, { additionalProperties: false })
export type DeliveryParams = Static<typeof DeliveryParams>

const EventType = Type.Unsafe<(typeof WEBHOOK_TYPES)[number]>({ type: 'string', enum: [...WEBHOOK_TYPES] })

const url = Type.String({
  minLength: 1,
  maxLength: 2_000,
  description:
    'URL to which events are posted: https, without user and password. Private addresses need WEBHOOK_ALLOWED_NETWORKS'
})

const description = Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()])

const secret = Type.String({
  maxLength: 100,
  description: '`whsec_` and 24 to 64 bytes in base64. Default: a random one. Shown only once'
})

const filter = Type.Object(
  {
    types: Type.Optional(
      Type.Array(EventType, {
        minItems: 1,
        maxItems: WEBHOOK_TYPES.length,
        uniqueItems: true,
        description: 'Default: connect, disconnect, boot, status, transaction, meter-values, call and security'
      })
    ),
    chargePoints: Type.Optional(
      Type.Array(IdentityParams.properties.identity, {
        minItems: 1,
        maxItems: 1_000,
        description: 'Identities, in upper or lower case. Default: all'
      })
    )
  },
  { additionalProperties: false, description: 'Which events are sent' }
)

const scopes = Type.Array(Type.Unsafe<WebhookScope>({ type: 'string', enum: [...WEBHOOK_SCOPES] }), {
  minItems: 1,
  maxItems: WEBHOOK_SCOPES.length,
  uniqueItems: true,
  description:
    'What the webhook may receive, as scopes of a token: transactions:read for `transaction`, `meter-values`, `remote-start` and `cost`, charge-points:read for the other types, id-tokens:read for id tokens in full, billing:read for `receipt`, sites:read for `allocation`, `site-limit`, `overload` and `charger-obedience`. Default: charge-points:read and transactions:read'
})

const enabled = Type.Boolean({
  description: 'Whether events are sent. Events that happen while a webhook is disabled are not kept for it'
})

export const NewWebhookBody = Type.Object(
  {
    url,
    description: Type.Optional(description),
    filter: Type.Optional(filter),
    scopes: Type.Optional(scopes),
    enabled: Type.Optional(enabled),
    secret: Type.Optional(secret)
  },
  {
    additionalProperties: false,
    examples: [{ url: 'https://hooks.example.com/ocpp', description: 'Billing', filter: { types: ['transaction'] } }]
  }
)
export type NewWebhookBody = Static<typeof NewWebhookBody>

/** Absent members stay unchanged. A filter is replaced as a whole. */
export const WebhookBody = Type.Object(
  {
    url: Type.Optional(url),
    description: Type.Optional(description),
    filter: Type.Optional(filter),
    scopes: Type.Optional(scopes),
    enabled: Type.Optional(enabled)
  },
  { additionalProperties: false, minProperties: 1, examples: [{ filter: { chargePoints: ['CP-1'] }, enabled: true }] }
)
export type WebhookBody = Static<typeof WebhookBody>

export const SecretBody = Type.Object({ secret: Type.Optional(secret) }, { additionalProperties: false })
export type SecretBody = Static<typeof SecretBody>

const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

export const WebhookRecord = Type.Object({
  id: Type.Integer(),
  url: Type.String(),
  description: Type.Optional(Type.String()),
  filter,
  scopes,
  enabled: Type.Boolean(),
  disabledReason: Type.Optional(
    Type.String({ description: 'gone: the receiver answered 410. Absent: an operator disabled the webhook' })
  ),
  previousSecretUntil: moment('Until this time requests are signed with the previous secret, too'),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' })
})
export type WebhookRecord = Static<typeof WebhookRecord>

const shownSecret = Type.String({
  description: 'The secret with which the receiver verifies signatures. Not shown again'
})

export const NewWebhookRecord = Type.Object({ ...WebhookRecord.properties, secret: shownSecret })

export const SecretRecord = Type.Object({
  secret: shownSecret,
  previousSecretUntil: Type.String({
    format: 'date-time',
    description: 'Until this time requests are signed with the old secret, too'
  })
})

export const TestRecord = Type.Object({
  delivered: Type.Boolean({ description: 'Whether the answer was 2xx' }),
  responseStatus: Type.Optional(Type.Integer()),
  error: Type.Optional(Type.String({ description: 'A code such as ECONNREFUSED, TIMEOUT or HTTP_500' })),
  duration: Type.Number({ examples: [0.184], description: 'Seconds' })
})

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const satisfies readonly DeliveryRow['status'][]
const DeliveryStatus = Type.Unsafe<DeliveryRow['status']>({ type: 'string', enum: [...DELIVERY_STATUSES] })

export const DeliveryRecord = Type.Object({
  id: Type.Integer(),
  webhookId: Type.Integer(),
  eventId: Type.String({ description: 'Id of the event, the same for every attempt' }),
  type: Type.String({ examples: ['transaction'] }),
  chargePoint: Type.String(),
  status: Type.Unsafe<DeliveryRow['status']>({
    ...DeliveryStatus,
    description: 'pending: waits for its first or next attempt; failed: no further attempt, unless it is sent again'
  }),
  attempts: Type.Integer(),
  responseStatus: Type.Optional(Type.Integer({ description: 'HTTP status of the last answer' })),
  error: Type.Optional(Type.String({ description: 'Error of the last attempt: ECONNREFUSED, TIMEOUT, HTTP_500 …' })),
  createdAt: Type.String({ format: 'date-time' }),
  retryUntil: Type.String({ format: 'date-time' }),
  lastAttemptAt: moment('When the last attempt began'),
  nextAttemptAt: moment('When the next attempt begins at the latest')
})
export type DeliveryRecord = Static<typeof DeliveryRecord>

export const DeliveryWithEvent = Type.Object({
  ...DeliveryRecord.properties,
  event: Type.Unknown({ description: 'The body of the request' })
})

export const DeliveryQuery = Type.Object(
  {
    status: Type.Optional(DeliveryStatus),
    type: Type.Optional(EventType),
    chargePoint: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
    from: momentParam('Only events at this time or later'),
    to: momentParam('Only events before this time'),
    ...PageParams
  },
  { additionalProperties: false }
)
export type DeliveryQuery = Static<typeof DeliveryQuery>

export function showWebhook(row: WebhookRow): WebhookRecord {
  const { types, charge_points, previous_secret, previous_secret_until: until } = row
  const isRotating = previous_secret !== null && until !== null && until > Date.now()
  return {
    id: row.id,
    url: row.url,
    filter: {
      ...(types !== null && { types: JSON.parse(types) }),
      ...(charge_points !== null && { chargePoints: JSON.parse(charge_points) })
    },
    scopes: [...scopesOf(row.scopes)],
    enabled: row.enabled === 1,
    ...(row.description !== null && { description: row.description }),
    ...(row.disabled_reason !== null && { disabledReason: row.disabled_reason }),
    ...(isRotating && { previousSecretUntil: toDateTime(until) }),
    createdAt: toDateTime(row.created_at),
    updatedAt: toDateTime(row.updated_at)
  }
}

export function showDelivery(row: DeliverySummary): DeliveryRecord {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    eventId: row.event_id,
    type: row.type,
    chargePoint: row.charge_point,
    status: row.status,
    attempts: row.attempts,
    ...(row.response_status !== null && { responseStatus: row.response_status }),
    ...(row.error !== null && { error: row.error }),
    createdAt: toDateTime(row.created_at),
    retryUntil: toDateTime(row.retry_until),
    ...(row.last_attempt_at !== null && { lastAttemptAt: toDateTime(row.last_attempt_at) }),
    ...(row.next_attempt_at !== null && { nextAttemptAt: toDateTime(row.next_attempt_at) })
  }
}
