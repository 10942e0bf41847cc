import { type Selectable, sql } from 'kysely'
import type { Dialect } from '../database/dialect.js'
import { insertJoined } from '../database/insert.js'
import type { BulkCallsTable, CallStatus } from '../database/schema-operators.js'
import type { Reader, Scope } from '../events/scope.js'
import type { Asked } from './bulk-ask.js'
import { withStart } from './start-rows.js'

type Transaction = Pick<Scope, 'trx'>

export type BulkRow = Selectable<BulkCallsTable>

export interface NewBulk {
  bulkId: string
  operator: string
  kind: BulkRow['kind']
  action: string
  /** JSON, without secrets. */
  request: string
  runId: string
}

/** Returns the id of the row. */
export async function insertBulk({ trx }: Transaction, { bulkId, operator, kind, action, request, runId }: NewBulk) {
  const row = { bulk_id: bulkId, operator, kind, action, request, run_id: runId, created_at: Date.now() }
  const { id } = await trx
    .insertInto('bulk_calls')
    .values({ ...row, status: 'running' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** A charge point of a bulk call, and the message id of its call. */
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

/** Stores what became of a charge point. If one call was made, its own row stores how it ended. */
export async function saveItem(
  { trx }: Transaction,
  messageId: string,
  { status, outcome, problem }: Asked
): Promise<void> {
  await trx
    .updateTable('bulk_call_items')
    .set({ status, outcome: textOf(outcome), problem: textOf(problem) })
    .where('message_id', '=', messageId)
    .execute()
}

function textOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

/** Stores the end of a bulk call, and returns its status: `stopped` if an operator has stopped it. */
export async function endBulk(
  { trx }: Transaction,
  id: number,
  status: 'completed' | 'interrupted'
): Promise<BulkRow['status']> {
  const { status: ended } = await trx
    .updateTable('bulk_calls')
    .set({ status: endOf(status), ended_at: Date.now() })
    .where('id', '=', id)
    .returning('status')
    .executeTakeFirstOrThrow()
  if (ended !== 'completed') await cancelItems({ trx }, [id])
  return ended
}

/** A bulk call that an operator has stopped ends as `stopped`. */
function endOf(status: 'completed' | 'interrupted') {
  return sql<BulkRow['status']>`case when status = 'stopping' then 'stopped' else ${sql.lit(status)} end`
}

/** Marks a running bulk call as stopping, and cancels calls that were not made. Returns whether it was running. */
export async function stopBulk({ trx }: Transaction, id: number): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('bulk_calls')
    .set({ status: 'stopping' })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return false
  await cancelItems({ trx }, [id])
  return true
}

/** Ends the bulk calls of processes that died: calls that were not sent are cancelled. */
export async function giveUpBulks({ trx }: Transaction): Promise<void> {
  const left = await trx
    .updateTable('bulk_calls')
    .set({ status: endOf('interrupted'), ended_at: Date.now() })
    .where('status', 'in', ['running', 'stopping'])
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

/** The message ids of the calls of a bulk call that wait for their charge point. */
export async function queuedItems(db: Reader, id: number): Promise<string[]> {
  const rows = await db
    .selectFrom('bulk_call_items')
    .innerJoin('queued_calls', 'queued_calls.message_id', 'bulk_call_items.message_id')
    .select('bulk_call_items.message_id')
    .where('bulk_call_items.bulk_call_id', '=', id)
    .execute()
  return rows.map(({ message_id }) => message_id)
}

/** The message ids of calls that wait for their charge point although an operator has stopped their bulk call. */
export async function queuedItemsOfStopped(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('queued_calls')
    .innerJoin('bulk_call_items', 'bulk_call_items.message_id', 'queued_calls.message_id')
    .innerJoin('bulk_calls', 'bulk_calls.id', 'bulk_call_items.bulk_call_id')
    .select('queued_calls.message_id')
    .where('bulk_calls.status', 'in', ['stopping', 'stopped'])
    .execute()
  return rows.map(({ message_id }) => message_id)
}

/** A page of bulk calls, newest first. */
export function listBulks(db: Reader, { before, limit }: { before: number; limit: number }): Promise<BulkRow[]> {
  return db.selectFrom('bulk_calls').selectAll().where('id', '<', before).orderBy('id', 'desc').limit(limit).execute()
}

const OF_OPERATION = sql<boolean>`exists (select 1 from bulk_calls
  where bulk_calls.id = bulk_call_items.bulk_call_id and bulk_calls.kind = 'operation')`
const IS_RUNNING = sql<boolean>`exists (select 1 from bulk_calls
  where bulk_calls.id = bulk_call_items.bulk_call_id and bulk_calls.status in ('running', 'stopping'))`

/**
 * The status of the call, if there is one. The first call of an operation may be answered although others were to follow:
 * the operation is then under way, or nobody knows how far it came. One that waited for its charge point is one call.
 */
const STATUS = sql<CallStatus>`case
  when bulk_call_items.status not in ('pending', 'cancelled', 'failed', 'unknown') then bulk_call_items.status
  when calls.status = 'answered' and ${OF_OPERATION} then case
    when bulk_call_items.status <> 'pending' then 'unknown'
    when ${IS_RUNNING} then 'pending'
    else 'answered' end
  else coalesce(calls.status, bulk_call_items.status) end`

function select(db: Reader, id: number) {
  return db
    .selectFrom('bulk_call_items')
    .leftJoin('calls', 'calls.message_id', 'bulk_call_items.message_id')
    .where('bulk_call_items.bulk_call_id', '=', id)
}

/** The number of charge points of a bulk call by status. */
export async function countItems(db: Reader, id: number): Promise<Record<string, number>> {
  const rows = await select(db, id)
    .select([STATUS.as('status'), db.fn.countAll<number>().as('count')])
    .groupBy(STATUS)
    .execute()
  return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]))
}

export interface ItemFilter {
  /** Row id after which the page starts, exclusive. */
  behind: number
  limit: number
  status?: CallStatus
}

/** A page of the charge points of a bulk call, in the order in which the operator named them. */
export function listItems(db: Reader, id: number, { behind, limit, status }: ItemFilter) {
  let query = withStart(select(db, id))
    .select([
      'bulk_call_items.id',
      'bulk_call_items.identity',
      'bulk_call_items.message_id',
      'bulk_call_items.problem',
      'bulk_call_items.outcome'
    ])
    .select(['calls.id as call_id', 'calls.response', STATUS.as('status')])
    .where('bulk_call_items.id', '>', behind)
  if (status !== undefined) query = query.where(STATUS, '=', status)
  return query.orderBy('bulk_call_items.id').limit(limit).execute()
}

export type ItemRow = Awaited<ReturnType<typeof listItems>>[number]
