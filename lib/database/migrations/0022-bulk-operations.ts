import type { Migration } from 'kysely'

/** Bulk calls may carry out operations, which make several OCPP calls and have an outcome of their own. */
export function bulkOperations(): Migration {
  return {
    async up(db) {
      await db.schema
        .alterTable('bulk_calls')
        .addColumn('kind', 'text', (column) => column.notNull().defaultTo('call'))
        .execute()
      await db.schema.alterTable('bulk_call_items').addColumn('outcome', 'text').execute()
    }
  }
}
