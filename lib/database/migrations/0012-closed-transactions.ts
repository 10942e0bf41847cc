import { type Migration, sql } from 'kysely'
import type { Dialect } from '../dialect.js'

/** A start before 2015, when there was no OCPP 1.6, or after its receipt counts as at receipt. */
const STARTED = sql.raw(
  '(case when start_timestamp >= 1420070400000 and start_timestamp < created_at then start_timestamp else created_at end) desc, id desc'
)

/**
 * The few transactions that we closed, among all that ever were, in the order of their list. And a version of a local
 * list is an integer of any size, as every integer of OCPP is.
 */
export function closedTransactions(dialect: Dialect): Migration {
  return {
    async up(db) {
      await sql`create index transactions_closed_started on transactions (${STARTED}) where status = 'closed'`.execute(
        db
      )
      // An integer of SQLite has 64 bits anyhow.
      if (dialect === 'postgres') {
        await db.schema
          .alterTable('local_lists')
          .alterColumn('version', (column) => column.setDataType('bigint'))
          .execute()
      }
    }
  }
}
