import type { Migration } from 'kysely'

/** What was learned of the charge points of a kind by what they refuse and obey. */
export function learnedTraits(): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('learned_traits')
        .addColumn('vendor', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('firmware', 'text', (column) => column.notNull())
        .addColumn('traits', 'text', (column) => column.notNull())
        .addColumn('learned_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('learned_traits_pkey', ['vendor', 'model', 'firmware'])
        .execute()
    }
  }
}
