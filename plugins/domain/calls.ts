import type { Insertable, Selectable, Updateable } from 'kysely'
import type { CallStatus, CallsTable } from '../database/schema.js'
import type { Reader, Scope } from './scope.js'

export type CallRow = Selectable<CallsTable> & { identity: string }

export type NewCall = Pick<Insertable<CallsTable>, 'message_id' | 'protocol' | 'action' | 'request' | 'operator'> & {
  created_at: number
}

type Transaction = Pick<Scope, 'trx' | 'chargePointId'>

/** Answers the row's id. */
export async function insertCall({ trx, chargePointId }: Transaction, call: NewCall): Promise<number> {
  const { id } = await trx
    .insertInto('calls')
    .values({ ...call, charge_point_id: chargePointId, status: 'sent' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function updateCall({ trx }: Pick<Scope, 'trx'>, id: number, values: Updateable<CallsTable>) {
  await trx.updateTable('calls').set(values).where('id', '=', id).execute()
}

/** Whether those that a process left behind were answered nobody knows. */
export async function giveUpCalls({ trx }: Pick<Scope, 'trx'>): Promise<void> {
  await trx.updateTable('calls').set({ status: 'unknown' }).where('status', 'in', ['pending', 'sent']).execute()
}

function select(db: Reader) {
  return db
    .selectFrom('calls')
    .innerJoin('charge_points', 'charge_points.id', 'calls.charge_point_id')
    .selectAll('calls')
    .select('charge_points.identity')
}

/** The latest call with this message id. */
export async function findCall(db: Reader, messageId: string): Promise<CallRow | undefined> {
  return select(db).where('message_id', '=', messageId).orderBy('calls.id', 'desc').limit(1).executeTakeFirst()
}

export interface CallFilter {
  chargePointId: number
  /** Id that the page starts before. */
  before: number
  limit: number
  action?: string
  status?: CallStatus
}

/** A page of the calls to a charge point, newest first. */
export async function listCalls(
  db: Reader,
  { chargePointId, before, limit, action, status }: CallFilter
): Promise<CallRow[]> {
  let query = select(db).where('calls.charge_point_id', '=', chargePointId).where('calls.id', '<', before)
  if (action !== undefined) query = query.where('action', '=', action)
  if (status !== undefined) query = query.where('calls.status', '=', status)
  return query.orderBy('calls.id', 'desc').limit(limit).execute()
}
