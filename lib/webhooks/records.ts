import { type Static, Type } from '@sinclair/typebox'
import { dateTime } from '../database/json.js'
import { EVENT_TYPES } from '../events/event.js'
import { IdentityParams, momentParam, PageParams } from '../http/records.js'
import { textLike } from '../text-like.js'
import type { DeliveryRow, DeliverySummary } from './deliveries.js'
import { scopesOf, WEBHOOK_SCOPES, type WebhookRow, type WebhookScope } from './rows.js'

// Webhooks and deliveries as operators send them and are shown them.

const ID = textLike('^[1-9]\\d{0,15}$', 'must be a number from 1 on, of at most 16 digits')

export const WebhookParams = Type.Object({ id: ID }, { additionalProperties: false })
export type WebhookParams = Static<typeof WebhookParams>

export const DeliveryParams = Type.Object({ id: ID, deliveryId: ID }, { additionalProperties: false })
export type DeliveryParams = Static<typeof DeliveryParams>

const EventType = Type.Unsafe<(typeof EVENT_TYPES)[number]>({ type: 'string', enum: [...EVENT_TYPES] })

const url = Type.String({
  minLength: 1,
  maxLength: 2_000,
  description: 'Where events are posted to: https, without user and password, at no private address unless allowed'
})

const description = Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()])

const secret = Type.String({
  maxLength: 100,
  description: '`whsec_` and 24 to 64 bytes in base64. Default: made. Shown once'
})

const filter = Type.Object(
  {
    types: Type.Optional(
      Type.Array(EventType, {
        minItems: 1,
        maxItems: EVENT_TYPES.length,
        uniqueItems: true,
        description: 'Default: all'
      })
    ),
    chargePoints: Type.Optional(
      Type.Array(IdentityParams.properties.identity, {
        minItems: 1,
        maxItems: 1_000,
        description: 'Identities, whatever their case. Default: all'
      })
    )
  },
  { additionalProperties: false, description: 'Which events it is told of' }
)

const scopes = Type.Array(Type.Unsafe<WebhookScope>({ type: 'string', enum: [...WEBHOOK_SCOPES] }), {
  minItems: 1,
  maxItems: WEBHOOK_SCOPES.length,
  uniqueItems: true,
  description:
    'What it may be told, as scopes of a token: transactions:read for `transaction` and `meter-values`, charge-points:read for the others, id-tokens:read for whole id tokens. Default: charge-points:read and transactions:read'
})

const enabled = Type.Boolean({ description: 'Whether it is told of events; meanwhile nothing is kept for it' })

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

/** What is left out stays as it is; a filter is replaced as a whole. */
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
  disabledReason: Type.Optional(Type.String({ description: 'gone: it answered 410. Absent: an operator disabled it' })),
  previousSecretUntil: moment('Until then the secret before this one signs as well'),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' })
})
export type WebhookRecord = Static<typeof WebhookRecord>

const shownSecret = Type.String({ description: 'For the receiver, to verify signatures. Not shown again' })

export const NewWebhookRecord = Type.Object({ ...WebhookRecord.properties, secret: shownSecret })

export const SecretRecord = Type.Object({
  secret: shownSecret,
  previousSecretUntil: Type.String({ format: 'date-time', description: 'Until then the old one signs as well' })
})

export const TestRecord = Type.Object({
  delivered: Type.Boolean({ description: 'Whether it was answered 2xx' }),
  responseStatus: Type.Optional(Type.Integer()),
  error: Type.Optional(Type.String({ description: 'A code such as ECONNREFUSED, TIMEOUT or HTTP_500' })),
  duration: Type.Number({ examples: [0.184], description: 'Seconds' })
})

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const satisfies readonly DeliveryRow['status'][]
const DeliveryStatus = Type.Unsafe<DeliveryRow['status']>({ type: 'string', enum: [...DELIVERY_STATUSES] })

export const DeliveryRecord = Type.Object({
  id: Type.Integer(),
  webhookId: Type.Integer(),
  eventId: Type.String({ description: 'The same however often it is sent' }),
  type: Type.String({ examples: ['transaction'] }),
  chargePoint: Type.String(),
  status: Type.Unsafe<DeliveryRow['status']>({
    ...DeliveryStatus,
    description: 'pending: it waits, or is tried again; failed: given up, but it can be sent again'
  }),
  attempts: Type.Integer(),
  responseStatus: Type.Optional(Type.Integer({ description: 'HTTP status of the last answer' })),
  error: Type.Optional(Type.String({ description: 'Of the last attempt: ECONNREFUSED, TIMEOUT, HTTP_500 …' })),
  createdAt: Type.String({ format: 'date-time' }),
  retryUntil: Type.String({ format: 'date-time' }),
  lastAttemptAt: moment('When it was last tried'),
  nextAttemptAt: moment('When it is tried again, unless it is sooner')
})
export type DeliveryRecord = Static<typeof DeliveryRecord>

export const DeliveryWithEvent = Type.Object({
  ...DeliveryRecord.properties,
  event: Type.Unknown({ description: 'The body, as it goes out' })
})

export const DeliveryQuery = Type.Object(
  {
    status: Type.Optional(DeliveryStatus),
    type: Type.Optional(EventType),
    chargePoint: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
    from: momentParam('When the event was told: then or later'),
    to: momentParam('Before then'),
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
    ...(isRotating && { previousSecretUntil: shown(until) }),
    createdAt: shown(row.created_at),
    updatedAt: shown(row.updated_at)
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
    createdAt: shown(row.created_at),
    retryUntil: shown(row.retry_until),
    ...(row.last_attempt_at !== null && { lastAttemptAt: shown(row.last_attempt_at) }),
    ...(row.next_attempt_at !== null && { nextAttemptAt: shown(row.next_attempt_at) })
  }
}

/** By our clock, which is in no year that RFC 3339 lacks. */
function shown(milliseconds: number): string {
  return dateTime(milliseconds) ?? ''
}
