import type { Migration } from 'kysely'

/**
 * How often a charge point has booted, so that what was before a boot is told from what came after it. Nodes differ in
 * their clocks, and agree about a number.
 */
export function boots(): Migration {
  return {
    async up(db) {
      await db.schema
        .alterTable('charge_points')
        .addColumn('boots', 'bigint', (column) => column.notNull().defaultTo(0))
        .execute()
      await db.schema.alterTable('transactions').addColumn('boots', 'bigint').execute()
    }
  }
}
