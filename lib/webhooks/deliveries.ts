import { type Selectable, sql, type Transaction } from 'kysely'
import type { Row } from '../database/insert.js'
import type { Schema } from '../database/schema.js'
import type { WebhookDeliveriesTable } from '../database/schema-operators.js'
import type { PublishedEvent } from '../events/event.js'
import { chunks, fold, type Reader } from '../events/scope.js'
import type { Subscriber } from './rows.js'

export type DeliveryRow = Selectable<WebhookDeliveriesTable>
const SUMMARY = [
  'id',
  'webhook_id',
  'event_id',
  'type',
  'charge_point',
  'status',
  'attempts',
  'response_status',
  'error',
  'created_at',
  'retry_until',
  'last_attempt_at',
  'next_attempt_at'
] as const
/** A delivery without the event itself. */
export type DeliverySummary = Pick<DeliveryRow, (typeof SUMMARY)[number]>

/** Time after which a delivery is given up. Milliseconds. */
const RETRY_FOR_MS = 86_400_000

/** Stores the deliveries of one event: for each webhook, the event as the webhook may see it. */
export function deliveriesOf(event: PublishedEvent, webhooks: readonly Subscriber[]): Row<'webhook_deliveries'>[] {
  const { id, type, chargePoint, at, data, whole = data } = event
  const now = Date.now()
  const delivery = {
    event_id: id,
    type,
    charge_point: chargePoint,
    charge_point_key: fold(chargePoint),
    created_at: now,
    retry_until: now + RETRY_FOR_MS
  }
  const payloads = [data, whole].map((shown) =>
    JSON.stringify({ id, type, ...(chargePoint !== '' && { chargePoint }), at, data: shown })
  )
  return webhooks.map(({ id, filter }) => ({
    webhook_id: id,
    payload: payloads[filter.wholeIdTokens === true ? 1 : 0] ?? '',
    ...delivery
  }))
}

/** A delivery that waits. Deliveries of one charge point are sent in order. */
export type PendingDelivery = Pick<DeliveryRow, 'id' | 'charge_point_key'>

/** The waiting deliveries; without a limit all of them, read in one snapshot. */
export function listPending(
  db: Reader,
  { webhookId, behind, limit }: { webhookId: number; behind: number; limit?: number }
): Promise<PendingDelivery[]> {
  const query = db
    .selectFrom('webhook_deliveries')
    .select(['id', 'charge_point_key'])
    .where('webhook_id', '=', webhookId)
    .where(isPending)
    .where('id', '>', behind)
    .orderBy('id')
  return (limit === undefined ? query : query.limit(limit)).execute()
}

// A literal, because otherwise SQLite does not use the partial index of waiting deliveries.
const isPending = sql<boolean>`status = 'pending'`

/** The request of a delivery. */
export type DueDelivery = Pick<DeliveryRow, 'id' | 'event_id' | 'payload' | 'attempts' | 'retry_until'>

/** The waiting deliveries with these ids, by id. */
export async function findDue(db: Reader, ids: readonly number[]): Promise<Map<number, DueDelivery>> {
  const found = new Map<number, DueDelivery>()
  for (const some of chunks(ids, MAX_IDS)) {
    const rows = await db
      .selectFrom('webhook_deliveries')
      .select(['id', 'event_id', 'payload', 'attempts', 'retry_until'])
      .where('id', 'in', padded(some))
      .where(isPending)
      .execute()
    for (const delivery of rows) found.set(delivery.id, delivery)
  }
  return found
}

/** Time from which the oldest waiting delivery waits; `undefined` if none waits. */
export async function oldestPending(db: Reader, webhookId: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('webhook_deliveries')
    .select('created_at')
    .where('webhook_id', '=', webhookId)
    .where(isPending)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.created_at
}

/** The result of an attempt. */
export interface AttemptResult {
  readonly id: number
  readonly status: DeliveryRow['status']
  readonly attempts: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly responseStatus: number | null
  readonly error: string | null
  readonly nextAttemptAt: number | null
}

/**
 * Saves the results of attempts. Equal results share a statement, because most deliveries succeed at the first attempt.
 */
export async function saveAttempts(trx: Transaction<Schema>, results: readonly AttemptResult[]): Promise<void> {
  const alike = new Map<string, AttemptResult[]>()
  for (const result of results) {
    const { id, status, attempts, responseStatus } = result
    const key = status === 'delivered' ? `${attempts} ${responseStatus}` : `of ${id}`
    const group = alike.get(key) ?? []
    group.push(result)
    alike.set(key, group)
  }
  for (const group of alike.values()) for (const some of chunks(group, MAX_IDS)) await saveAlike(trx, some)
}

async function saveAlike(trx: Transaction<Schema>, results: readonly AttemptResult[]): Promise<void> {
  const last = results.at(-1)
  if (last === undefined) return
  await trx
    .updateTable('webhook_deliveries')
    .set({
      status: last.status,
      attempts: last.attempts,
      last_attempt_at: last.at,
      response_status: last.responseStatus,
      error: last.error,
      next_attempt_at: last.nextAttemptAt
    })
    .where('id', 'in', padded(results.map(({ id }) => id)))
    .execute()
}

const MAX_IDS = 128

/** Padded to a power of two, so that few different statements are prepared. */
function padded(ids: readonly number[]): number[] {
  const length = 2 ** Math.ceil(Math.log2(ids.length))
  return Array.from({ length }, (_, index) => ids[Math.min(index, ids.length - 1)] ?? 0)
}

/**
 * Types of events that may be dropped when too many deliveries wait, in this order. Never transactions, because they
 * are billed. [B3]
 */
