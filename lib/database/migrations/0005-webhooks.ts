import { type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** Who is told of events, and what they are still to be told. */
export function webhooks(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('webhooks')
        .addColumn('id', type, build)
        .addColumn('url', 'text', (column) => column.notNull())
        .addColumn('description', 'text')
        .addColumn('types', 'text')
        .addColumn('charge_points', 'text')
        .addColumn('secret', 'text', (column) => column.notNull())
        .addColumn('previous_secret', 'text')
        .addColumn('previous_secret_until', 'bigint')
        .addColumn('enabled', 'bigint', (column) => column.notNull().defaultTo(1))
        .addColumn('disabled_reason', 'text')
        .addColumn('lease_owner', 'text')
        .addColumn('lease_until', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute()
      // It refers to its webhook by nothing but the number: a hundred thousand rows are not deleted in one commit.
      await db.schema
        .createTable('webhook_deliveries')
        .addColumn('id', type, build)
        .addColumn('webhook_id', 'bigint', (column) => column.notNull())
        .addColumn('event_id', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('charge_point', 'text', (column) => column.notNull())
        .addColumn('charge_point_key', 'text', (column) => column.notNull())
        .addColumn('payload', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull().defaultTo('pending'))
        .addColumn('attempts', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('response_status', 'bigint')
        .addColumn('error', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('retry_until', 'bigint', (column) => column.notNull())
        .addColumn('last_attempt_at', 'bigint')
        .addColumn('next_attempt_at', 'bigint')
        .execute()
      await db.schema
        .createIndex('webhook_deliveries_webhook_id_id')
        .on('webhook_deliveries')
        .columns(['webhook_id', 'id'])
        .execute()
      // The few that wait, among all that are kept.
      await db.schema
        .createIndex('webhook_deliveries_pending')
        .on('webhook_deliveries')
        .columns(['webhook_id', 'id', 'charge_point_key', 'type'])
        .where(sql.ref('status'), '=', sql.lit('pending'))
        .execute()
    }
  }
}
