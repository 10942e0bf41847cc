import { type Selectable, sql } from 'kysely'
import type { Dialect } from '../database/dialect.js'
import { insertJoined } from '../database/insert.js'
import type { BulkCallsTable, CallStatus } from '../database/schema-operators.js'
import type { Reader, Scope } from '../events/scope.js'

type Transaction = Pick<Scope, 'trx'>

export type BulkRow = Selectable<BulkCallsTable>

export interface NewBulk {
  bulkId: string
  operator: string
  action: string
  /** JSON, without secrets. */
  request: string
  runId: string
}

/** Answers the row's id. */
export async function insertBulk({ trx }: Transaction, { bulkId, operator, action, request, runId }: NewBulk) {
  const row = { bulk_id: bulkId, operator, action, request, run_id: runId, created_at: Date.now() }
  const { id } = await trx
    .insertInto('bulk_calls')
    .values({ ...row, status: 'running' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** A charge point that is to be called, and the message id of its call. */
export interface BulkItem {
  identity: string
  messageId: string
}

export async function insertItems({ trx }: Transaction, bulkId: number, items: readonly BulkItem[], dialect: Dialect) {
  const created_at = Date.now()
  const rows = items.map(({ identity, messageId }) => ({
    bulk_call_id: bulkId,
    identity,
    message_id: messageId,
    status: 'pending',
    created_at
  }))
  await insertJoined(trx, [{ table: 'bulk_call_items', rows, ignoreConflicts: false }], dialect)
}

export interface FailedItem {
  messageId: string
  problem: object
}

/** Writes down why there was no answer. Where there was a call, its own row tells how it ended. */
export async function failItem({ trx }: Transaction, { messageId, problem }: FailedItem): Promise<void> {
  await trx
    .updateTable('bulk_call_items')
    .set({ status: 'failed', problem: JSON.stringify(problem) })
    .where('message_id', '=', messageId)
    .execute()
}

export async function endBulk({ trx }: Transaction, id: number, status: 'completed' | 'interrupted'): Promise<void> {
  await trx.updateTable('bulk_calls').set({ status, ended_at: Date.now() }).where('id', '=', id).execute()
  if (status === 'interrupted') await cancelItems({ trx }, [id])
}

/** What processes that died had begun is not gone on with: what was not sent is cancelled. */
export async function giveUpBulks({ trx }: Transaction): Promise<void> {
  const left = await trx
    .updateTable('bulk_calls')
    .set({ status: 'interrupted', ended_at: Date.now() })
    .where('status', '=', 'running')
    .where('run_id', 'not in', (of) => of.selectFrom('runs').select('run_id'))
    .returning('id')
    .execute()
  if (left.length === 0) return
  await cancelItems(
    { trx },
    left.map(({ id }) => id)
  )
}

async function cancelItems({ trx }: Transaction, ids: readonly number[]): Promise<void> {
  await trx
    .updateTable('bulk_call_items')
    .set({ status: 'cancelled' })
    .where('status', '=', 'pending')
    .where('bulk_call_id', 'in', ids)
    .execute()
}

// --- reading ---------------------------------------------------------------------------------------------------

export function findBulk(db: Reader, bulkId: string): Promise<BulkRow | undefined> {
  return db.selectFrom('bulk_calls').selectAll().where('bulk_id', '=', bulkId).executeTakeFirst()
}

/** A page, newest first. */
export function listBulks(db: Reader, { before, limit }: { before: number; limit: number }): Promise<BulkRow[]> {
  return db.selectFrom('bulk_calls').selectAll().where('id', '<', before).orderBy('id', 'desc').limit(limit).execute()
}

/** Where there is a call, it tells how things stand. */
const STATUS = sql<CallStatus>`coalesce(calls.status, bulk_call_items.status)`

function select(db: Reader, id: number) {
  return db
    .selectFrom('bulk_call_items')
    .leftJoin('calls', 'calls.message_id', 'bulk_call_items.message_id')
    .where('bulk_call_items.bulk_call_id', '=', id)
}

/** How many of a bulk are in which status. */
export async function countItems(db: Reader, id: number): Promise<Record<string, number>> {
  const rows = await select(db, id)
    .select([STATUS.as('status'), db.fn.countAll<number>().as('count')])
    .groupBy(STATUS)
    .execute()
  return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]))
}

export interface ItemFilter {
  /** Id that the page starts behind. */
  behind: number
  limit: number
  status?: CallStatus
}

/** A page of the charge points of a bulk, in the order in which they were named. */
export function listItems(db: Reader, id: number, { behind, limit, status }: ItemFilter) {
  let query = select(db, id)
    .select(['bulk_call_items.id', 'bulk_call_items.identity', 'bulk_call_items.message_id', 'bulk_call_items.problem'])
    .select(['calls.id as call_id', 'calls.response', STATUS.as('status')])
    .where('bulk_call_items.id', '>', behind)
  if (status !== undefined) query = query.where(STATUS, '=', status)
  return query.orderBy('bulk_call_items.id').limit(limit).execute()
}

export type ItemRow = Awaited<ReturnType<typeof listItems>>[number]
