import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
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

/** What a table keeps. Its rows come in the order of their ids, so the old ones are at the beginning. */
interface Rule {
  table: PrunedTable
  time: 'received_at' | 'created_at'
  /** 0 is for ever. */
  days: number
  /** Rows at most; 0 is any number. */
  maxRows?: number
}

type PrunedTable =
  | 'meter_values'
  | 'messages'
  | 'status_history'
  | 'device_events'
  | 'status_reports'
  | 'notifications'
  | 'calls'
  | 'bulk_calls'
  | 'bulk_call_items'
  | 'idempotency_keys'
  | 'audit_log'

export interface PruneOptions {
  db: Kysely<Schema>
  writer: Pick<Writer, 'write'>
  settings: RetentionSettings
  /** Default: the present. */
  now?: number
  signal?: AbortSignal
  /** Rows of one step. Default: 500. */
  step?: number
  /** Milliseconds between two steps, for others. Default: 50. */
  pause?: number
  onProgress?: (table: string, deleted: number) => void
}

const DAY_MS = 86_400_000

function rules(settings: RetentionSettings): Rule[] {
  const events = settings.RETENTION_EVENTS_DAYS
  return [
    { table: 'meter_values', time: 'received_at', days: settings.RETENTION_METER_VALUES_DAYS },
    {
      table: 'messages',
      time: 'created_at',
      days: settings.RETENTION_MESSAGES_DAYS,
      maxRows: settings.MESSAGE_LOG_MAX_ROWS
    },
    { table: 'status_history', time: 'received_at', days: events },
    { table: 'device_events', time: 'received_at', days: events },
    { table: 'status_reports', time: 'received_at', days: events },
    { table: 'notifications', time: 'received_at', days: events },
    { table: 'calls', time: 'created_at', days: events },
    { table: 'bulk_calls', time: 'created_at', days: events },
    { table: 'bulk_call_items', time: 'created_at', days: events },
    // What may be repeated, may be for 24 hours.
    { table: 'idempotency_keys', time: 'created_at', days: 1 },
    { table: 'audit_log', time: 'created_at', days: settings.RETENTION_AUDIT_DAYS }
  ]
}

/**
 * Deletes what is older than the settings keep, in small transactions among all others, with a pause between them.
 *
 * @returns how many rows went
 */
export async function prune(options: PruneOptions): Promise<number> {
  let total = 0
  for (const rule of rules(options.settings)) {
    let deleted = 0
    for (;;) {
      const count = await pruneStep(rule, options)
      if (count === 0) break
      deleted += count
      options.onProgress?.(rule.table, deleted)
      await sleep(options.pause ?? 50)
    }
    total += deleted
  }
  return total
}

async function pruneStep({ table, time, days, maxRows = 0 }: Rule, options: PruneOptions): Promise<number> {
  const { db, writer, now = Date.now(), signal, step = 500 } = options
  if (signal?.aborted || (days === 0 && maxRows === 0)) return 0
  const oldest = await db.selectFrom(table).select('id').select(`${time} as at`).orderBy('id').limit(step).execute()
  const before = days === 0 ? Number.NEGATIVE_INFINITY : now - days * DAY_MS
  const upTo = maxRows === 0 ? 0 : (await highestId(db, table)) - maxRows
  const ids = oldest.filter((row) => row.at < before || row.id <= upTo).map(({ id }) => id)
  if (ids.length === 0) return 0
  await writer.write((trx) => trx.deleteFrom(table).where('id', 'in', ids).execute())
  return ids.length
}
