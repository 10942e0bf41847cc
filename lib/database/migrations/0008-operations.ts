import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** What a report that was asked for holds, by the parts in which it came. */
export function operations(dialect: Dialect): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('report_requests').addColumn('type', 'text').execute()
      await db.schema
        .createTable('report_parts')
        .addColumn('id', ...idColumn(dialect))
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull().references('charge_points.id'))
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('request_id', 'bigint', (column) => column.notNull())
        .addColumn('seq_no', 'bigint', (column) => column.notNull())
        .addColumn('payload', 'text', (column) => column.notNull())
        .addUniqueConstraint('report_parts_key', ['charge_point_id', 'action', 'request_id', 'seq_no'])
        .execute()
    }
  }
}
