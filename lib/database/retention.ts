import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import { highestId } from './dialect.js'
import type { Schema } from './schema.js'
import type { Writer } from './writer.js'

export interface RetentionSettings {
  RETENTION_METER_VALUES_DAYS: number
  RETENTION_EVENTS_DAYS: number
  RETENTION_MESSAGES_DAYS: number
  RETENTION_AUDIT_DAYS: number
  MESSAGE_LOG_MAX_ROWS: number
}

/** The retention rule of a table. Ids rise with time, so the oldest rows come first. */
interface Rule {
  table: PrunedTable
  time: 'connected_at' | 'received_at' | 'created_at' | 'at'
  /** Days to keep a row. 0: for ever. */
  days: number
  /** Maximum number of rows. 0: no limit. */
  maxRows?: number
  /** Rows that are still needed, whatever their age; the condition is part of the statement that deletes. */
  needed?: RawBuilder<boolean>
}

/** Tables of which it is noted until when rows were deleted, because prices depend on these rows. */
const MARKED = ['meter_values', 'status_history', 'connector_states'] as const
export type MarkedTable = (typeof MARKED)[number]

type PrunedTable =
  | 'meter_values'
  | 'messages'
  | 'connections'
  | 'status_history'
  | 'connector_states'
  | 'device_events'
  | 'status_reports'
  | 'notifications'
  | 'authorizations'
  | 'calls'
  | 'awaited_starts'
  | 'bulk_calls'
  | 'bulk_call_items'
  | 'idempotency_keys'
  | 'audit_log'
  | 'allocation_history'

export interface PruneOptions {
  db: Kysely<Schema>
  writer: Pick<Writer, 'write'>
  settings: RetentionSettings
  /** Default: the clock of the system. */
  now?: number
  signal?: AbortSignal
  /** Maximum number of rows in one step. Default: 500. */
  step?: number
  /** Milliseconds between two steps, in which other transactions run. Default: 50. */
  pause?: number
  onProgress?: (table: string, deleted: number) => void
}

const DAY_MS = 86_400_000
/**
 * Number of pages without an old row after which the search ends. One page is not enough: if the clock was ahead for a
 * while, rows with future times may come before old ones.
 */
export const MAX_YOUNG_PAGES = 10

/** Values of open transactions stay, because energy and cost are computed from them. */
const OF_OPEN_TRANSACTION = sql<boolean>`exists (select 1 from transactions
  where transactions.charge_point_id = meter_values.charge_point_id
    and (transactions.transaction_id = meter_values.transaction_id or transactions.id = meter_values.inferred_id)
    and transactions.status = 'open')`
/** Queued calls stay, because their charge point may connect again after years. */
const IS_QUEUED = sql<boolean>`(calls.status = 'queued'
  or exists (select 1 from queued_calls where queued_calls.message_id = calls.message_id))`
const IS_RUNNING = sql<boolean>`bulk_calls.status in ('running', 'stopping')`
const OF_RUNNING_BULK = sql<boolean>`exists (select 1 from bulk_calls
  where bulk_calls.id = bulk_call_items.bulk_call_id and bulk_calls.status in ('running', 'stopping'))`

/**
 * The latest state of a connector stays, because it may continue until now, even across lost connections. It is a
 * status, or a row of `connector_states`.
 */
function isLastState(table: 'status_history' | 'connector_states', time: string, isVague: string): RawBuilder<boolean> {
  const [row, startedAt] = [sql.table(table), sql.ref(`${table}.${time}`)]
  return sql<boolean>`(not exists (select 1 from connector_states later
    where later.charge_point_id = ${row}.charge_point_id and later.evse_id = ${row}.evse_id
      and later.connector_id = ${row}.connector_id and later.started_at > ${startedAt}
      and (${sql.raw(isVague)} or later.state not in ('Unknown', 'Resumed')))
    and not exists (select 1 from status_history later
    where later.charge_point_id = ${row}.charge_point_id and later.evse_id = ${row}.evse_id
      and later.connector_id = ${row}.connector_id and later.timestamp > ${startedAt}
      and later.timestamp <= later.received_at))`
}

