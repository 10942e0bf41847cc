import { type Kysely, PostgresAdapter, type RawBuilder, sql, type Transaction } from 'kysely'
import type { Schema } from './schema.js'

/** What a job may decide about while no other process does. */
const CLASSES = { chargePoint: 0x4350, idToken: 0x4954, tariff: 0x5441, webhooks: 0x5748 } as const

export type Held = keyof typeof CLASSES

/** SQLite has one writer at a time: there every transaction holds everything. */
export function isPostgres(db: Kysely<Schema>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter
}

/**
 * Waits until no other transaction holds the same thing, and holds it until this one is over. A job that reads,
 * decides and writes begins with it: on PostgreSQL another process may decide about the same at the same time. What is
 * read afterwards is what the one before has committed. [PostgreSQL: READ COMMITTED]
 *
 * It is no lock of a row, because the row may not be there yet, and because rows of charge points are also updated many
 * at a time (when they were last heard of): that would wait for each other in a circle.
 */
export async function hold(trx: Transaction<Schema>, what: Held, key: string): Promise<void> {
  if (isPostgres(trx)) await sql`select ${holding(what, sql`cast(${key} as text)`)}`.execute(trx)
}

/** The same as part of a query, by the value of an expression. PostgreSQL only. */
export function holding(what: Held, key: RawBuilder<string>): RawBuilder<unknown> {
  return sql`pg_advisory_xact_lock(${sql.lit(CLASSES[what])}, hashtext(${key}))`
}
