import type { Migration } from 'kysely'

/** The profiles of load management are looked for again and again, by their ids. */
export function ownProfiles(): Migration {
  return {
    async up(db) {
      await db.schema.createIndex('charging_profiles_id').on('charging_profiles').column('profile_id').execute()
    }
  }
}
