import { type Migration, sql } from 'kysely'

/**
 * What operators list transactions by. When one started is what the charge point said, or when it came if that says
 * nothing, or lies after it: a clock that is ahead must not put a transaction at the top for years.
 */
export function lists(): Migration {
  return {
    async up(db) {
      const started = sql.raw(
        '(case when start_timestamp < created_at then start_timestamp else created_at end) desc, id desc'
      )
      for (const index of [
        'transactions_start_timestamp',
        'transactions_id_token',
        'transactions_charge_point_id_created_at'
      ]) {
        await db.schema.dropIndex(index).execute()
      }
      await sql`create index transactions_started on transactions (${started})`.execute(db)
      await sql`create index transactions_charge_point_started on transactions (charge_point_id, ${started})`.execute(
        db
      )
      await sql`create index transactions_id_token_started on transactions ((lower(id_token)), ${started})`.execute(db)
      await sql`create index transactions_group_started on transactions ((lower(group_id)), ${started})`.execute(db)
      await sql`create index transactions_stop_reason_started on transactions (stop_reason, ${started})`.execute(db)
      await sql`create index transactions_open_started on transactions (${started}) where status = 'open'`.execute(db)
      await sql`create index transactions_received on transactions (created_at desc, id desc)`.execute(db)
      await sql`create index transactions_charge_point_received on transactions (charge_point_id, created_at desc, id desc)`.execute(
        db
      )
      await sql`create index transactions_transaction_id on transactions (transaction_id)`.execute(db)
      await sql`create index transactions_remote_start on transactions (remote_start_id) where remote_start_id is not null`.execute(
        db
      )
    }
  }
}