const DROPPABLE = [sql<boolean>`type = 'status'`, sql<boolean>`type <> 'transaction'`]

/** Drops the oldest waiting deliveries of these types, at most `count`. Returns their ids. */
export async function dropPending(
  trx: Transaction<Schema>,
  { webhookId, count }: { webhookId: number; count: number }
): Promise<number[]> {
  const dropped: number[] = []
  for (const isDroppable of DROPPABLE) {
    const rows = await trx
      .selectFrom('webhook_deliveries')
      .select('id')
      .where('webhook_id', '=', webhookId)
      .where(isPending)
      .where(isDroppable)
      .orderBy('id')
      .limit(count - dropped.length)
      .execute()
    const ids = rows.map(({ id }) => id)
    await deleteDeliveries(trx, ids)
    dropped.push(...ids)
  }
  return dropped
}

async function deleteDeliveries(trx: Transaction<Schema>, ids: readonly number[]): Promise<void> {
  for (const some of chunks(ids, MAX_IDS)) {
    await trx.deleteFrom('webhook_deliveries').where('id', 'in', padded(some)).execute()
  }
}

export interface Retention {
  /** Epoch milliseconds. */
  now: number
  /** Epoch milliseconds; deliveries from before are deleted unless they still wait. */
  before: number
  /** Deliveries up to this id are deleted unless they still wait. */
  upTo: number
  /** Id of the delivery before the page, exclusive. */
  behind: number
  /** Maximum number of rows in one step. */
  limit: number
}

/** A page of the deliveries, oldest first. */
export interface PrunablePage {
  /** Deliveries to delete: old ones, and those of deleted webhooks. */
  ids: number[]
  /** Position at which the next page starts; `undefined` on the last page. */
  last: number | undefined
  /**
   * Whether the page has no old delivery. A delivery with a future time comes from a clock that was ahead, and is
   * ignored here.
   */
  isYoung: boolean
}

export async function listPrunable(db: Reader, { now, before, upTo, behind, limit }: Retention): Promise<PrunablePage> {
  const rows = await db
    .selectFrom('webhook_deliveries as delivery')
    .leftJoin('webhooks as webhook', 'webhook.id', 'delivery.webhook_id')
    .select(['delivery.id', 'delivery.status', 'delivery.created_at', 'delivery.retry_until', 'webhook.enabled'])
    .where('delivery.id', '>', behind)
    .orderBy('delivery.id')
    .limit(limit)
    .execute()
  type PageRow = (typeof rows)[number]
  const isOld = ({ id, created_at }: PageRow) => created_at < before || id <= upTo
  // Deliveries of a disabled webhook are kept for the usual time, because an operator may enable it again.
  const isOver = ({ status, enabled, retry_until }: PageRow) =>
    status !== 'pending' || (enabled !== 1 && retry_until < now)
  return {
    ids: rows.filter((row) => row.enabled === null || (isOver(row) && isOld(row))).map(({ id }) => id),
    last: rows.length < limit ? undefined : rows.at(-1)?.id,
    isYoung: !rows.some((row) => row.enabled === null || isOld(row)) && rows.some(({ created_at }) => created_at <= now)
  }
}

export function pruneDeliveries(trx: Transaction<Schema>, ids: readonly number[]): Promise<void> {
  return deleteDeliveries(trx, ids)
}

/** The filter of an operator's list. An absent member does not filter. */
export interface DeliveryFilter {
  webhookId: number
  status?: DeliveryRow['status']
  type?: string
  chargePoint?: string
  /** Epoch milliseconds. */
  from?: number
  /** Epoch milliseconds, exclusive. */
  to?: number
  /** Id of the delivery before the page, exclusive; ids descend. */
  behind?: number
  limit: number
}

/** The deliveries, newest first. */
export function listDeliveries(db: Reader, filter: DeliveryFilter): Promise<DeliverySummary[]> {
  const { webhookId, status, type, chargePoint, from, to, behind, limit } = filter
  let query = db
    .selectFrom('webhook_deliveries')
    .select(SUMMARY)
    .where('webhook_id', '=', webhookId)
    .orderBy('id', 'desc')
    .limit(limit)
  if (status === 'pending') query = query.where(isPending)
  else if (status !== undefined) query = query.where('status', '=', status)
  if (type !== undefined) query = query.where('type', '=', type)
  if (chargePoint !== undefined) query = query.where('charge_point_key', '=', fold(chargePoint))
  if (from !== undefined) query = query.where('created_at', '>=', from)
  if (to !== undefined) query = query.where('created_at', '<', to)
  if (behind !== undefined) query = query.where('id', '<', behind)
  return query.execute()
}

export function findDelivery(
  db: Reader,
  { webhookId, id }: { webhookId: number; id: number }
): Promise<DeliveryRow | undefined> {
  return db
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('webhook_id', '=', webhookId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/**
 * Sends an event again, as a new delivery after all waiting ones. Returns `undefined` if the delivery does not exist.
 */
export async function resendDelivery(
  { trx, now }: { trx: Transaction<Schema>; now: number },
  key: { webhookId: number; id: number }
): Promise<DeliveryRow | undefined> {
  const known = await findDelivery(trx, key)
  if (known === undefined) return undefined
  const { webhook_id, event_id, type, charge_point, charge_point_key, payload } = known
  return trx
    .insertInto('webhook_deliveries')
    .values({
      webhook_id,
      event_id,
      type,
      charge_point,
      charge_point_key,
      payload,
      created_at: now,
      retry_until: now + RETRY_FOR_MS
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}
