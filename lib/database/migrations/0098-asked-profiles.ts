import type { Migration } from 'kysely'

/** How often an EV has asked for a profile, so that the node that controls its site sends one. */
export function askedProfiles(): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('transaction_needs').addColumn('asks', 'bigint').execute()
      await db.schema.alterTable('transaction_needs').addColumn('max_current', 'double precision').execute()
    }
  }
}
