import { type Kysely, type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** A start before 2015, when there was no OCPP 1.6, or after its receipt counts as at receipt. */
const STARTED =
  '(case when start_timestamp >= 1420070400000 and start_timestamp < created_at then start_timestamp else created_at end) desc, id desc'

/** Made anew with the other {@link STARTED}. */
const INDEXES: Readonly<Record<string, string>> = {
  transactions_started: `(${STARTED})`,
  transactions_charge_point_started: `(charge_point_id, ${STARTED})`,
  transactions_id_token_started: `((lower(id_token)), ${STARTED})`,
  transactions_group_started: `((lower(group_id)), ${STARTED})`,
  transactions_stop_reason_started: `(stop_reason, ${STARTED})`,
  transactions_open_started: `(${STARTED}) where status = 'open'`
}

/**
 * Ids that a charge point of 2.x used again, ends and readings without a usable id, gaps that the charge point cannot
 * fill. Only indexes of `transactions` are made: those of meter values and events could take hours.
 */
export function transactionIdentity(dialect: Dialect): Migration {
  return {
    async up(db) {
      await addColumns(db)
      await createTables(db, dialect)
      for (const [name, columns] of Object.entries(INDEXES)) {
        await db.schema.dropIndex(name).execute()
        await sql`create index ${sql.raw(name)} on transactions ${sql.raw(columns)}`.execute(db)
      }
      await db.schema.dropIndex('transactions_transaction_id').execute()
      await sql`create index transactions_displayed on transactions ((coalesce(displayed_id, transaction_id)), charge_point_id)`.execute(
        db
      )
      await sql`create index transactions_incomplete on transactions (charge_point_id) where missing_seq_nos is not null`.execute(
        db
      )
      await keepOldUnassigned(db)
    }
  }
}

/** Each column may be NULL or has a constant default, so that no row is rewritten. */
async function addColumns(db: Kysely<unknown>): Promise<void> {
  for (const [name, type] of [
    ['displayed_id', 'text'],
    ['closed_timestamp', 'bigint'],
    ['lost_seq_nos', 'text']
  ] as const) {
    await db.schema.alterTable('transactions').addColumn(name, type).execute()
  }
  for (const name of ['inferred_end', 'inferred_readings']) {
    await db.schema
      .alterTable('transactions')
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
  }
  await db.schema.alterTable('transaction_events').addColumn('inferred_id', 'bigint').execute()
  await db.schema.alterTable('meter_values').addColumn('inferred_id', 'bigint').execute()
}

async function createTables(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const [type, build] = idColumn(dialect)
  await db.schema
    .createTable('unassigned_events')
    .addColumn('id', type, build)
    .addColumn('event_id', 'bigint', (column) => column.notNull())
    .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
    .addColumn('received_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('unassigned_events_received')
    .on('unassigned_events')
    .columns(['received_at', 'id'])
    .execute()
  await db.schema
    .createTable('remote_starts')
    .addColumn('id', type, build)
    .addColumn('charge_point_id', 'bigint', (column) =>
      column.notNull().references('charge_points.id').onDelete('cascade')
    )
    .addColumn('remote_start_id', 'bigint', (column) => column.notNull())
    .addColumn('id_token', 'text', (column) => column.notNull())
    .addColumn('id_token_type', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('remote_starts_charge_point_id')
    .on('remote_starts')
    .columns(['charge_point_id', 'remote_start_id'])
    .unique()
    .execute()
}

/** The StopTransactions with the ids 0 and -1, which an index finds. */
async function keepOldUnassigned(db: Kysely<unknown>): Promise<void> {
  await sql`insert into unassigned_events (event_id, charge_point_id, received_at)
    select transaction_events.id, charge_points.id, transaction_events.received_at
    from charge_points join transaction_events on transaction_events.charge_point_id = charge_points.id
      and transaction_events.transaction_id in ('0', '-1') and transaction_events.event_type = 'Ended'`.execute(db)
}
