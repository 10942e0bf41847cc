import { hostname } from 'node:os'
import type { Selectable } from 'kysely'
import type { RunsTable } from '../../database/schema.js'
import type { Reader, Scope } from '../scope.js'

type Transaction = Pick<Scope, 'trx'>
type RunRow = Pick<Selectable<RunsTable>, 'run_id' | 'host' | 'pid' | 'seen_at'>

/** How often a process tells that it lives. */
export const HEARTBEAT_MS = 10_000
/** One that has not been heard of for so long is dead; clocks may differ a little. */
const LAPSE_MS = 45_000

/** One process that serves the database, from its start to its end. */
export interface Run {
  readonly runId: string
  /** Whether no other process can serve the same database at the same time. */
  readonly isAlone: boolean
}

function isDead({ runId, isAlone }: Run, other: RunRow, now: number): boolean {
  if (other.run_id === runId) return false
  if (isAlone || now - other.seen_at > LAPSE_MS) return true
  return other.host === hostname() && !isProcess(other.pid)
}

/** Whether another process of this machine has the number. */
function isProcess(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Tells that this process lives, and forgets those that do not any more. Answers whether there were any. */
export async function renewRun({ trx }: Transaction, run: Run): Promise<boolean> {
  const now = Date.now()
  const known = await trx.selectFrom('runs').select(['run_id', 'host', 'pid', 'seen_at']).execute()
  const dead = known.filter((other) => isDead(run, other, now)).map(({ run_id }) => run_id)
  if (dead.length > 0) await trx.deleteFrom('runs').where('run_id', 'in', dead).execute()
  const row = { run_id: run.runId, host: hostname(), pid: process.pid, started_at: now, seen_at: now }
  await trx
    .insertInto('runs')
    .values(row)
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet({ seen_at: now }))
    .execute()
  return dead.length > 0
}

/** This process ends in order. */
export async function endRun({ trx }: Transaction, { runId }: Run): Promise<void> {
  await trx.deleteFrom('runs').where('run_id', '=', runId).execute()
}

/** Whether a process may still do what it has begun. */
export async function isAlive(db: Reader, run: Run, runId: string): Promise<boolean> {
  const row = await db
    .selectFrom('runs')
    .select(['run_id', 'host', 'pid', 'seen_at'])
    .where('run_id', '=', runId)
    .executeTakeFirst()
  return row !== undefined && !isDead(run, row, Date.now())
}
