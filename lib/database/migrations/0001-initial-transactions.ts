import { type Kysely, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** Transactions with their events and meter values, the statuses of connectors, calls and the message log. */
export async function createTransactionTables(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await createConnectors(db, dialect)
  await createStatusHistory(db, dialect)
  await createTransactions(db, dialect)
  await createTransactionEvents(db, dialect)
  await createMeterValues(db, dialect)
  await createCalls(db, dialect)
  await createMessages(db, dialect)
}

async function createConnectors(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('connectors')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('timestamp', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('connector_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('error_code', 'text')
    .addColumn('info', 'text')
    .addColumn('vendor_id', 'text')
    .addColumn('vendor_error_code', 'text')
    .execute()
  await db.schema
    .createIndex('connectors_charge_point_id_evse_id_connector_id')
    .on('connectors')
    .columns(['charge_point_id', 'evse_id', 'connector_id'])
    .unique()
    .execute()
}

async function createStatusHistory(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('status_history')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('timestamp', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('connector_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('error_code', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('info', 'text')
    .addColumn('vendor_id', 'text')
    .addColumn('vendor_error_code', 'text')
    .execute()
  await db.schema
    .createIndex('status_history_charge_point_id_evse_id_connector_id_timestam')
    .on('status_history')
    .columns(['charge_point_id', 'evse_id', 'connector_id', 'timestamp', 'status', 'error_code'])
    .unique()
    .execute()
  await db.schema
    .createIndex('status_history_charge_point_id_id')
    .on('status_history')
    .columns(['charge_point_id', 'id'])
    .execute()
}

async function createTransactions(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('transactions')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('start_timestamp', 'bigint')
    .addColumn('end_timestamp', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('ocpp16_id', 'bigint')
    .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('connector_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('reservation_id', 'bigint')
    .addColumn('remote_start_id', 'bigint')
    .addColumn('first_seq_no', 'bigint')
    .addColumn('last_seq_no', 'bigint')
    .addColumn('ended_seq_no', 'bigint')
    .addColumn('offline', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('meter_start', 'double precision')
    .addColumn('meter_stop', 'double precision')
    .addColumn('energy_wh', 'double precision')
    .addColumn('duration', 'double precision')
    .addColumn('charging_duration', 'double precision')
    .addColumn('cost', 'double precision')
    .addColumn('transaction_id', 'text', (column) => column.notNull())
    .addColumn('start_key', 'text')
    .addColumn('protocol', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull().defaultTo('open'))
    .addColumn('id_token', 'text')
    .addColumn('id_token_type', 'text')
    .addColumn('group_id', 'text')
    .addColumn('stop_id_token', 'text')
    .addColumn('charging_state', 'text')
    .addColumn('missing_seq_nos', 'text')
    .addColumn('stop_reason', 'text')
    .addColumn('closed_reason', 'text')
    .addColumn('tariff_id', 'text')
    .addColumn('tariff', 'text')
    .addColumn('cost_details', 'text')
    .addColumn('currency', 'text')
    .execute()
  await indexTransactions(db)
}

async function indexTransactions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('transactions_charge_point_id_transaction_id')
    .on('transactions')
    .columns(['charge_point_id', 'transaction_id'])
    .unique()
    .execute()
  await db.schema
    .createIndex('transactions_charge_point_id_start_key')
    .on('transactions')
    .columns(['charge_point_id', 'start_key'])
    .unique()
    .execute()
  await db.schema.createIndex('transactions_ocpp16_id').on('transactions').columns(['ocpp16_id']).unique().execute()
  await db.schema
    .createIndex('transactions_charge_point_id_created_at')
    .on('transactions')
    .columns(['charge_point_id', 'created_at'])
    .execute()
  await db.schema.createIndex('transactions_start_timestamp').on('transactions').columns(['start_timestamp']).execute()
  await db.schema.createIndex('transactions_id_token').on('transactions').columns(['id_token']).execute()
  // Open transactions are few among all that there ever were.
  await db.schema
    .createIndex('transactions_open')
    .on('transactions')
    .columns(['charge_point_id', 'evse_id', 'connector_id'])
    .where(sql.ref('status'), '=', sql.lit('open'))
    .execute()
}

async function createTransactionEvents(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('transaction_events')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('timestamp', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('seq_no', 'bigint', (column) => column.notNull())
    .addColumn('offline', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('transaction_id', 'text', (column) => column.notNull())
    .addColumn('event_type', 'text', (column) => column.notNull())
    .addColumn('trigger_reason', 'text')
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('response', 'text')
    .execute()
  await db.schema
    .createIndex('transaction_events_charge_point_id_transaction_id_event_type')
    .on('transaction_events')
    .columns(['charge_point_id', 'transaction_id', 'event_type', 'seq_no', 'timestamp'])
    .unique()
    .execute()
}

async function createMeterValues(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('meter_values')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('timestamp', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('connector_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('value', 'double precision')
    .addColumn('transaction_id', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('measurand', 'text', (column) => column.notNull())
    .addColumn('phase', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('context', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('location', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('unit', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('format', 'text', (column) => column.notNull().defaultTo('Raw'))
    .addColumn('raw', 'text', (column) => column.notNull())
    .addColumn('signed_data', 'text')
    .execute()
  await db.schema
    .createIndex('meter_values_charge_point_id_transaction_id_timestamp_evse_i')
    .on('meter_values')
    .columns([
      'charge_point_id',
      'transaction_id',
      'timestamp',
      'evse_id',
      'connector_id',
      'measurand',
      'phase',
      'context',
      'location',
      'unit',
      'format'
    ])
    .unique()
    .execute()
  await db.schema
    .createIndex('meter_values_charge_point_id_timestamp')
    .on('meter_values')
    .columns(['charge_point_id', 'timestamp'])
    .execute()
}

async function createCalls(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('calls')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('sent_at', 'bigint')
    .addColumn('answered_at', 'bigint')
    .addColumn('duration', 'double precision')
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('protocol', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('request', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull().defaultTo('pending'))
    .addColumn('response', 'text')
    .addColumn('error_code', 'text')
    .addColumn('error_description', 'text')
    .addColumn('error_details', 'text')
    .addColumn('operator', 'text')
    .addColumn('idempotency_key', 'text')
    .execute()
  await db.schema
    .createIndex('calls_charge_point_id_idempotency_key')
    .on('calls')
    .columns(['charge_point_id', 'idempotency_key'])
    .unique()
    .execute()
  await db.schema.createIndex('calls_charge_point_id_id').on('calls').columns(['charge_point_id', 'id']).execute()
  await db.schema.createIndex('calls_message_id').on('calls').columns(['message_id']).execute()
}

async function createMessages(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('messages')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('message_type', 'bigint', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('error_code', 'text')
    .execute()
  await db.schema.createIndex('messages_charge_point_id_id').on('messages').columns(['charge_point_id', 'id']).execute()
}
