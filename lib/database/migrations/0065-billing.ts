import { type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** Receipts, their numbers, and the transactions that have none yet. */
export function billing(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('receipts')
        .addColumn('id', type, build)
        .addColumn('number', 'text', (column) => column.notNull().unique())
        .addColumn('series', 'text', (column) => column.notNull())
        .addColumn('year', 'bigint', (column) => column.notNull())
        .addColumn('n', 'bigint', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('transaction_ref', 'bigint', (column) => column.notNull())
        .addColumn('turn', 'bigint', (column) => column.notNull())
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
        .addColumn('refers_to', 'bigint', (column) => column.unique())
        .addColumn('currency', 'text', (column) => column.notNull())
        .addColumn('net_minor', 'bigint', (column) => column.notNull())
        .addColumn('tax_minor', 'bigint', (column) => column.notNull())
        .addColumn('total_minor', 'bigint', (column) => column.notNull())
        .addColumn('measured_minor', 'bigint')
        .addColumn('issued_by', 'text', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addColumn('document', 'text', (column) => column.notNull())
        .addColumn('issued_at', 'bigint', (column) => column.notNull())
        .addColumn('outdated_at', 'bigint')
        .addUniqueConstraint('receipts_n', ['series', 'year', 'n'])
        .addUniqueConstraint('receipts_turn', ['transaction_ref', 'turn'])
        .execute()
      await db.schema.createIndex('receipts_issued_at').on('receipts').columns(['issued_at', 'id']).execute()
      await db.schema.createIndex('receipts_charge_point').on('receipts').columns(['charge_point_id', 'id']).execute()
      await db.schema
        .createIndex('receipts_outdated')
        .on('receipts')
        .column('outdated_at')
        .where(sql.ref('outdated_at'), 'is not', null)
        .execute()
      await db.schema
        .createTable('receipt_series')
        .addColumn('series', 'text', (column) => column.notNull())
        .addColumn('year', 'bigint', (column) => column.notNull())
        .addColumn('last_n', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('receipt_series_pkey', ['series', 'year'])
        .execute()
      await db.schema
        .createTable('pending_receipts')
        .addColumn('transaction_ref', 'bigint', (column) => column.primaryKey().notNull())
        .addColumn('state', 'text', (column) => column.notNull().defaultTo('waiting'))
        .addColumn('reason', 'text')
        .addColumn('changed_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema
        .createIndex('pending_receipts_state')
        .on('pending_receipts')
        .columns(['state', 'changed_at'])
        .execute()
    }
  }
}
