import type { Selectable } from 'kysely'
import { type Json, toJson } from '../database/json.js'
import type { MessagesTable } from '../database/schema-charge-points.js'
import type { Reader } from '../events/scope.js'
import { MESSAGE_COLUMNS } from './columns.js'

export type MessageRow = Selectable<MessagesTable>

/** The type that the log gives to a frame that is no OCPP message. */
const NO_MESSAGE = 0

export interface MessageFilter {
  chargePointId: number
  /** Id that the page starts before. */
  before: number
  limit: number
  action?: string
  /** Of these actions only, and what is no OCPP message, of which the length is kept. Default: all. */
  visible?: readonly string[] | undefined
}

/** A page of a charge point's frames, newest first. */
export async function listMessages(
  db: Reader,
  { chargePointId, before, limit, action, visible }: MessageFilter
): Promise<MessageRow[]> {
  let query = db
    .selectFrom('messages')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('id', '<', before)
  if (action !== undefined) query = query.where('action', '=', action)
  if (visible !== undefined) {
    query = query.where(({ or, eb }) => or([eb('action', 'in', visible), eb('message_type', '=', NO_MESSAGE)]))
  }
  return query.orderBy('id', 'desc').limit(limit).execute()
}

/** A frame as an operator sees it. */
export function showMessage(row: MessageRow): Json {
  return toJson(row, MESSAGE_COLUMNS)
}
