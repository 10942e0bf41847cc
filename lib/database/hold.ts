import { CompiledQuery, type Kysely, PostgresAdapter, type Transaction } from 'kysely'
import type { Schema } from './schema.js'
import { keepPrepared } from './shape.js'

/** The kinds of things that a job can lock against other processes. */
const CLASSES = {
  chargePoint: 0x4350,
  idToken: 0x4954,
  tariff: 0x5441,
  webhooks: 0x5748,
  chargerModel: 0x434d,
  site: 0x5349
} as const

export type Held = keyof typeof CLASSES

const LOCK = 'select pg_advisory_xact_lock(cast($1 as int), hashtext(cast($2 as text)))'
keepPrepared(LOCK)

/** Only PostgreSQL needs these locks: SQLite has one writer at a time, so that each transaction locks everything. */
export function isPostgres(db: Kysely<Schema>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter
}

/**
 * Locks one thing until the end of the transaction; waits while another transaction has locked it. A job that reads,
 * decides and writes starts with this lock, because on PostgreSQL another process may decide about the same thing at
 * the same time. Every later read sees what the other transaction committed. [PostgreSQL: READ COMMITTED]
 *
 * This is an advisory lock and no row lock: the row may not exist yet, and other jobs update many rows of charge points
 * in one statement (when they were last seen), so that row locks could deadlock.
 */
export async function hold(trx: Transaction<Schema>, what: Held, key: string): Promise<void> {
  if (!isPostgres(trx)) return
  await trx.executeQuery(CompiledQuery.raw(LOCK, [CLASSES[what], key]))
}
