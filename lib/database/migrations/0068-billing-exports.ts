import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** Which receipts were exported, when and by whom. */
export function billingExports(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('billing_exports')
        .addColumn('id', type, build)
        .addColumn('format', 'text', (column) => column.notNull())
        .addColumn('from_at', 'bigint', (column) => column.notNull())
        .addColumn('to_at', 'bigint', (column) => column.notNull())
        .addColumn('operator', 'text', (column) => column.notNull())
        .addColumn('receipts', 'bigint')
        .addColumn('first_number', 'text')
        .addColumn('last_number', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('completed_at', 'bigint')
        .execute()
      await db.schema
        .createIndex('billing_exports_range')
        .on('billing_exports')
        .columns(['format', 'from_at', 'to_at', 'id'])
        .execute()
    }
  }
}
