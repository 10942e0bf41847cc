import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** What operators changed, listed by time, also of one operator or one target. */
export function audit(dialect: Dialect): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('audit_log')
        .addColumn('id', ...idColumn(dialect))
        .addColumn('operator', 'text', (column) => column.notNull())
        .addColumn('method', 'text', (column) => column.notNull())
        .addColumn('route', 'text', (column) => column.notNull())
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('target', 'text', (column) => column.notNull())
        .addColumn('body', 'text')
        .addColumn('remote_address', 'text')
        .addColumn('status', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('completed_at', 'bigint')
        .execute()
      for (const columns of [[], ['operator'], ['target']]) {
        await db.schema
          .createIndex(['audit_log', ...columns, 'created_at'].join('_'))
          .on('audit_log')
          .columns([...columns, 'created_at', 'id'])
          .execute()
      }
    }
  }
}
