import { type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** The transactions that charge points were asked to start, and whether they did. */
export function awaitedStarts(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('awaited_starts')
        .addColumn('id', type, build)
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull().references('charge_points.id'))
        .addColumn('message_id', 'text', (column) => column.notNull())
        .addColumn('remote_start_id', 'bigint')
        .addColumn('connector_id', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('id_token', 'text', (column) => column.notNull())
        .addColumn('run_id', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('until_at', 'bigint')
        .addColumn('outcome', 'text')
        .addColumn('transaction_ref', 'bigint', (column) => column.references('transactions.id'))
        .addUniqueConstraint('awaited_starts_call', ['message_id', 'charge_point_id'])
        .execute()
      const open = sql.raw(`where outcome is null or outcome <> 'seen'`)
      await sql`create index awaited_starts_open on awaited_starts (charge_point_id, created_at) ${open}`.execute(db)
      await sql`create index awaited_starts_pending on awaited_starts (until_at) where outcome = 'pending'`.execute(db)
      await db.schema.createIndex('awaited_starts_transaction').on('awaited_starts').column('transaction_ref').execute()
    }
  }
}
