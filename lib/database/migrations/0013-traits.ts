import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** How charge points differ from the standard: what is accepted of them, and what they did. */
export function traits(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema.alterTable('charge_points').addColumn('traits', 'text').execute()
      await db.schema
        .createTable('charger_models')
        .addColumn('name', 'text', (column) => column.primaryKey().notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema
        .createTable('violations')
        .addColumn('id', type, build)
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull().references('charge_points.id'))
        .addColumn('protocol', 'text', (column) => column.notNull())
        .addColumn('direction', 'text', (column) => column.notNull())
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('pointer', 'text', (column) => column.notNull())
        .addColumn('rule', 'text', (column) => column.notNull())
        .addColumn('code', 'text', (column) => column.notNull())
        .addColumn('refused', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('delivered', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('suggestions', 'text')
        .addColumn('message_id', 'text', (column) => column.notNull())
        .addColumn('first_at', 'bigint', (column) => column.notNull())
        .addColumn('last_at', 'bigint', (column) => column.notNull())
        .addColumn('last_refused_at', 'bigint')
        .addColumn('last_delivered_at', 'bigint')
        .addUniqueConstraint('violations_kind', ['charge_point_id', 'direction', 'action', 'pointer', 'rule'])
        .execute()
      await db.schema.createIndex('violations_last').on('violations').column('last_at').execute()
      await db.schema
        .createTable('problem_acknowledgements')
        .addColumn('problem_id', 'text', (column) => column.primaryKey().notNull())
        .addColumn('operator', 'text', (column) => column.notNull())
        .addColumn('note', 'text')
        .addColumn('until', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute()
    }
  }
}
