import type { Migration } from 'kysely'

/** The settings for samples of charge points that load management has changed, and what they were. */
export function sampleSettings(): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('sample_settings')
        .addColumn('charge_point_id', 'bigint', (column) =>
          column.notNull().primaryKey().references('charge_points.id')
        )
        .addColumn('boots', 'bigint', (column) => column.notNull())
        .addColumn('former', 'text', (column) => column.notNull())
        .addColumn('present', 'text', (column) => column.notNull())
        .addColumn('reached', 'text')
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute()
    }
  }
}