const IS_LAST_STATUS = isLastState('status_history', 'timestamp', 'false')
const IS_LAST_MARK = isLastState('connector_states', 'started_at', "connector_states.state in ('Unknown', 'Resumed')")

/** A row with a late end is not old, and the last connection says since when a charge point is away. */
function isNeededConnection(before: number): RawBuilder<boolean> {
  return sql<boolean>`(connections.is_open = 1
    or coalesce(connections.disconnected_at, connections.last_seen_at, connections.connected_at) >= ${before}
    or not exists (select 1 from connections later where later.charge_point_id = connections.charge_point_id
      and (later.connected_at > connections.connected_at
        or (later.connected_at = connections.connected_at and later.id > connections.id))))`
}

function rules(settings: RetentionSettings, now: number): Rule[] {
  const events = settings.RETENTION_EVENTS_DAYS
  return [
    {
      table: 'meter_values',
      time: 'received_at',
      days: settings.RETENTION_METER_VALUES_DAYS,
      needed: OF_OPEN_TRANSACTION
    },
    {
      table: 'messages',
      time: 'created_at',
      days: settings.RETENTION_MESSAGES_DAYS,
      maxRows: settings.MESSAGE_LOG_MAX_ROWS
    },
    {
      table: 'connections',
      time: 'connected_at',
      days: events,
      needed: isNeededConnection(now - events * DAY_MS)
    },
    { table: 'status_history', time: 'received_at', days: events, needed: IS_LAST_STATUS },
    { table: 'connector_states', time: 'received_at', days: events, needed: IS_LAST_MARK },
    { table: 'device_events', time: 'received_at', days: events },
    { table: 'status_reports', time: 'received_at', days: events },
    { table: 'notifications', time: 'received_at', days: events },
    { table: 'authorizations', time: 'received_at', days: events },
    { table: 'calls', time: 'created_at', days: events, needed: IS_QUEUED },
    { table: 'awaited_starts', time: 'created_at', days: events },
    { table: 'bulk_calls', time: 'created_at', days: events, needed: IS_RUNNING },
    { table: 'bulk_call_items', time: 'created_at', days: events, needed: OF_RUNNING_BULK },
    // A request with an idempotency key may be repeated for 24 hours.
    { table: 'idempotency_keys', time: 'created_at', days: 1 },
    { table: 'audit_log', time: 'created_at', days: settings.RETENTION_AUDIT_DAYS },
    { table: 'allocation_history', time: 'at', days: 30 }
  ]
}

/**
 * Deletes rows that are older than the settings allow and are no longer needed, in small transactions with a pause
 * between them, so that others do not wait.
 *
 * @returns the number of deleted rows
 */
export async function prune(options: PruneOptions): Promise<number> {
  let total = 0
  for (const rule of rules(options.settings, options.now ?? Date.now())) total += await pruneTable(rule, options)
  return total + (await pruneViolations(options)) + (await pruneSignIns(options))
}

/**
 * The latest violation of a charge point stays: it is the only evidence of how the charge point breaks the standard.
 */
const IS_NOT_LAST = sql<boolean>`exists (select 1 from violations as later
  where later.charge_point_id = violations.charge_point_id
    and (later.last_at > violations.last_at or (later.last_at = violations.last_at and later.id > violations.id)))`

/** Selects by the time of the latest violation, which has an index. Their ids do not rise with it. */
async function pruneViolations(options: PruneOptions): Promise<number> {
  const { db, writer, settings, now = Date.now(), signal, step = 500, pause = 50, onProgress } = options
  const days = settings.RETENTION_EVENTS_DAYS
  if (days === 0) return 0
  const old = db
    .selectFrom('violations')
    .select('id')
    .where('last_at', '<', now - days * DAY_MS)
    .where(IS_NOT_LAST)
    .orderBy('last_at')
    .limit(step)
  let total = 0
  while (!signal?.aborted) {
    const ids = (await old.execute()).map(({ id }) => id)
    if (ids.length === 0) break
    const { numDeletedRows } = await writer.write((trx) =>
      trx.deleteFrom('violations').where('id', 'in', ids).where(IS_NOT_LAST).executeTakeFirst()
    )
    total += Number(numDeletedRows)
    onProgress?.('violations', total)
    if (ids.length < step) break
    await sleep(pause)
  }
  return total
}

