import { hostname } from 'node:os'
import { type Selectable, sql } from 'kysely'
import { clockOf } from '../database/clock.js'
import type { RunsTable } from '../database/schema-operators.js'
import type { Reader, Scope } from '../events/scope.js'

type Transaction = Pick<Scope, 'trx'>

/** Interval at which a process renews its row. */
export const HEARTBEAT_MS = 3_000
/**
 * A process without a renewal for this time counts as dead. The database's clock decides, because clocks of machines
 * differ.
 */
const LEASE_MS = 10_000

/** One process that serves the database, from its start to its shutdown. */
export interface Run {
  readonly runId: string
  /** Whether no other process can serve the same database at the same time. */
  readonly isAlone: boolean
  /** The name of the process among several. */
  readonly node?: string
  readonly version?: string | undefined
}

/** The result of a renewal. */
export interface Renewal {
  /** The processes that have died and whose rows were deleted now. */
  dead: string[]
  /** Whether this process had no row: it is new, or others took it for dead. */
  isNew: boolean
}

/**
 * Renews the row of this process, and deletes the rows of dead processes. Host and pid are for people only: two
 * containers may have the same ones.
 */
export async function renewRun({ trx }: Transaction, { runId, isAlone, node, version }: Run): Promise<Renewal> {
  const now = clockOf(trx)
  const own = await trx
    .selectFrom('runs')
    .select(sql<boolean>`seen_at < ${now} - ${sql.lit(LEASE_MS)}`.as('isLate'))
    .where('run_id', '=', runId)
    .executeTakeFirst()
  // When we could not renew ours in time, the others may not have been able to either: they get until the next renewal.
  const dead = own?.isLate === true && !isAlone ? [] : await removeDead({ trx }, { runId, isAlone })
  const row = { run_id: runId, host: hostname(), pid: process.pid, started_at: now, seen_at: now }
  await trx
    .insertInto('runs')
    .values({ ...row, node: node ?? null, version: version ?? null })
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet({ seen_at: now }))
    .execute()
  return { dead, isNew: own === undefined }
}

async function removeDead({ trx }: Transaction, { runId, isAlone }: Run): Promise<string[]> {
  const others = trx.deleteFrom('runs').where('run_id', '!=', runId)
  const dead = isAlone ? others : others.where(sql<boolean>`seen_at < ${clockOf(trx)} - ${sql.lit(LEASE_MS)}`)
  const rows = await dead.returning('run_id').execute()
  return rows.map(({ run_id }) => run_id)
}

/** The processes that serve the database, in the order of their starts. */
export async function listRuns(db: Reader): Promise<Selectable<RunsTable>[]> {
  return db.selectFrom('runs').selectAll().orderBy('started_at').orderBy('id').execute()
}

/** Removes the row of this process at its shutdown. */
export async function endRun({ trx }: Transaction, { runId }: Run): Promise<void> {
  await trx.deleteFrom('runs').where('run_id', '=', runId).execute()
}

/** Whether a process is alive, so that it may still complete the work that it began. */
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
