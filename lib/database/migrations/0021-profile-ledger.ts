import type { Migration } from 'kysely'

const INDEX = 'charging_profiles_charge_point_id_evse_id_connector_id_profi'

/** What is known of a charging profile: whether the charge point certainly has it, and since when. */
export function profileLedger(): Migration {
  return {
    async up(db) {
      await db.schema
        .alterTable('charging_profiles')
        .addColumn('message_id', 'text', (column) => column.notNull().defaultTo(''))
        .execute()
      await db.schema
        .alterTable('charging_profiles')
        .addColumn('confirmed', 'bigint', (column) => column.notNull().defaultTo(1))
        .execute()
      await db.schema.alterTable('charging_profiles').addColumn('accepted_at', 'bigint').execute()
      // A profile that may be there stands beside the one that it may have replaced.
      await db.schema.dropIndex(INDEX).execute()
      await db.schema
        .createIndex('charging_profiles_profile')
        .on('charging_profiles')
        .columns(['charge_point_id', 'evse_id', 'connector_id', 'profile_id', 'source', 'message_id'])
        .unique()
        .execute()
    }
  }
}
