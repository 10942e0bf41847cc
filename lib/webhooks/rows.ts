import { type Selectable, sql, type Transaction } from 'kysely'
import { hold } from '../database/hold.js'
import type { Schema } from '../database/schema.js'
import type { WebhooksTable } from '../database/schema-operators.js'
import { EVENT_TYPES, type EventType, scopeOfEvents } from '../events/event.js'
import type { EventFilter } from '../events/filter.js'
import { fold, type Reader } from '../events/scope.js'

export type WebhookRow = Selectable<WebhooksTable>

interface Scope {
  readonly trx: Transaction<Schema>
  /** Epoch milliseconds. */
  readonly now: number
}

/** Types of a webhook that names none. Types of events that are added later must be requested by name. */
const DEFAULT_TYPES: readonly EventType[] = [
  'connect',
  'disconnect',
  'boot',
  'status',
  'transaction',
  'meter-values',
  'call',
  'security'
]

/** The types that a webhook can name: those that one of its scopes allows. */
export const WEBHOOK_TYPES = EVENT_TYPES.filter((type) => scopeOfEvents(type) !== 'admin')

/** The part of a webhook that decides whether it wants an event, and what it may see of it. */
export interface Subscriber {
  readonly id: number
  readonly filter: EventFilter
}

/** The read scopes that a webhook can have. */
export const WEBHOOK_SCOPES = [
  'charge-points:read',
  'transactions:read',
  'id-tokens:read',
  'billing:read',
  'sites:read'
] as const
export type WebhookScope = (typeof WEBHOOK_SCOPES)[number]

/** The scopes of a webhook that was created without any. */
export const DEFAULT_WEBHOOK_SCOPES: readonly WebhookScope[] = ['charge-points:read', 'transactions:read']

/** The values of a webhook that an operator sets. Absent: unchanged; `null`: removed. */
export interface WebhookChange {
  url?: string
  description?: string | null
  types?: readonly EventType[] | null
  chargePoints?: readonly string[] | null
  scopes?: readonly WebhookScope[] | null
  enabled?: boolean
}

/** The enabled webhooks. */
export async function listSubscribers(db: Reader): Promise<Subscriber[]> {
  const rows = await db
    .selectFrom('webhooks')
    .select(['id', 'types', 'charge_points', 'scopes'])
    .where('enabled', '=', 1)
    .orderBy('id')
    .execute()
  return rows.map(subscriberOf)
}

export function subscriberOf({
  id,
  types,
  charge_points,
  scopes
}: Pick<WebhookRow, 'id' | 'types' | 'charge_points' | 'scopes'>): Subscriber {
  const held = scopesOf(scopes)
  const wanted = types === null ? DEFAULT_TYPES : (JSON.parse(types) as EventType[])
  return {
    id,
    filter: {
      types: new Set(wanted.filter((type) => held.some((scope) => scope === scopeOfEvents(type)))),
      wholeIdTokens: held.includes('id-tokens:read'),
      ...(charge_points !== null && { chargePoints: new Set((JSON.parse(charge_points) as string[]).map(fold)) })
    }
  }
}

export function listWebhooks(db: Reader): Promise<WebhookRow[]> {
  return db.selectFrom('webhooks').selectAll().orderBy('id').execute()
}

export function findWebhook(db: Reader, id: number): Promise<WebhookRow | undefined> {
  return db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Returns `undefined` if the maximum number of webhooks exists. */
export async function insertWebhook(
  { trx, now }: Scope,
  { url, secret, ...change }: WebhookChange & { url: string; secret: string },
  atMost: number
): Promise<WebhookRow | undefined> {
  await hold(trx, 'webhooks', '')
  const { count } = await trx
    .selectFrom('webhooks')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (count >= atMost) return undefined
  return trx
    .insertInto('webhooks')
    .values({ url, secret, ...columnsOf(change), created_at: now, updated_at: now })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Returns `undefined` if there is no such webhook. */
export function updateWebhook({ trx, now }: Scope, id: number, change: WebhookChange): Promise<WebhookRow | undefined> {
  return trx
    .updateTable('webhooks')
    .set({ ...columnsOf(change), updated_at: now })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

export function scopesOf(scopes: string | null): readonly WebhookScope[] {
  return scopes === null ? DEFAULT_WEBHOOK_SCOPES : (JSON.parse(scopes) as WebhookScope[])
}

function columnsOf({ url, description, types, chargePoints, scopes, enabled }: WebhookChange) {
  return {
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...(types !== undefined && { types: jsonOf(types) }),
    ...(chargePoints !== undefined && { charge_points: jsonOf(chargePoints) }),
    ...(scopes !== undefined && { scopes: jsonOf(scopes) }),
    ...(enabled !== undefined && { enabled: enabled ? (1 as const) : (0 as const), disabled_reason: null })
  }
}

function jsonOf(list: readonly string[] | null): string | null {
  return list === null ? null : JSON.stringify(list)
}

/** Requests are also signed with the old secret until `until`. Returns whether the webhook exists. */
export async function replaceSecret(
  { trx, now }: Scope,
  id: number,
  { secret, until }: { secret: string; until: number }
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('webhooks')
    .set(({ ref }) => ({ previous_secret: ref('secret'), previous_secret_until: until, secret, updated_at: now }))
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Disables a webhook that answered 410. */
export async function disableGone({ trx, now }: Scope, id: number): Promise<void> {
  await trx
    .updateTable('webhooks')
    .set({ enabled: 0, disabled_reason: 'gone', updated_at: now })
    .where('id', '=', id)
    .execute()
}

/** Its deliveries are deleted later, see `pruneDeliveries`. Returns whether the webhook existed. */
export async function deleteWebhook({ trx }: Pick<Scope, 'trx'>, id: number): Promise<boolean> {
  const { numDeletedRows } = await trx.deleteFrom('webhooks').where('id', '=', id).executeTakeFirst()
  return numDeletedRows > 0n
}

/**
 * Takes or keeps the webhooks that no other process delivers to, by the clock of the database, because clocks of
 * machines may differ. Returns the webhooks of this process. PostgreSQL only.
 */
export async function claimWebhooks(
  trx: Transaction<Schema>,
  { owner, duration }: { owner: string; duration: number }
): Promise<number[]> {
  const clock = sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`
  const rows = await trx
    .updateTable('webhooks')
    .set({ lease_owner: owner, lease_until: sql<number>`${clock} + ${duration}::bigint` })
    .where('enabled', '=', 1)
    .where(({ or, eb }) =>
      or([eb('lease_owner', 'is', null), eb('lease_owner', '=', owner), eb('lease_until', '<', clock)])
    )
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Releases the webhooks, so that another process can take them at once. */
export async function releaseWebhooks(trx: Transaction<Schema>, owner: string): Promise<void> {
  await trx
    .updateTable('webhooks')
    .set({ lease_owner: null, lease_until: null })
    .where('lease_owner', '=', owner)
    .execute()
}
