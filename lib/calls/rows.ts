import { CompiledQuery, type Selectable, sql } from 'kysely'
import type { Dialect } from '../database/dialect.js'
import type { CallStatus, CallsTable } from '../database/schema-operators.js'
import { InsertShape, keepPrepared, type ShapedRow } from '../database/shape.js'
import { chunks, type Reader, type Scope } from '../events/scope.js'
import type { RecordedCall } from './record.js'
import { type StartColumns, withStart } from './start-rows.js'

type Transaction = Pick<Scope, 'trx'>

export type CallRow = Omit<Selectable<CallsTable>, 'run_id'> & StartColumns & { identity: string }

// --- writing ---------------------------------------------------------------------------------------------------

/** A call and the id of its charge point. */
export interface OwnedCall {
  call: RecordedCall
  chargePointId: number
}

export interface SaveOptions {
  dialect: Dialect
  /** Id of this process. */
  runId: string
}

/** Maximum number of rows in one statement. A power of two, so that few different statements are prepared. */
const MAX_ROWS = 64

const CALLS = new InsertShape({
  table: 'calls',
  shared: [
    ...['protocol', 'action', 'status', 'operator', 'run_id'],
    ...['idempotency_key', 'error_code', 'error_description', 'error_details']
  ],
  own: {
    charge_point_id: 'bigint',
    message_id: 'text',
    request: 'text',
    response: 'text',
    created_at: 'bigint',
    sent_at: 'bigint',
    answered_at: 'bigint',
    duration: 'double precision'
  }
})

function newRow({ call, chargePointId }: OwnedCall, runId: string): ShapedRow {
  const now = call.outcome()
  return [
    now.protocol,
    call.action,
    now.status,
    call.operator,
    runId,
    call.idempotencyKey,
    now.error_code,
    now.error_description,
    now.error_details,
    chargePointId,
    call.messageId,
    call.requestText,
    now.response,
    call.createdAt,
    now.sent_at,
    now.answered_at,
    now.duration
  ]
}

/** Saves the present state of calls. Rows of new calls are inserted at the end of the transaction. */
export async function saveCalls(
  { trx, append }: Pick<Scope, 'trx' | 'append'>,
  calls: readonly OwnedCall[],
  { dialect, runId }: SaveOptions
) {
  const rows: ShapedRow[] = []
  const stored: OwnedCall[] = []
  for (const each of calls) {
    if (each.call.isStored) stored.push(each)
    else rows.push(newRow(each, runId))
  }
  if (rows.length > 0) append([{ shape: CALLS, rows }])
  for (let from = 0; from < stored.length; ) {
    const count = Math.min(MAX_ROWS, 2 ** Math.floor(Math.log2(stored.length - from)))
    const parameters = stored.slice(from, from + count).flatMap(changesOf)
    await trx.executeQuery(CompiledQuery.raw(updateText(count, dialect), parameters))
    from += count
  }
}

/** The columns of an update. The first `KEYS` of them find the row. */
const CHANGES = [
  ['charge_point_id', 'bigint'],
  ['message_id', 'text'],
  ['protocol', 'text'],
  ['status', 'text'],
  ['response', 'text'],
  ['error_code', 'text'],
  ['error_description', 'text'],
  ['error_details', 'text'],
  ['sent_at', 'bigint'],
  ['answered_at', 'bigint'],
  ['duration', 'double precision']
] as const
const KEYS = 2

function changesOf({ call, chargePointId }: OwnedCall): unknown[] {
  const changes = { charge_point_id: chargePointId, message_id: call.messageId, ...call.outcome() }
  return CHANGES.map(([name]) => changes[name])
}

const texts = new Map<string, string>()

/** Built as text and cached, because building the query with Kysely takes longer than executing it. */
function updateText(count: number, dialect: Dialect): string {
  const key = `${dialect} ${count}`
  const known = texts.get(key)
  if (known !== undefined) return known
  const tuple = (row: number) => {
    const values = CHANGES.map(([, type], column) => {
      const place = dialect === 'sqlite' ? '?' : `$${row * CHANGES.length + column + 1}`
      return `cast(${place} as ${type})`
    })
    return `(${values.join(', ')})`
  }
  const tuples = Array.from({ length: count }, (_, row) => tuple(row)).join(', ')
  const names = CHANGES.map(([name]) => `new_${name}`).join(', ')
  const sets = CHANGES.slice(KEYS).map(([name]) => `${name} = news.new_${name}`)
  const where = CHANGES.slice(0, KEYS).map(([name]) => `calls.${name} = news.new_${name}`)
  const text = `with news (${names}) as (values ${tuples}) update calls set ${sets.join(', ')} from news where ${where.join(' and ')}`
  keepPrepared(text)
  texts.set(key, text)
  return text
}

/** A literal condition, because only such a statement can use the partial index of calls that were not answered. */
const NOT_ANSWERED = sql<boolean>`calls.status <> 'answered'`

/** A call of a process that died: nobody knows whether it was answered. */
export interface GivenUpCall {
  chargePointId: number
  messageId: string
  protocol: string | null
  action: string
  /** Without secrets. */
  request: unknown
}

/** Sets the open calls of processes that died to `unknown`, and returns them in the order of charge points and time. */
export async function giveUpCalls({ trx }: Transaction): Promise<GivenUpCall[]> {
  const rows = await trx
    .updateTable('calls')
    .set({ status: 'unknown' })
    .where(NOT_ANSWERED)
    .where('status', 'in', ['pending', 'sent'])
    .where(({ or, eb, selectFrom }) =>
      or([eb('run_id', 'is', null), eb('run_id', 'not in', selectFrom('runs').select('run_id'))])
    )
    .returning(['id', 'charge_point_id', 'message_id', 'protocol', 'action', 'request'])
    .execute()
  return rows
    .sort((one, other) => one.charge_point_id - other.charge_point_id || one.id - other.id)
    .map(({ charge_point_id, message_id, request, ...row }) => ({
      ...row,
      chargePointId: charge_point_id,
      messageId: message_id,
      request: JSON.parse(request)
    }))
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
  return withStart(
    db.selectFrom('calls').innerJoin('charge_points', 'charge_points.id', 'calls.charge_point_id')
  ).select(COLUMNS)
}

/** The latest call with this message id. */
export async function findCall(db: Reader, messageId: string): Promise<CallRow | undefined> {
  return select(db).where('calls.message_id', '=', messageId).orderBy('calls.id', 'desc').limit(1).executeTakeFirst()
}

/** The call after which a page starts, in the order of time. */
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
  /** Epoch milliseconds, inclusive. */
  from?: number
  /** Epoch milliseconds, exclusive. */
  to?: number
}

/** The query of a page of calls, newest first. */
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
  for (const part of chunks(messageIds))
    rows.push(...(await select(db).where('calls.message_id', 'in', part).execute()))
  return rows
}
