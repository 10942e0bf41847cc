import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** Charging profiles of operators that load management has replaced, and installs again when it ends. */
export function replacedProfiles(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('replaced_profiles')
        .addColumn('id', type, build)
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull().references('charge_points.id'))
        .addColumn('evse_id', 'bigint', (column) => column.notNull())
        .addColumn('connector_id', 'bigint', (column) => column.notNull())
        .addColumn('profile_id', 'bigint', (column) => column.notNull())
        .addColumn('stack_level', 'bigint')
        .addColumn('purpose', 'text')
        .addColumn('transaction_id', 'text')
        .addColumn('payload', 'text', (column) => column.notNull())
        .addColumn('replaced_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('replaced_profiles_place', ['charge_point_id', 'evse_id', 'connector_id', 'profile_id'])
        .execute()
    }
  }
}
