import { type Expression, type ExpressionBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import { type Json, toJson } from '../database/json.js'
import type { Schema } from '../database/schema.js'
import type { MessagesTable } from '../database/schema-charge-points.js'
import { contains, type Reader } from '../events/scope.js'
import type { Cell } from '../http/csv.js'
import { MESSAGE_COLUMNS } from './columns.js'

/** A frame of the log. `asked_at`: when the CALL that it answers was logged. */
export type MessageRow = Selectable<MessagesTable> & { asked_at: number | null }

/** Type in the message log of a frame that is no OCPP message. */
export const NO_MESSAGE = 0
const CALLERROR = 4
const CALLRESULTERROR = 5
const ERRORS = [NO_MESSAGE, CALLERROR, CALLRESULTERROR]
/** Number of frames before an answer in which its CALL is searched. */
const LOOK_BACK = 500

export interface MessageFilter {
  chargePointId: number
  actions?: readonly string[]
  direction?: 'in' | 'out'
  messageTypes?: readonly number[]
  messageId?: string
  /** Whether the frame is an error, or no OCPP message. */
  isError?: boolean
  /** Part of the payload, the action, the message id or the error code; case makes no difference. */
  part?: string
  /** Epoch milliseconds, inclusive. */
  from?: number
  /** Epoch milliseconds, exclusive. */
  to?: number
  /** Only these actions, and frames that are no OCPP message, of which only the length is stored. Default: all. */
  visible?: readonly string[] | undefined
}

export interface MessagePage {
  /** Id of the row after the first row of the page, exclusive. */
  before: number
  limit: number
}

type Builder = ExpressionBuilder<Schema, 'messages'>

function conditions(filter: MessageFilter) {
  const { actions, direction, messageTypes, messageId, isError, part, from, to, visible } = filter
  return (eb: Builder): Expression<SqlBool> => {
    const all: Expression<SqlBool>[] = [eb('charge_point_id', '=', filter.chargePointId)]
    if (actions !== undefined) all.push(eb('action', 'in', actions))
    if (direction !== undefined) all.push(eb('direction', '=', direction))
    if (messageTypes !== undefined) all.push(eb('message_type', 'in', messageTypes))
    if (messageId !== undefined) all.push(eb('message_id', '=', messageId))
    if (isError !== undefined) all.push(eb('message_type', isError ? 'in' : 'not in', ERRORS))
    if (from !== undefined) all.push(eb('created_at', '>=', from))
    if (to !== undefined) all.push(eb('created_at', '<', to))
    if (visible !== undefined) {
      all.push(eb.or([eb('action', 'in', visible), eb('message_type', '=', NO_MESSAGE)]))
    }
    if (part !== undefined) {
      const columns = ['payload', 'action', 'message_id', 'error_code']
      all.push(eb.or(columns.map((column) => contains(`messages.${column}`, part))))
    }
    return eb.and(all)
  }
}

/**
 * When the CALL of an answer was logged. A CALLRESULTERROR answers a CALLRESULT. Only the frames just before the answer are
 * looked at, so that an answer to nothing does not read the whole log.
 */
const ASKED_AT = sql<number | null>`case when messages.message_type in (3, 4, 5) then (
  select recent.created_at from (
    select before.id, before.created_at, before.message_id, before.direction, before.message_type from messages as before
    where before.charge_point_id = messages.charge_point_id and before.id < messages.id
    order by before.id desc limit ${sql.lit(LOOK_BACK)}
  ) as recent
  where recent.message_id = messages.message_id and recent.direction <> messages.direction
    and recent.message_type = case when messages.message_type = 5 then 3 else 2 end
  order by recent.id desc limit 1) end`.as('asked_at')

function select(db: Reader, filter: MessageFilter) {
  return db.selectFrom('messages').selectAll('messages').select(ASKED_AT).where(conditions(filter))
}

/** A page of a charge point's frames, newest first. */
export async function listMessages(
  db: Reader,
  filter: MessageFilter,
  { before, limit }: MessagePage
): Promise<MessageRow[]> {
  return select(db, filter).where('messages.id', '<', before).orderBy('messages.id', 'desc').limit(limit).execute()
}

export interface MessageSpan {
  /** Exclusive. */
  after: number
  /** Inclusive. */
  until: number
  limit: number
}

/** Frames of a charge point, oldest first. */
export async function listMessagesAfter(
  db: Reader,
  filter: MessageFilter,
  { after, until, limit }: MessageSpan
): Promise<MessageRow[]> {
  return select(db, filter)
    .where('messages.id', '>', after)
    .where('messages.id', '<=', until)
    .orderBy('messages.id')
    .limit(limit)
    .execute()
}

/** The ids of the oldest and the newest frame of the whole log, 0 if it is empty. */
export async function findEnds(db: Reader): Promise<{ oldest: number; newest: number }> {
  const end = (direction: 'asc' | 'desc') => {
    return db.selectFrom('messages').select('id').orderBy('id', direction).limit(1).executeTakeFirst()
  }
  const [oldest, newest] = await Promise.all([end('asc'), end('desc')])
  return { oldest: oldest?.id ?? 0, newest: newest?.id ?? 0 }
}

/** A frame of the message log as the operator API shows it. */
export function showMessage({ asked_at: askedAt, ...row }: MessageRow): Json {
  return {
    ...toJson(row, MESSAGE_COLUMNS),
    ...(askedAt !== null && { duration: Math.max(0, row.created_at - askedAt) / 1000 })
  }
}

export const MESSAGE_CSV = [
  'id',
  'createdAt',
  'direction',
  'messageType',
  'messageId',
  'action',
  'errorCode',
  'duration',
  'payload'
] as const
type Line = Readonly<Partial<Record<(typeof MESSAGE_CSV)[number], Cell>>>

/** Maximum number of frames in one read. */
const AT_ONCE = 200

/** All frames that match, newest first, page by page. */
export async function* messagePages(db: Reader, filter: MessageFilter): AsyncGenerator<MessageRow[]> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await listMessages(db, filter, { before, limit: AT_ONCE })
    yield rows
    const last = rows.at(-1)
    if (rows.length < AT_ONCE || last === undefined) return
    before = last.id
  }
}

/** The same frames as cells of CSV. */
export async function* messageLines(db: Reader, filter: MessageFilter): AsyncGenerator<Line[]> {
  for await (const rows of messagePages(db, filter)) {
    yield rows.map((row) => ({ ...(showMessage(row) as Line), payload: row.payload }))
  }
}
