import type { Migration } from 'kysely'

/** The newest connection of each charge point that has booked something, by the order of the connections to all nodes. */
export function newestConnections(): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('newest_connections')
        .addColumn('charge_point_id', 'bigint', (column) =>
          column.primaryKey().notNull().references('charge_points.id')
        )
        .addColumn('epoch', 'bigint', (column) => column.notNull())
        .execute()
    }
  }
}
