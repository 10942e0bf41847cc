import { type Selectable, sql } from 'kysely'
import type { Dialect } from '../database/dialect.js'
import { joinedInserts } from '../database/insert.js'
import type { CallStatus, CallsTable } from '../database/schema.js'
import type { RecordedCall } from './calls/recorded-call.js'
import { chunks, type Reader, type Scope } from './scope.js'

type Transaction = Pick<Scope, 'trx'>

export type CallRow = Omit<Selectable<CallsTable>, 'run_id'> & { identity: string }

// --- writing ---------------------------------------------------------------------------------------------------

/** A call and whose it is. */
export interface OwnedCall {
  call: RecordedCall
  chargePointId: number
}

export interface SaveOptions {
  dialect: Dialect
  /** Of this process. */
  runId: string
}

/** Rows of one statement: a power of two, so that few different statements are ever prepared. */
const MAX_ROWS = 64

/** Writes calls down as they are now. */
export async function saveCalls({ trx }: Transaction, calls: readonly OwnedCall[], { dialect, runId }: SaveOptions) {
  const rows = calls
    .filter(({ call }) => !call.isStored)
    .map(({ call, chargePointId }) => ({ charge_point_id: chargePointId, run_id: runId, ...call.row() }))
  for (const query of joinedInserts([{ table: 'calls', rows, ignoreConflicts: false }], dialect)) {
    await trx.executeQuery(query)
  }
  const stored = calls.filter(({ call }) => call.isStored)
  for (let from = 0; from < stored.length; ) {
    const count = Math.min(MAX_ROWS, 2 ** Math.floor(Math.log2(stored.length - from)))
    await updateCalls({ trx }, stored.slice(from, from + count))
    from += count
  }
}

async function updateCalls({ trx }: Transaction, calls: readonly OwnedCall[]): Promise<void> {
  const rows = calls.map(({ call, chargePointId }) => {
    const { protocol, status, response, sent_at, answered_at, duration, ...error } = call.outcome()
    return sql`(cast(${chargePointId} as bigint), ${call.messageId}, ${protocol}, ${status}, ${response},
      ${error.error_code}, ${error.error_description}, ${error.error_details}, cast(${sent_at} as bigint),
      cast(${answered_at} as bigint), cast(${duration} as double precision))`
  })
  await sql`
    with news (owner, id_, protocol_, status_, response_, code_, description_, details_, sent_, answered_, duration_)
      as (values ${sql.join(rows)})
    update calls set
      protocol = news.protocol_, status = news.status_, response = news.response_, error_code = news.code_,
      error_description = news.description_, error_details = news.details_, sent_at = news.sent_,
      answered_at = news.answered_, duration = news.duration_
    from news where calls.message_id = news.id_ and calls.charge_point_id = news.owner`.execute(trx)
}

/** Literal, because only a statement that says so may use the index of those that were not answered. */
const NOT_ANSWERED = sql<boolean>`calls.status <> 'answered'`

/** Whether those that a process left behind were answered nobody knows. */
export async function giveUpCalls({ trx }: Transaction): Promise<void> {
  await trx
    .updateTable('calls')
    .set({ status: 'unknown' })
    .where(NOT_ANSWERED)
    .where('status', 'in', ['pending', 'sent'])
    .where(({ or, eb, selectFrom }) =>
      or([eb('run_id', 'is', null), eb('run_id', 'not in', selectFrom('runs').select('run_id'))])
    )
    .execute()
}

// --- reading ---------------------------------------------------------------------------------------------------

const COLUMNS = [
  'calls.id',
  'calls.charge_point_id',
  'calls.message_id',
  'calls.protocol',
  'calls.action',
  'calls.status',
  'calls.request',
  'calls.response',
  'calls.error_code',
  'calls.error_description',
  'calls.error_details',
  'calls.operator',
  'calls.idempotency_key',
  'calls.created_at',
  'calls.expires_at',
  'calls.sent_at',
  'calls.answered_at',
  'calls.duration',
  'charge_points.identity'
] as const

function select(db: Reader) {
  return db.selectFrom('calls').innerJoin('charge_points', 'charge_points.id', 'calls.charge_point_id').select(COLUMNS)
}

/** The latest call with this message id. */
export async function findCall(db: Reader, messageId: string): Promise<CallRow | undefined> {
  return select(db).where('message_id', '=', messageId).orderBy('calls.id', 'desc').limit(1).executeTakeFirst()
}

/** Where a page starts: behind this call, in the order of time. */
export interface CallPosition {
  createdAt: number
  id: number
}

export interface CallFilter {
  limit: number
  behind?: CallPosition
  chargePointId?: number
  action?: string
  status?: CallStatus
  operator?: string
  /** Epoch milliseconds, included. */
  from?: number
  /** Epoch milliseconds, excluded. */
  to?: number
}

/** Newest first. */
export function callsQuery(
  db: Reader,
  { limit, behind, chargePointId, action, status, operator, from, to }: CallFilter
) {
  let query = select(db)
  if (chargePointId !== undefined) query = query.where('calls.charge_point_id', '=', chargePointId)
  if (action !== undefined) query = query.where('calls.action', '=', action)
  if (operator !== undefined) query = query.where('calls.operator', '=', operator)
  if (status !== undefined) query = query.where('calls.status', '=', status)
  if (status !== undefined && status !== 'answered') query = query.where(NOT_ANSWERED)
  if (from !== undefined) query = query.where('calls.created_at', '>=', from)
  if (to !== undefined) query = query.where('calls.created_at', '<', to)
  if (behind !== undefined) {
    query = query.where(sql<boolean>`(calls.created_at, calls.id) < (${behind.createdAt}, ${behind.id})`)
  }
  return query.orderBy('calls.created_at', 'desc').orderBy('calls.id', 'desc').limit(limit)
}

/** A page of the calls, newest first. */
export async function listCalls(db: Reader, filter: CallFilter): Promise<CallRow[]> {
  return callsQuery(db, filter).execute()
}

/** Calls by their message ids, in any order. */
export async function callsOf(db: Reader, messageIds: readonly string[]): Promise<CallRow[]> {
  const rows: CallRow[] = []
  for (const part of chunks(messageIds)) rows.push(...(await select(db).where('message_id', 'in', part).execute()))
  return rows
}
