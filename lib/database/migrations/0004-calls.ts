import { type Kysely, type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** Calls that wait for their charge point, requests that may be repeated, and calls to many charge points. */
export function calls(dialect: Dialect): Migration {
  return {
    async up(db) {
      await changeCalls(db)
      await createQueuedCalls(db, dialect)
      await createIdempotencyKeys(db, dialect)
      await createBulkCalls(db, dialect)
      await createBulkCallItems(db, dialect)
      await createRuns(db, dialect)
      await indexCalls(db)
    }
  }
}

async function changeCalls(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropIndex('calls_charge_point_id_idempotency_key').execute()
  await db.schema.dropIndex('calls_charge_point_id_id').execute()
  await db.schema.alterTable('calls').addColumn('run_id', 'text').execute()
  await db.schema.alterTable('calls').addColumn('expires_at', 'bigint').execute()
}

async function createQueuedCalls(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('queued_calls')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('timeout', 'bigint')
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('queued_calls_message_id').on('queued_calls').columns(['message_id']).unique().execute()
  await db.schema
    .createIndex('queued_calls_charge_point_id_id')
    .on('queued_calls')
    .columns(['charge_point_id', 'id'])
    .execute()
  await db.schema.createIndex('queued_calls_expires_at').on('queued_calls').columns(['expires_at']).execute()
}

async function createIdempotencyKeys(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('idempotency_keys')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('operator', 'text', (column) => column.notNull())
    .addColumn('idempotency_key', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('status', 'bigint')
    .addColumn('headers', 'text')
    .addColumn('body', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('idempotency_keys_operator_idempotency_key')
    .on('idempotency_keys')
    .columns(['operator', 'idempotency_key'])
    .unique()
    .execute()
}

async function createBulkCalls(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('bulk_calls')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('bulk_id', 'text', (column) => column.notNull())
    .addColumn('operator', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('request', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .execute()
  await db.schema.createIndex('bulk_calls_bulk_id').on('bulk_calls').columns(['bulk_id']).unique().execute()
}

async function createBulkCallItems(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('bulk_call_items')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('bulk_call_id', 'bigint', (column) => column.notNull())
    .addColumn('identity', 'text', (column) => column.notNull())
    .addColumn('message_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('problem', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('bulk_call_items_message_id')
    .on('bulk_call_items')
    .columns(['message_id'])
    .unique()
    .execute()
  await db.schema
    .createIndex('bulk_call_items_bulk_call_id_id')
    .on('bulk_call_items')
    .columns(['bulk_call_id', 'id'])
    .execute()
}

async function createRuns(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  await db.schema
    .createTable('runs')
    .addColumn('id', ...idColumn(dialect))
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('pid', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('runs_run_id').on('runs').columns(['run_id']).unique().execute()
}

/** Calls are listed in the order of their time, whatever they are filtered by. */
async function indexCalls(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('calls_created_at_id').on('calls').columns(['created_at', 'id']).execute()
  await db.schema
    .createIndex('calls_charge_point_id_created_at_id')
    .on('calls')
    .columns(['charge_point_id', 'created_at', 'id'])
    .execute()
  await db.schema
    .createIndex('calls_action_created_at_id')
    .on('calls')
    .columns(['action', 'created_at', 'id'])
    .execute()
  await db.schema
    .createIndex('calls_operator_created_at_id')
    .on('calls')
    .columns(['operator', 'created_at', 'id'])
    .execute()
  // Calls that are not over, or that failed, are few among all that were answered.
  await db.schema
    .createIndex('calls_not_answered')
    .on('calls')
    .columns(['status', 'created_at', 'id'])
    .where(sql.ref('status'), '<>', sql.lit('answered'))
    .execute()
}
