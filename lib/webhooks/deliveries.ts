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
/** Without the event itself. */
export type DeliverySummary = Pick<DeliveryRow, (typeof SUMMARY)[number]>

/** For so long a delivery is tried. */
const RETRY_FOR_MS = 86_400_000

/** The deliveries of one event, to these webhooks; to each as it may see it. */
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
  const payloads = [data, whole].map((shown) => JSON.stringify({ id, type, chargePoint, at, data: shown }))
  return webhooks.map(({ id, filter }) => ({
    webhook_id: id,
    payload: payloads[filter.wholeIdTokens === true ? 1 : 0] ?? '',
    ...delivery
  }))
}

/** A delivery that waits, in the order of its charge point. */
export type PendingDelivery = Pick<DeliveryRow, 'id' | 'charge_point_key'>

/** Without a limit: all of them, as they are at one moment. */
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

// A literal: only then SQLite sees that the index of what waits will do.
const isPending = sql<boolean>`status = 'pending'`

/** What is to go out. */
export type DueDelivery = Pick<DeliveryRow, 'id' | 'event_id' | 'payload' | 'attempts' | 'retry_until'>

/** By id, those of these that still are to go out. */
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

/** Since when the oldest one waits; undefined when none does. */
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

/** What became of an attempt. */
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

/** Most were delivered at the first attempt and answered alike: they are one statement. */
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

/** To a power of two, so that few different statements are ever prepared. */
function padded(ids: readonly number[]): number[] {
  const length = 2 ** Math.ceil(Math.log2(ids.length))
  return Array.from({ length }, (_, index) => ids[Math.min(index, ids.length - 1)] ?? 0)
}

/** What may be dropped when too much waits, first things first: never transactions, which somebody bills. [B3] */
const DROPPABLE = [sql<boolean>`type = 'status'`, sql<boolean>`type <> 'transaction'`]

/** Drops the oldest that wait and may be dropped, at most `count`. Answers their ids. */
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
  /** Epoch milliseconds; what came before goes, unless it still is to go out. */
  before: number
  /** Ids up to this one go, unless they still are to go out. */
  upTo: number
  /** The page starts behind this id. */
  behind: number
  /** Rows of one step. */
  limit: number
}

/** A page of the deliveries, oldest first. */
export interface PrunablePage {
  /** What is not kept any longer: old ones, and those of webhooks that are no more. */
  ids: number[]
  /** Where the next page starts; undefined when there is none. */
  last: number | undefined
  /** Whether nothing in it is old; a row of the future is of a clock that was ahead, and tells nothing. */
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
  // A webhook that is disabled for a while still is to get what it missed, for as long as that is tried.
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

/** Which deliveries an operator wants to see; what is left out does not matter. */
export interface DeliveryFilter {
  webhookId: number
  status?: DeliveryRow['status']
  type?: string
  chargePoint?: string
  /** Epoch milliseconds. */
  from?: number
  /** Not included. */
  to?: number
  /** The page goes on below this id. */
  behind?: number
  limit: number
}

/** Newest first. */
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

/** The same event once more, as a delivery of its own behind all others. Answers undefined when there is none. */
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
