import { createHash } from 'node:crypto'
import { type Kysely, type Migration, sql } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

type Db = Kysely<Record<string, Record<string, unknown>>>

interface Signed {
  id: number
  charge_point_id: number
  transaction_id: string
  inferred_id: number | null
  timestamp: number
  received_at: number
  measurand: string
  context: string
  format: string
  raw: string
  signed_data: string | null
}

/** Rows in one read: signed values may be long. */
const AT_ONCE = 200

/** Signed meter values, which stay when meter values are deleted. */
export function signedValues(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db: Db) {
      await db.schema
        .createTable('signed_values')
        .addColumn('id', type, build)
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull())
        .addColumn('transaction_id', 'text', (column) => column.notNull())
        .addColumn('inferred_id', 'bigint')
        .addColumn('timestamp', 'bigint', (column) => column.notNull())
        .addColumn('received_at', 'bigint', (column) => column.notNull())
        .addColumn('measurand', 'text', (column) => column.notNull())
        .addColumn('context', 'text', (column) => column.notNull())
        .addColumn('form', 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addUniqueConstraint('signed_values_digest', ['charge_point_id', 'transaction_id', 'digest'])
        .execute()
      await db.schema
        .createIndex('signed_values_inferred')
        .on('signed_values')
        .columns(['charge_point_id', 'inferred_id', 'id'])
        .where(sql.ref('inferred_id'), 'is not', null)
        .execute()
      await db.schema
        .createIndex('signed_values_order')
        .on('signed_values')
        .columns(['charge_point_id', 'transaction_id', 'id'])
        .execute()
      await take(db)
    }
  }
}

/** Those that were stored with the meter values of transactions. */
async function take(db: Db): Promise<void> {
  for (let behind = 0; ; ) {
    const { rows } = await sql<Signed>`
      select id, charge_point_id, transaction_id, inferred_id, timestamp, received_at, measurand, context, format, raw, signed_data
      from meter_values
      where id > ${behind} and (format = 'SignedData' or signed_data is not null)
        and (transaction_id <> '' or inferred_id is not null)
      order by id limit ${sql.lit(AT_ONCE)}`.execute(db)
    for (const { id: _, format, raw, signed_data, ...row } of rows) {
      const value = signed_data ?? raw
      const form = signed_data === null ? format : 'signedMeterValue'
      const digest = createHash('sha256')
        .update(JSON.stringify([row.context, value]))
        .digest('hex')
      await db
        .insertInto('signed_values')
        .values({ ...row, form, value, digest })
        .onConflict((conflict) => conflict.columns(['charge_point_id', 'transaction_id', 'digest']).doNothing())
        .execute()
    }
    behind = Number(rows.at(-1)?.id ?? 0)
    if (rows.length < AT_ONCE) return
  }
}
