import type { Migration } from 'kysely'

/** Time is sold by the hour: a price per minute of 1.00 an hour would be no decimal number. */
export function tariffs(): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('tariffs').renameColumn('price_per_minute', 'price_per_hour').execute()
    }
  }
}
