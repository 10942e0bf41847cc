import type { Migration } from 'kysely'

/** What cars need until when, told by operators and by the cars themselves. */
export function transactionNeeds(): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('transaction_needs')
        .addColumn('transaction_row', 'bigint', (column) => column.notNull().references('transactions.id'))
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('energy_wh', 'double precision')
        .addColumn('minimum_wh', 'double precision')
        .addColumn('departure', 'bigint')
        .addColumn('priority', 'bigint')
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('transaction_needs_pkey', ['transaction_row', 'source'])
        .execute()
    }
  }
}
