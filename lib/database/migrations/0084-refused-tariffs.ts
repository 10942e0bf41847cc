import { type Migration, sql } from 'kysely'

/** Whether the driver has refused the tariff of a transaction, and the tariff that the charge point names if it is another one. */
export function refusedTariffs(): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('transactions').addColumn('refused_seq_no', 'integer').execute()
      await db.schema.alterTable('transactions').addColumn('accepted_seq_no', 'integer').execute()
      await db.schema.alterTable('transactions').addColumn('other_tariff_id', 'text').execute()
      await sql`create index transactions_other_tariff on transactions (id) where other_tariff_id is not null`.execute(
        db
      )
    }
  }
}
