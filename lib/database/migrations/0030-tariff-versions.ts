import { type Kysely, type Migration, sql } from 'kysely'
import { hashOf, ocppTariffId } from '../../money/canonical.js'
import { documentOfFlat, type FlatPrices } from '../../money/flat.js'
import { type Dialect, idColumn } from '../dialect.js'

interface OldTariff {
  tariff_id: string
  group_id: string | null
  identity: string | null
  currency: string
  price_per_kwh: number
  price_per_hour: number
  price_per_session: number
  tax: number
  description: string | null
  created_at: number
  updated_at: number
}

/** Written once: SQLite has no bound on parameters that tariffs reach, and there are few. */
type Db = Kysely<Record<string, Record<string, unknown>>>

/**
 * Tariffs with conditions, in versions that never change; which version prices which transaction; and every figure of a
 * transaction that is over. Transactions keep their tariffs and costs as they are.
 */
export function tariffVersions(dialect: Dialect): Migration {
  return {
    async up(db: Db) {
      const { rows } = await sql<OldTariff>`
        select tariffs.tariff_id, tariffs.group_id, charge_points.identity, tariffs.currency, tariffs.price_per_kwh,
          tariffs.price_per_hour, tariffs.price_per_session, tariffs.tax, tariffs.description, tariffs.created_at,
          tariffs.updated_at
        from tariffs left join charge_points on charge_points.id = tariffs.charge_point_id
        order by tariffs.id`.execute(db)
      await db.schema.dropTable('tariffs').execute()
      await makeTables(db, dialect)
      for (const row of rows) await take(db, row)
    }
  }
}

async function makeTables(db: Db, dialect: Dialect): Promise<void> {
  const [type, build] = idColumn(dialect)
  await db.schema
    .createTable('tariffs')
    .addColumn('id', type, build)
    .addColumn('tariff_id', 'text', (column) => column.notNull().unique())
    .addColumn('enabled', 'bigint', (column) => column.notNull().defaultTo(1))
    .addColumn('applies_to', 'text', (column) => column.notNull())
    .addColumn('priority', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('charge_point_key', 'text')
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('tariffs_charge_point_key').on('tariffs').column('charge_point_key').execute()
  await db.schema
    .createTable('tariff_versions')
    .addColumn('id', type, build)
    .addColumn('tariff_id', 'text', (column) => column.notNull())
    .addColumn('n', 'bigint', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('ocpp_id', 'text', (column) => column.notNull())
    .addColumn('valid_from', 'bigint')
    .addColumn('made_by', 'text', (column) => column.notNull())
    .addColumn('made_at', 'bigint', (column) => column.notNull())
    .addColumn('active_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('tariff_versions_n', ['tariff_id', 'n'])
    .addUniqueConstraint('tariff_versions_hash', ['tariff_id', 'hash'])
    .execute()
  await db.schema
    .createTable('transaction_tariffs')
    .addColumn('id', type, build)
    .addColumn('transaction_ref', 'bigint', (column) => column.notNull())
    .addColumn('from_at', 'bigint', (column) => column.notNull())
    .addColumn('version_ref', 'bigint', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('transaction_tariffs_transaction')
    .on('transaction_tariffs')
    .columns(['transaction_ref', 'id'])
    .execute()
  await makeCosts(db, dialect)
}

async function makeCosts(db: Db, dialect: Dialect): Promise<void> {
  const [type, build] = idColumn(dialect)
  await db.schema
    .createTable('transaction_costs')
    .addColumn('id', type, build)
    .addColumn('transaction_ref', 'bigint', (column) => column.notNull())
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('calculated_by', 'text', (column) => column.notNull())
    .addColumn('total_minor', 'bigint')
    .addColumn('currency', 'text')
    .addColumn('unknown', 'text')
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('engine', 'bigint')
    .addColumn('difference_minor', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('transaction_costs_revision', ['transaction_ref', 'calculated_by', 'revision'])
    .execute()
  await db.schema
    .createIndex('transaction_costs_difference')
    .on('transaction_costs')
    .column('created_at')
    .where(sql<boolean>`difference_minor is not null`)
    .execute()
}

/** A tariff of earlier releases, as its first version. */
async function take(db: Db, row: OldTariff): Promise<void> {
  const flat: FlatPrices = {
    currency: row.currency,
    pricePerKwh: row.price_per_kwh,
    pricePerHour: row.price_per_hour,
    pricePerSession: row.price_per_session,
    tax: row.tax,
    ...(row.description !== null && { description: row.description })
  }
  const document = documentOfFlat(flat)
  const hash = hashOf(document)
  const appliesTo = {
    ...(row.identity !== null && { chargePoints: [row.identity] }),
    ...(row.group_id !== null && { groupIds: [row.group_id] })
  }
  await db
    .insertInto('tariffs')
    .values({
      tariff_id: row.tariff_id,
      applies_to: JSON.stringify(appliesTo),
      charge_point_key: row.identity?.toLowerCase() ?? null,
      version: 1,
      created_at: row.created_at,
      updated_at: row.updated_at
    })
    .execute()
  await db
    .insertInto('tariff_versions')
    .values({
      tariff_id: row.tariff_id,
      n: 1,
      document: JSON.stringify(document),
      hash,
      ocpp_id: ocppTariffId(row.tariff_id, hash),
      made_by: '',
      made_at: row.updated_at,
      active_at: row.updated_at
    })
    .execute()
}
