import { CompiledQuery, type Selectable, sql } from 'kysely'
import type { Dialect } from '../database/dialect.js'
import { insertJoined } from '../database/insert.js'
import type { CallStatus, CallsTable } from '../database/schema-operators.js'
import { chunks, type Reader, type Scope } from '../events/scope.js'
import type { RecordedCall } from './record.js'

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
  await insertJoined(trx, [{ table: 'calls', rows, ignoreConflicts: false }], dialect)
  const stored = calls.filter(({ call }) => call.isStored)
  for (let from = 0; from < stored.length; ) {
    const count = Math.min(MAX_ROWS, 2 ** Math.floor(Math.log2(stored.length - from)))
    const parameters = stored.slice(from, from + count).flatMap(changesOf)
    await trx.executeQuery(CompiledQuery.raw(updateText(count, dialect), parameters))
    from += count
  }
}

/** What an update writes and by what it finds the row, in this order. */
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

/** Written as text, because building it value by value takes longer than to carry it out. */
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
  texts.set(key, text)
  return text
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
