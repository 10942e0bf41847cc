import { type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** When charge points were connected, and how each connection ended. */
export function connections(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('connections')
        .addColumn('id', type, build)
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull().references('charge_points.id'))
        .addColumn('connected_at', 'bigint', (column) => column.notNull())
        .addColumn('disconnected_at', 'bigint')
        .addColumn('last_seen_at', 'bigint')
        .addColumn('protocol', 'text', (column) => column.notNull())
        .addColumn('security_profile', 'bigint')
        .addColumn('remote_address', 'text', (column) => column.notNull())
        .addColumn('reason', 'text')
        .addColumn('code', 'bigint')
        .addColumn('is_open', 'bigint', (column) => column.notNull())
        .addColumn('run_id', 'text', (column) => column.notNull())
        .execute()
      await db.schema
        .createIndex('connections_charge_point_id_connected_at')
        .on('connections')
        .columns(['charge_point_id', 'connected_at'])
        .execute()
      await db.schema
        .createIndex('connections_open')
        .on('connections')
        .column('charge_point_id')
        .where(sql.ref('is_open'), '=', 1)
        .execute()
    }
  }
}
