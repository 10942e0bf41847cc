import type { Migration } from 'kysely'

/** Until when rows that prices depend on were deleted, so that a cost that was calculated before stays as it is. */
export function retentionMarks(): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('retention_marks')
        .addColumn('pruned_table', 'text', (column) => column.primaryKey().notNull())
        .addColumn('deleted_until', 'bigint', (column) => column.notNull())
        .addColumn('pruned_at', 'bigint', (column) => column.notNull())
        .execute()
    }
  }
}
