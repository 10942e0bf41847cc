import type { Migration } from 'kysely'

/** What the cars of an id token need as a rule, and which cars are not paused in favour of others. */
export function defaultNeeds(): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('id_tokens').addColumn('charging_needs', 'text').execute()
      await db.schema.alterTable('transaction_needs').addColumn('may_pause', 'smallint').execute()
    }
  }
}
