import type { Migration } from 'kysely'

/** How often the charge point had booted when a profile was written, because the clocks of nodes differ. */
export function bootsOfProfiles(): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('charging_profiles').addColumn('boots', 'bigint').execute()
    }
  }
}
