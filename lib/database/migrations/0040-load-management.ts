import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** How sites share their power among charge points, and what may be in force there. */
export function loadManagement(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('load_management')
        .addColumn('site_id', 'text', (column) => column.primaryKey().notNull().references('sites.site_id'))
        .addColumn('mode', 'text', (column) => column.notNull())
        .addColumn('document', 'text', (column) => column.notNull())
        .addColumn('state', 'text')
        .addColumn('holder', 'text')
        .addColumn('epoch', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('held_until', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('circuit_limits')
        .addColumn('site_id', 'text', (column) => column.notNull().references('sites.site_id'))
        .addColumn('circuit_id', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('set_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('circuit_limits_pkey', ['site_id', 'circuit_id'])
        .execute()
      await db.schema
        .createTable('circuit_measurements')
        .addColumn('site_id', 'text', (column) => column.notNull().references('sites.site_id'))
        .addColumn('circuit_id', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('measured_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('circuit_measurements_pkey', ['site_id', 'circuit_id'])
        .execute()
      await db.schema
        .createTable('allocation_history')
        .addColumn('id', type, build)
        .addColumn('site_id', 'text', (column) => column.notNull())
        .addColumn('identity', 'text', (column) => column.notNull())
        .addColumn('evse_id', 'bigint', (column) => column.notNull())
        .addColumn('transaction_row', 'bigint')
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('amperes', 'double precision', (column) => column.notNull())
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('allocation_history_at').on('allocation_history').column('at').execute()
      await db.schema
        .createIndex('allocation_history_site')
        .on('allocation_history')
        .columns(['site_id', 'id'])
        .execute()
    }
  }
}
