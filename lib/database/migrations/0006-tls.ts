import type { Migration } from 'kysely'

/** Whose certificate a charge point has to show. [A00.FR.405] */
export function tls(): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('charge_points').addColumn('expected_serial_number', 'text').execute()
    }
  }
}
