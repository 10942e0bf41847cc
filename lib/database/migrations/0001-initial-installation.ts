import type { Kysely } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** Charge points, and what belongs to the whole installation. */
export async function createInstallationTables(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await createChargePoints(db, dialect)
  await createIdTokens(db, dialect)
  await createTariffs(db, dialect)
  await createOperatorTokens(db, dialect)
  await createMeta(db)
}

async function createChargePoints(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('charge_points')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('last_boot_at', 'bigint')
    .addColumn('last_connected_at', 'bigint')
    .addColumn('last_disconnected_at', 'bigint')
    .addColumn('last_seen_at', 'bigint')
    .addColumn('removed_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('enabled', 'bigint', (column) => column.notNull().defaultTo(1))
    .addColumn('provisioned', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('security_profile', 'bigint')
    .addColumn('highest_security_profile', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('identity_key', 'text', (column) => column.notNull())
    .addColumn('identity', 'text', (column) => column.notNull())
    .addColumn('credential', 'text')
    .addColumn('previous_credential', 'text')
    .addColumn('registration', 'text', (column) => column.notNull().defaultTo('Accepted'))
    .addColumn('boot_status', 'text')
    .addColumn('protocol', 'text')
    .addColumn('vendor', 'text')
    .addColumn('model', 'text')
    .addColumn('serial_number', 'text')
    .addColumn('box_serial_number', 'text')
    .addColumn('firmware_version', 'text')
    .addColumn('iccid', 'text')
    .addColumn('imsi', 'text')
    .addColumn('meter_type', 'text')
    .addColumn('meter_serial_number', 'text')
    .addColumn('boot_reason', 'text')
    .addColumn('notes', 'text')
    .execute()
  await db.schema
    .createIndex('charge_points_identity_key')
    .on('charge_points')
    .columns(['identity_key'])
    .unique()
    .execute()
}

async function createIdTokens(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('id_tokens')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('expires_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('master_group', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('token_key', 'text', (column) => column.notNull())
    .addColumn('id_token', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('status', 'text', (column) => column.notNull().defaultTo('Accepted'))
    .addColumn('group_id', 'text')
    .addColumn('language', 'text')
    .addColumn('additional_info', 'text')
    .addColumn('notes', 'text')
    .execute()
  await db.schema
    .createIndex('id_tokens_token_key_type')
    .on('id_tokens')
    .columns(['token_key', 'type'])
    .unique()
    .execute()
  await db.schema.createIndex('id_tokens_group_id').on('id_tokens').columns(['group_id']).execute()
}

async function createTariffs(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('tariffs')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('price_per_kwh', 'double precision', (column) => column.notNull().defaultTo(0))
    .addColumn('price_per_minute', 'double precision', (column) => column.notNull().defaultTo(0))
    .addColumn('price_per_session', 'double precision', (column) => column.notNull().defaultTo(0))
    .addColumn('tax', 'double precision', (column) => column.notNull().defaultTo(0))
    .addColumn('tariff_id', 'text', (column) => column.notNull())
    .addColumn('group_id', 'text')
    .addColumn('currency', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('payload', 'text')
    .execute()
  await db.schema.createIndex('tariffs_tariff_id').on('tariffs').columns(['tariff_id']).unique().execute()
  await db.schema.createIndex('tariffs_charge_point_id').on('tariffs').columns(['charge_point_id']).execute()
  await db.schema.createIndex('tariffs_group_id').on('tariffs').columns(['group_id']).execute()
}

async function createOperatorTokens(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('operator_tokens')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('expires_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('token_hash', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('operator_tokens_name').on('operator_tokens').columns(['name']).unique().execute()
  await db.schema
    .createIndex('operator_tokens_token_hash')
    .on('operator_tokens')
    .columns(['token_hash'])
    .unique()
    .execute()
}

async function createMeta(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('meta')
    .addColumn('key', 'text', (column) => column.primaryKey().notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
}
