import { type Kysely, type RawBuilder, sql } from 'kysely'
import { isPostgres } from './hold.js'
import type { Schema } from './schema.js'

/** Epoch milliseconds by the clock of the database if several processes may serve it, because clocks differ; else by ours. */
export function clockOf(db: Kysely<Schema>): RawBuilder<number> {
  return isPostgres(db)
    ? sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`
    : sql<number>`cast(${Date.now()} as integer)`
}
