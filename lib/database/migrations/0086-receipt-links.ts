import { type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** Links to receipts, for drivers. */
export function receiptLinks(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('receipt_links')
        .addColumn('id', type, build)
        .addColumn('transaction_ref', 'bigint', (column) => column.notNull())
        .addColumn('secret', 'text', (column) => column.notNull().unique())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('revoked_at', 'bigint')
        .execute()
      await db.schema
        .createIndex('receipt_links_valid')
        .on('receipt_links')
        .column('transaction_ref')
        .unique()
        .where(sql.ref('revoked_at'), 'is', null)
        .execute()
      await db.schema
        .createIndex('receipt_links_transaction')
        .on('receipt_links')
        .columns(['transaction_ref', 'id'])
        .execute()
    }
  }
}
