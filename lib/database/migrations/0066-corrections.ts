import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** What operators corrected of bills. */
export function corrections(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('corrections')
        .addColumn('id', type, build)
        .addColumn('transaction_ref', 'bigint', (column) => column.notNull())
        .addColumn('operator', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('before', 'text', (column) => column.notNull())
        .addColumn('after', 'text', (column) => column.notNull())
        .addColumn('credit_note_ref', 'bigint')
        .addColumn('receipt_ref', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema
        .createIndex('corrections_transaction')
        .on('corrections')
        .columns(['transaction_ref', 'id'])
        .execute()
    }
  }
}
