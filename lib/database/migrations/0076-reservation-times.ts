import type { Migration } from 'kysely'

/** When a charge point accepted a reservation: ids are used again, so the time at which the row was made says nothing. */
export function reservationTimes(): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('reservations').addColumn('accepted_at', 'bigint').execute()
    }
  }
}