/** Sign-ins that have ended. The audit log keeps sign-ins and sign-outs. */
async function pruneSignIns({ db, writer, now = Date.now(), onProgress }: PruneOptions): Promise<number> {
  const isOver = await db.selectFrom('sign_ins').select('id').where('expires_at', '<=', now).limit(1).executeTakeFirst()
  if (isOver === undefined) return 0
  const { numDeletedRows } = await writer.write((trx) =>
    trx.deleteFrom('sign_ins').where('expires_at', '<=', now).executeTakeFirst()
  )
  onProgress?.('sign_ins', Number(numDeletedRows))
  return Number(numDeletedRows)
}

/** Reads page by page in the order of the ids, because the big tables have no index by time. */
async function pruneTable(rule: Rule, options: PruneOptions): Promise<number> {
  const { table, time, days, maxRows = 0 } = rule
  const { db, now = Date.now(), signal, step = 500, pause = 50, onProgress } = options
  if (days === 0 && maxRows === 0) return 0
  const before = days === 0 ? Number.NEGATIVE_INFINITY : now - days * DAY_MS
  const upTo = maxRows === 0 ? 0 : (await highestId(db, table)) - maxRows
  let deleted = 0
  for (let behind = 0, youngPages = 0; youngPages < MAX_YOUNG_PAGES && !signal?.aborted; ) {
    const page = await db
      .selectFrom(table)
      .select(['id', `${time} as at`])
      .where('id', '>', behind)
      .orderBy('id')
      .limit(step)
      .execute()
    const old = page.filter(({ id, at }) => at < before || id <= upTo)
    if (old.length > 0) {
      deleted += await deleteRows(rule, old, options)
      onProgress?.(table, deleted)
    }
    // A row dated in the future comes from a clock that was ahead: the rows after it may still be old.
    const isYoung = old.length === 0 && page.some(({ at }) => at <= now)
    youngPages = isYoung ? youngPages + 1 : 0
    behind = page.at(-1)?.id ?? behind
    if (page.length < step) break
    await sleep(isYoung ? 0 : pause)
  }
  return deleted
}

/** Returns the number of deleted rows. */
async function deleteRows(
  { table, needed }: Rule,
  old: readonly { id: number; at: number }[],
  { writer, now = Date.now() }: PruneOptions
): Promise<number> {
  const ids = old.map(({ id }) => id)
  const { numDeletedRows } = await writer.write(async (trx) => {
    const rows = trx.deleteFrom(table).where('id', 'in', ids)
    const deleted = await (needed === undefined ? rows : rows.where(sql<boolean>`not ${needed}`)).executeTakeFirst()
    const marked = MARKED.find((one) => one === table)
    if (marked !== undefined && deleted.numDeletedRows > 0n) {
      await mark(trx, marked, { deletedUntil: Math.max(...old.map(({ at }) => at)), now })
    }
    return deleted
  })
  return Number(numDeletedRows)
}

async function mark(
  trx: Transaction<Schema>,
  table: MarkedTable,
  { deletedUntil, now }: { deletedUntil: number; now: number }
): Promise<void> {
  const later = (column: 'deleted_until' | 'pruned_at') => {
    const [known, told] = [sql.ref(`retention_marks.${column}`), sql.ref(`excluded.${column}`)]
    return sql<number>`case when ${known} > ${told} then ${known} else ${told} end`
  }
  await trx
    .insertInto('retention_marks')
    .values({ pruned_table: table, deleted_until: deletedUntil, pruned_at: now })
    .onConflict((conflict) =>
      conflict
        .column('pruned_table')
        .doUpdateSet({ deleted_until: later('deleted_until'), pruned_at: later('pruned_at') })
    )
    .execute()
}
