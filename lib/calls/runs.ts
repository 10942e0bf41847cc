import { hostname } from 'node:os'
import { type RawBuilder, sql } from 'kysely'
import { isPostgres } from '../database/hold.js'
import type { Reader, Scope } from '../events/scope.js'

type Transaction = Pick<Scope, 'trx'>

/** How often a process tells that it lives. */
export const HEARTBEAT_MS = 5_000
/** One that has not been heard of for so long is dead, by the clock of the database: those of machines differ. */
const LEASE_MS = 20_000

/** One process that serves the database, from its start to its end. */
export interface Run {
  readonly runId: string
  /** Whether no other process can serve the same database at the same time. */
  readonly isAlone: boolean
}

/** Epoch milliseconds. Where there may be several processes, nobody's clock counts but that of the database. */
function clockOf(db: Reader): RawBuilder<number> {
  return isPostgres(db)
    ? sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`
    : sql<number>`cast(${Date.now()} as integer)`
}

/**
 * Tells that this process lives, and forgets those that do not any more. Answers whether there were any. Host and pid
 * are for people: two containers may have both in common.
 */
export async function renewRun({ trx }: Transaction, { runId, isAlone }: Run): Promise<boolean> {
  const now = clockOf(trx)
  const others = trx.deleteFrom('runs').where('run_id', '!=', runId)
  const dead = isAlone ? others : others.where(sql<boolean>`seen_at < ${now} - ${sql.lit(LEASE_MS)}`)
  const { numDeletedRows } = await dead.executeTakeFirst()
  const row = { run_id: runId, host: hostname(), pid: process.pid, started_at: now, seen_at: now }
  await trx
    .insertInto('runs')
    .values(row)
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet({ seen_at: now }))
    .execute()
  return numDeletedRows > 0n
}

/** This process ends in order. */
export async function endRun({ trx }: Transaction, { runId }: Run): Promise<void> {
  await trx.deleteFrom('runs').where('run_id', '=', runId).execute()
}

/** Whether a process may still do what it has begun. */
export async function isAlive(db: Reader, run: Run, runId: string): Promise<boolean> {
  if (run.isAlone) return runId === run.runId
  const row = await db
    .selectFrom('runs')
    .select('run_id')
    .where('run_id', '=', runId)
    .where(sql<boolean>`seen_at >= ${clockOf(db)} - ${sql.lit(LEASE_MS)}`)
    .executeTakeFirst()
  return row !== undefined
}
