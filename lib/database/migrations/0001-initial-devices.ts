import type { Kysely } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** Reservations, profiles, messages on displays, certificates and the local list of a charge point. */
export async function createDeviceTables(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await createReservations(db, dialect)
  await createChargingProfiles(db, dialect)
  await createDisplayMessages(db, dialect)
  await createCertificates(db, dialect)
  await createLocalLists(db)
}

async function createReservations(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('reservations')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('expires_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('connector_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('reservation_id', 'bigint', (column) => column.notNull())
    .addColumn('connector_type', 'text')
    .addColumn('id_token', 'text')
    .addColumn('id_token_type', 'text')
    .addColumn('group_id', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('transaction_id', 'text')
    .execute()
  await db.schema
    .createIndex('reservations_charge_point_id_reservation_id')
    .on('reservations')
    .columns(['charge_point_id', 'reservation_id'])
    .unique()
    .execute()
}

async function createChargingProfiles(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('charging_profiles')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('connector_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('profile_id', 'bigint', (column) => column.notNull())
    .addColumn('stack_level', 'bigint')
    .addColumn('source', 'text', (column) => column.notNull().defaultTo('CSO'))
    .addColumn('purpose', 'text')
    .addColumn('kind', 'text')
    .addColumn('transaction_id', 'text')
    .addColumn('payload', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('charging_profiles_charge_point_id_evse_id_connector_id_profi')
    .on('charging_profiles')
    .columns(['charge_point_id', 'evse_id', 'connector_id', 'profile_id', 'source'])
    .unique()
    .execute()
}

async function createDisplayMessages(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('display_messages')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('message_id', 'bigint', (column) => column.notNull())
    .addColumn('priority', 'text')
    .addColumn('state', 'text')
    .addColumn('payload', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('display_messages_charge_point_id_message_id')
    .on('display_messages')
    .columns(['charge_point_id', 'message_id'])
    .unique()
    .execute()
}

async function createCertificates(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('certificates')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('expires_at', 'bigint')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('hash_algorithm', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('issuer_name_hash', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('issuer_key_hash', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('serial_number', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('pem', 'text')
    .addColumn('status', 'text')
    .execute()
  await db.schema
    .createIndex('certificates_charge_point_id_type_hash_algorithm_issuer_name')
    .on('certificates')
    .columns(['charge_point_id', 'type', 'hash_algorithm', 'issuer_name_hash', 'issuer_key_hash', 'serial_number'])
    .unique()
    .execute()
}

async function createLocalLists(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('local_lists')
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.primaryKey().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('entries', 'text')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute()
}
