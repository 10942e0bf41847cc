import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** What became of payments at charge points. */
export function settlements(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('settlements')
        .addColumn('id', type, build)
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
        .addColumn('transaction_ref', 'bigint')
        .addColumn('transaction_id', 'text')
        .addColumn('psp_ref', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('settled_at', 'bigint', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .addColumn('received_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('settlements_transaction').on('settlements').column('transaction_ref').execute()
      await db.schema
        .createIndex('settlements_reference')
        .on('settlements')
        .columns(['charge_point_id', 'psp_ref'])
        .execute()
      await db.schema
        .createIndex('settlements_named')
        .on('settlements')
        .columns(['charge_point_id', 'transaction_id'])
        .execute()
    }
  }
}
