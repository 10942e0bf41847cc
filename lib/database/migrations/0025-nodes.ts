import { type Migration, sql } from 'kysely'
import type { Dialect } from '../dialect.js'

/** What the processes that serve the database are called, and the order of connections among them. */
export function nodes(dialect: Dialect): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('runs').addColumn('node', 'text').execute()
      await db.schema.alterTable('runs').addColumn('version', 'text').execute()
      // Only PostgreSQL is shared.
      if (dialect === 'postgres') await sql`create sequence connection_epochs`.execute(db)
    }
  }
}
