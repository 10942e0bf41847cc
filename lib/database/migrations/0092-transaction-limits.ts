import { type Migration, sql } from 'kysely'

/** Limits of transactions, and of the transactions that an id token begins. */
export function transactionLimits(): Migration {
  return {
    async up(db) {
      await db.schema.alterTable('transactions').addColumn('limits', 'text').execute()
      await db.schema.alterTable('transactions').addColumn('own_limits', 'text').execute()
      await db.schema.alterTable('transactions').addColumn('limit_exceeded_at', 'bigint').execute()
      await db.schema.alterTable('id_tokens').addColumn('transaction_limit', 'text').execute()
      await sql`create index transactions_limited on transactions (id)
        where limits is not null and status = 'open'`.execute(db)
      await sql`create index transactions_over_limit on transactions (limit_exceeded_at)
        where limit_exceeded_at is not null`.execute(db)
    }
  }
}
