import { type CreateTableBuilder, type Kysely, type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

type Columns = Record<string, 'text' | 'text!' | 'bigint' | 'bigint!'>

/** Tables with an `id` in front. */
const TABLES: Record<string, Columns> = {
  queued_calls: {
    charge_point_id: 'bigint!',
    message_id: 'text!',
    payload: 'text!',
    timeout: 'bigint',
    expires_at: 'bigint!'
  },
  idempotency_keys: {
    operator: 'text!',
    idempotency_key: 'text!',
    fingerprint: 'text!',
    message_id: 'text!',
    run_id: 'text!',
    status: 'bigint',
    headers: 'text',
    body: 'text',
    created_at: 'bigint!'
  },
  bulk_calls: {
    bulk_id: 'text!',
    operator: 'text!',
    action: 'text!',
    request: 'text!',
    status: 'text!',
    run_id: 'text!',
    created_at: 'bigint!',
    ended_at: 'bigint'
  },
  bulk_call_items: {
    bulk_call_id: 'bigint!',
    identity: 'text!',
    message_id: 'text!',
    status: 'text!',
    problem: 'text',
    created_at: 'bigint!'
  },
  runs: {
    run_id: 'text!',
    host: 'text!',
    pid: 'bigint!',
    started_at: 'bigint!',
    seen_at: 'bigint!'
  }
}

const UNIQUE: readonly (readonly [table: string, ...columns: string[]])[] = [
  ['queued_calls', 'message_id'],
  ['idempotency_keys', 'operator', 'idempotency_key'],
  ['bulk_calls', 'bulk_id'],
  ['bulk_call_items', 'message_id'],
  ['runs', 'run_id']
]

/** Calls are listed in the order of their time, whatever they are chosen by. */
const INDEXES: readonly (readonly [table: string, ...columns: string[]])[] = [
  ['calls', 'created_at', 'id'],
  ['calls', 'charge_point_id', 'created_at', 'id'],
  ['calls', 'action', 'created_at', 'id'],
  ['calls', 'operator', 'created_at', 'id'],
  ['queued_calls', 'charge_point_id', 'id'],
  ['queued_calls', 'expires_at'],
  ['bulk_call_items', 'bulk_call_id', 'id']
]

async function createTable(db: Kysely<unknown>, dialect: Dialect, name: string, columns: Columns): Promise<void> {
  const [type, build] = idColumn(dialect)
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name).addColumn('id', type, build)
  for (const [column, declaration] of Object.entries(columns)) {
    const isRequired = declaration.endsWith('!')
    table = table.addColumn(column, declaration.startsWith('text') ? 'text' : 'bigint', (definition) =>
      isRequired ? definition.notNull() : definition
    )
  }
  await table.execute()
}

/** Calls that wait for their charge point, requests that may be repeated, and calls to many. */
export function calls(dialect: Dialect): Migration {
  return {
    async up(db) {
      await db.schema.dropIndex('calls_charge_point_id_idempotency_key').execute()
      await db.schema.dropIndex('calls_charge_point_id_id').execute()
      await db.schema.alterTable('calls').addColumn('run_id', 'text').execute()
      await db.schema.alterTable('calls').addColumn('expires_at', 'bigint').execute()
      for (const [name, columns] of Object.entries(TABLES)) await createTable(db, dialect, name, columns)
      for (const [table, ...columns] of UNIQUE) {
        const index = db.schema.createIndex(`${table}_${columns.join('_')}`)
        await index.on(table).columns(columns).unique().execute()
      }
      for (const [table, ...columns] of INDEXES) {
        await db.schema
          .createIndex(`${table}_${columns.join('_')}`)
          .on(table)
          .columns(columns)
          .execute()
      }
      // The few that did not go well or are not over, among all that were answered.
      await db.schema
        .createIndex('calls_not_answered')
        .on('calls')
        .columns(['status', 'created_at', 'id'])
        .where(sql.ref('status'), '<>', sql.lit('answered'))
        .execute()
    }
  }
}
