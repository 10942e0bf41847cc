import type { Migration } from 'kysely'

/** Whether idle time goes on after the end of a transaction of 1.6, and how long after the start the car was unplugged. */
export function unplugged(): Migration {
  return {
    async up(db) {
      await db.schema
        .alterTable('transactions')
        .addColumn('awaits_unplug', 'smallint', (column) => column.notNull().defaultTo(0))
        .execute()
      await db.schema.alterTable('transactions').addColumn('unplugged_after', 'double precision').execute()
    }
  }
}
