import { type Migration, sql } from 'kysely'

/** Payments that failed: they matter when a receipt was issued. */
export function failedSettlements(): Migration {
  return {
    async up(db) {
      await sql`create index settlements_failed on settlements (transaction_ref)
        where status in ('Rejected', 'Failed')`.execute(db)
    }
  }
}
