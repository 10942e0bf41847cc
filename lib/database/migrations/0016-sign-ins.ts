import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** Sign-ins of browsers, which end with the operator token that they are bound to. */
export function signIns(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('sign_ins')
        .addColumn('id', type, build)
        .addColumn('cookie_hash', 'text', (column) => column.notNull().unique())
        .addColumn('token_id', 'bigint', (column) => column.references('operator_tokens.id').onDelete('cascade'))
        .addColumn('built_in', 'text')
        .addColumn('remote_address', 'text')
        .addColumn('user_agent', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('last_used_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('sign_ins_token').on('sign_ins').columns(['token_id', 'id']).execute()
      await db.schema.createIndex('sign_ins_expires_at').on('sign_ins').column('expires_at').execute()
    }
  }
}
