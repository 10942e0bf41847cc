import type { Selectable } from 'kysely'
import type { MessagesTable } from '../database/schema.js'
import type { Reader } from './scope.js'

export type MessageRow = Selectable<MessagesTable>

export interface MessageFilter {
  chargePointId: number
  /** Id that the page starts before. */
  before: number
  limit: number
  action?: string
}

/** A page of a charge point's frames, newest first. */
export async function listMessages(
  db: Reader,
  { chargePointId, before, limit, action }: MessageFilter
): Promise<MessageRow[]> {
  let query = db
    .selectFrom('messages')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('id', '<', before)
  if (action !== undefined) query = query.where('action', '=', action)
  return query.orderBy('id', 'desc').limit(limit).execute()
}
