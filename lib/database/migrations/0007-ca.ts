import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** What was signed for charge points, and what has become of it. */
export function ca(dialect: Dialect): Migration {
  return {
    async up(db) {
      await db.schema
        .createTable('issued_certificates')
        .addColumn('id', ...idColumn(dialect))
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull().references('charge_points.id'))
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('combined', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('status', 'text', (column) => column.notNull().defaultTo('requested'))
        .addColumn('request_id', 'bigint')
        .addColumn('csr', 'text', (column) => column.notNull())
        .addColumn('pem', 'text')
        .addColumn('subject', 'text')
        .addColumn('fingerprint', 'text')
        .addColumn('hash_algorithm', 'text')
        .addColumn('issuer_name_hash', 'text')
        .addColumn('issuer_key_hash', 'text')
        .addColumn('serial_number', 'text')
        .addColumn('error', 'text')
        .addColumn('expires_at', 'bigint')
        .addColumn('used_at', 'bigint')
        .addColumn('revoked_at', 'bigint')
        .addColumn('renewal_asked_at', 'bigint')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .execute()
      for (const columns of [['charge_point_id', 'id'], ['fingerprint'], ['status', 'expires_at']]) {
        await db.schema
          .createIndex(['issued_certificates', ...columns].join('_'))
          .on('issued_certificates')
          .columns(columns)
          .execute()
      }
    }
  }
}
