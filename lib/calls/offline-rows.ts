import type { Selectable } from 'kysely'
import type { CallStatus, QueuedCallsTable } from '../database/schema-operators.js'
import { type Change, held, type Reader, type Scope } from '../events/scope.js'
import type { RecordedCall } from './record.js'

type Transaction = Pick<Scope, 'trx'>

/** A call that waits for its charge point. */
export type QueuedCall = Selectable<QueuedCallsTable> & {
  identity: string
  identity_key: string
  action: string
  operator: string | null
  created_at: number
}

/** The values that are needed to send a call later. */
export interface ToQueue {
  call: RecordedCall
  /** Timeout of the answer in milliseconds. */
  timeout: number | null
  /** Epoch milliseconds. */
  expiresAt: number
  /** Maximum number of calls that wait for one charge point. */
  limit: number
}

/** Queues a call. Returns false if too many calls wait. */
export function enqueue({ call, timeout, expiresAt, limit }: ToQueue): Change<boolean> {
  return held(async ({ trx, chargePointId }) => {
    const { count } = await trx
      .selectFrom('queued_calls')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('charge_point_id', '=', chargePointId)
      .executeTakeFirstOrThrow()
    if (Number(count) >= limit) return false
    await trx
      .insertInto('calls')
      .values({ charge_point_id: chargePointId, expires_at: expiresAt, ...call.row() })
      .execute()
    const queued = { charge_point_id: chargePointId, message_id: call.messageId, expires_at: expiresAt }
    await trx
      .insertInto('queued_calls')
      .values({ ...queued, payload: JSON.stringify(call.request), timeout })
      .execute()
    return true
  })
}

function select(db: Reader) {
  return db
    .selectFrom('queued_calls')
    .innerJoin('charge_points', 'charge_points.id', 'queued_calls.charge_point_id')
    .innerJoin('calls', 'calls.message_id', 'queued_calls.message_id')
    .selectAll('queued_calls')
    .select([
      'charge_points.identity',
      'charge_points.identity_key',
      'calls.action',
      'calls.operator',
      'calls.created_at'
    ])
}

/** The call that has waited longest for this charge point. */
export function firstQueued(db: Reader, chargePointId: number): Promise<QueuedCall | undefined> {
  return select(db)
    .where('queued_calls.charge_point_id', '=', chargePointId)
    .orderBy('queued_calls.id')
    .limit(1)
    .executeTakeFirst()
}

export function findQueued(db: Reader, messageId: string): Promise<QueuedCall | undefined> {
  return select(db).where('queued_calls.message_id', '=', messageId).executeTakeFirst()
}

/** The expired calls. */
export function dueCalls(db: Reader, now: number): Promise<QueuedCall[]> {
  return select(db).where('queued_calls.expires_at', '<=', now).orderBy('queued_calls.expires_at').limit(500).execute()
}

/** The charge points with waiting calls, by folded identity. */
export async function awaited(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('charge_points')
    .select('identity_key')
    .where('id', 'in', (of) => of.selectFrom('queued_calls').select('charge_point_id').distinct())
    .execute()
  return rows.map(({ identity_key }) => identity_key)
}

export interface Taken {
  protocol: string
  runId: string
}

/**
 * Takes a call out of the queue to send it now. After the commit it is never sent again. Returns false if another
 * process has taken it.
 */
export async function take({ trx }: Transaction, queued: QueuedCall, { protocol, runId }: Taken): Promise<boolean> {
  if (!(await leave({ trx }, queued))) return false
  await trx
    .updateTable('calls')
    .set({ status: 'sent', protocol, run_id: runId, sent_at: Date.now() })
    .where('message_id', '=', queued.message_id)
    .execute()
  return true
}

/** Puts a call back into its place, because it was not sent. */
export async function putBack({ trx }: Transaction, queued: QueuedCall): Promise<void> {
  const { id, charge_point_id, message_id, payload, timeout, expires_at } = queued
  await trx
    .insertInto('queued_calls')
    .values({ id, charge_point_id, message_id, payload, timeout, expires_at })
    .execute()
  await trx
    .updateTable('calls')
    .set({ status: 'queued', run_id: null, sent_at: null })
    .where('message_id', '=', message_id)
    .execute()
}

export interface Ending {
  status: Extract<CallStatus, 'cancelled' | 'expired' | 'failed'>
  code: string
  description?: string
  details?: unknown
}

/** Ends a call that was never sent. Returns false if it does not wait any more. */
export async function end({ trx }: Transaction, queued: QueuedCall, ending: Ending): Promise<boolean> {
  if (!(await leave({ trx }, queued))) return false
  const { status, code, description = null, details } = ending
  const error_details = details === undefined ? null : JSON.stringify(details)
  const duration = Date.now() - queued.created_at
  await trx
    .updateTable('calls')
    .set({ status, error_code: code, error_description: description, error_details, duration })
    .where('message_id', '=', queued.message_id)
    .execute()
  return true
}

/** Ends all waiting calls of a charge point that an operator removes. */
export async function cancelQueued({ trx, chargePointId }: Pick<Scope, 'trx' | 'chargePointId'>): Promise<void> {
  await trx.deleteFrom('queued_calls').where('charge_point_id', '=', chargePointId).execute()
  await trx
    .updateTable('calls')
    .set({ status: 'cancelled', error_code: 'removed' })
    .where('charge_point_id', '=', chargePointId)
    .where('status', '=', 'queued')
    .execute()
}

async function leave({ trx }: Transaction, { id }: QueuedCall): Promise<boolean> {
  const { numDeletedRows } = await trx.deleteFrom('queued_calls').where('id', '=', id).executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}
