import { type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** An end before 2015, when there was no OCPP 1.6, or after its receipt counts as at receipt. */
const ENDED = `(case when end_timestamp >= 1420070400000 and end_timestamp < ended_at then end_timestamp
  else coalesce(ended_at, updated_at) end)`

/** All that a sum over transactions needs, so that it reads no row of the table. */
const SUMMED = [
  'charge_point_id',
  'energy_wh',
  'duration',
  'charging_duration',
  'cost',
  'currency',
  'tariff_id',
  'group_id',
  'id_token'
]

/** Statuses of firmware updates and uploads that have failed. [1.6 §7.15, §7.24; 2.x L, N01] */
const FAILED = [
  'BadMessage',
  'DownloadFailed',
  'InstallationFailed',
  'InstallVerificationFailed',
  'InvalidCertificate',
  'InvalidChecksum',
  'InvalidSignature',
  'NotSupportedOperation',
  'PermissionDenied',
  'PublishFailed',
  'RevokedCertificate',
  'UploadFailed',
  'UploadFailure'
]

/**
 * Who asked to charge and what the answer was; who closed a transaction by hand; and indexes for problems and sums.
 */
export function operationsDesk(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('authorizations')
        .addColumn('id', type, build)
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull().references('charge_points.id'))
        .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('token_key', 'text', (column) => column.notNull())
        .addColumn('id_token', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull().defaultTo(''))
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('attempts', 'bigint', (column) => column.notNull().defaultTo(1))
        .addColumn('received_at', 'bigint', (column) => column.notNull())
        .execute()
      for (const columns of [['charge_point_id'], ['token_key'], []]) {
        const name = ['authorizations', ...columns, 'received_at'].join('_')
        await db.schema
          .createIndex(name)
          .on('authorizations')
          .columns([...columns, 'received_at', 'id'])
          .execute()
      }
      await db.schema.alterTable('transactions').addColumn('closed_by', 'text').execute()
      const statuses = FAILED.map((status) => `'${status}'`).join(', ')
      for (const index of [
        `transactions_ended on transactions (${ENDED}, ${SUMMED.join(', ')}) where status <> 'open'`,
        `connectors_faulted on connectors (charge_point_id) where status = 'Faulted'`,
        `status_reports_failed on status_reports (received_at, id) where status in (${statuses})`
      ]) {
        await sql.raw(`create index ${index}`).execute(db)
      }
    }
  }
}
