import type { Kysely } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** The device model of a charge point, and the events and reports that it sends. */
export async function createReportTables(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await createConfigurationKeys(db, dialect)
  await createVariables(db, dialect)
  await createVariableMonitors(db, dialect)
  await createDeviceEvents(db, dialect)
  await createSecurityEvents(db, dialect)
  await createStatusReports(db, dialect)
  await createNotifications(db, dialect)
  await createReportRequests(db, dialect)
}

async function createConfigurationKeys(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('configuration_keys')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('readonly', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text')
    .execute()
  await db.schema
    .createIndex('configuration_keys_charge_point_id_key')
    .on('configuration_keys')
    .columns(['charge_point_id', 'key'])
    .unique()
    .execute()
}

async function createVariables(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('variables')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('connector_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('persistent', 'bigint')
    .addColumn('constant', 'bigint')
    .addColumn('component_instance', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('variable_instance', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('component', 'text', (column) => column.notNull())
    .addColumn('variable', 'text', (column) => column.notNull())
    .addColumn('attribute', 'text', (column) => column.notNull().defaultTo('Actual'))
    .addColumn('value', 'text')
    .addColumn('mutability', 'text')
    .addColumn('characteristics', 'text')
    .execute()
  await db.schema
    .createIndex('variables_charge_point_id_component_component_instance_evse_')
    .on('variables')
    .columns([
      'charge_point_id',
      'component',
      'component_instance',
      'evse_id',
      'connector_id',
      'variable',
      'variable_instance',
      'attribute'
    ])
    .unique()
    .execute()
}

async function createVariableMonitors(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('variable_monitors')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('connector_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('monitor_id', 'bigint', (column) => column.notNull())
    .addColumn('severity', 'bigint')
    .addColumn('transaction_only', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('value', 'double precision')
    .addColumn('component_instance', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('variable_instance', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('component', 'text', (column) => column.notNull())
    .addColumn('variable', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('event_notification_type', 'text')
    .execute()
  await db.schema
    .createIndex('variable_monitors_charge_point_id_monitor_id')
    .on('variable_monitors')
    .columns(['charge_point_id', 'monitor_id'])
    .unique()
    .execute()
}

async function createDeviceEvents(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('device_events')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('timestamp', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('connector_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('event_id', 'bigint', (column) => column.notNull())
    .addColumn('cause', 'bigint')
    .addColumn('severity', 'bigint')
    .addColumn('cleared', 'bigint')
    .addColumn('monitor_id', 'bigint')
    .addColumn('component_instance', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('variable_instance', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('component', 'text', (column) => column.notNull())
    .addColumn('variable', 'text', (column) => column.notNull())
    .addColumn('trigger', 'text', (column) => column.notNull())
    .addColumn('actual_value', 'text', (column) => column.notNull())
    .addColumn('transaction_id', 'text')
    .addColumn('event_notification_type', 'text')
    .addColumn('tech_code', 'text')
    .addColumn('tech_info', 'text')
    .execute()
  await db.schema
    .createIndex('device_events_charge_point_id_event_id_timestamp_component_v')
    .on('device_events')
    .columns(['charge_point_id', 'event_id', 'timestamp', 'component', 'variable'])
    .unique()
    .execute()
  await db.schema
    .createIndex('device_events_charge_point_id_id')
    .on('device_events')
    .columns(['charge_point_id', 'id'])
    .execute()
}

async function createSecurityEvents(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('security_events')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('timestamp', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('tech_info', 'text')
    .execute()
  await db.schema
    .createIndex('security_events_charge_point_id_type_timestamp_source')
    .on('security_events')
    .columns(['charge_point_id', 'type', 'timestamp', 'source'])
    .unique()
    .execute()
  await db.schema
    .createIndex('security_events_charge_point_id_id')
    .on('security_events')
    .columns(['charge_point_id', 'id'])
    .execute()
}

async function createStatusReports(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('status_reports')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('request_id', 'bigint', (column) => column.notNull().defaultTo(-1))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('details', 'text')
    .execute()
  await db.schema
    .createIndex('status_reports_charge_point_id_kind_id')
    .on('status_reports')
    .columns(['charge_point_id', 'kind', 'id'])
    .execute()
}

async function createNotifications(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('notifications')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .addColumn('evse_id', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('transaction_id', 'text')
    .addColumn('payload', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('notifications_charge_point_id_id')
    .on('notifications')
    .columns(['charge_point_id', 'id'])
    .execute()
  await db.schema
    .createIndex('notifications_charge_point_id_action_id')
    .on('notifications')
    .columns(['charge_point_id', 'action', 'id'])
    .execute()
}

async function createReportRequests(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('report_requests')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('request_id', 'bigint', (column) => column.notNull())
    .addColumn('last_seq_no', 'bigint')
    .addColumn('complete', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('parts', 'text', (column) => column.notNull())
    .addColumn('payload', 'text')
    .execute()
  await db.schema
    .createIndex('report_requests_charge_point_id_action_request_id')
    .on('report_requests')
    .columns(['charge_point_id', 'action', 'request_id'])
    .unique()
    .execute()
}
