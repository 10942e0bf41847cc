import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { sql } from 'kysely'
import type { Dialect } from '../../lib/database/dialect.js'
import { appliedMigrations, knownMigrations, migrate } from '../../lib/database/migrations.js'
import { migrateDatabase } from '../../lib/database/open.js'
import { ROOT } from '../support/root.js'
import { message } from './rows.js'
import { emptyDatabase, migrated, onBothDatabasesAlways, open } from './support.js'

const FOLDER = `${ROOT}lib/database`
/** The tables as TypeScript declares them. */
const SOURCE = readdirSync(FOLDER)
  .filter((file) => file.startsWith('schema'))
  .map((file) => readFileSync(join(FOLDER, file), 'utf8'))
  .join('\n')

/** The columns that these files declare: "table.column", with ? when NULL is allowed. */
function declared(): string[] {
  const tables = [...(/export interface Schema \{([^}]*)\}/.exec(SOURCE)?.[1] ?? '').matchAll(/(\w+): (\w+)/g)]
  return tables
    .flatMap(([, table, type]) => {
      const body = new RegExp(`export interface ${type} \\{\n([\\s\\S]*?)\n\\}`).exec(SOURCE)?.[1] ?? ''
      return [...body.matchAll(/^ {2}(\w+): (Optional<)?/gm)].map(
        ([, column, optional]) => `${table}.${column}${optional === undefined ? '' : '?'}`
      )
    })
    .sort()
}

onBothDatabasesAlways('the migrations', (dialect) => {
  it('make every table and column of the schema, and no other', async () => {
    const { db } = await migrated(dialect)
    const tables = await db.introspection.getTables()
    const found = tables.flatMap(({ name, columns }) =>
      columns.map((column) => `${name}.${column.name}${column.isNullable && column.name !== 'id' ? '?' : ''}`)
    )
    const expected = declared()
    assert.ok(expected.length > 300)
    // SQLite calls a primary key nullable.
    const known = (name: string) => name.replace('local_lists.charge_point_id?', 'local_lists.charge_point_id')
    assert.deepEqual(found.map(known).sort(), expected)
  })

  it('are done once', async () => {
    const database = open(await emptyDatabase(dialect))
    assert.deepEqual(await migrateDatabase(database), knownMigrations())
    assert.deepEqual(await migrateDatabase(database), [])
    assert.deepEqual(await appliedMigrations(database.db), knownMigrations())
  })

  it('are rejected, and change nothing, when the database has a migration of a newer release', async () => {
    const database = await migrated(dialect)
    await sql`insert into kysely_migration values ('9999-of-the-future', '2099-01-01T00:00:00.000Z')`.execute(
      database.writeDb
    )
    await assert.rejects(migrateDatabase(database), {
      name: 'TooNewError',
      message: /newer than this program: it has the migration 9999-of-the-future; update the program/
    })
  })

  it('leave nothing behind when one fails half-way', async () => {
    const database = open(await emptyDatabase(dialect))
    const failing = {
      '0001-first': () => ({ up: (db) => db.schema.createTable('first').addColumn('id', 'integer').execute() }),
      '0002-second': () => ({
        up: async (db) => {
          await db.schema.createTable('second').addColumn('id', 'integer').execute()
          await sql`insert into nowhere values (1)`.execute(db)
        }
      })
    } satisfies Parameters<typeof migrate>[1]['migrations']
    await assert.rejects(migrate(database.writeDb, { dialect, migrations: failing }), /nowhere/)
    const tables = await database.db.introspection.getTables()
    assert.deepEqual(tables, [])
    assert.deepEqual(await appliedMigrations(database.db), [])
  })

  it('never give the id of a deleted row again', async () => {
    const { db, writeDb } = await migrated(dialect)
    const insert = () => writeDb.insertInto('messages').values(message('A')).returning('id').executeTakeFirstOrThrow()
    const first = await insert()
    await writeDb.deleteFrom('messages').execute()
    assert.ok((await insert()).id > first.id)
    assert.equal((await db.selectFrom('messages').selectAll().execute()).length, 1)
  })
})

onBothDatabasesAlways('a value', (dialect: Dialect) => {
  it('is read back as it was stored, on both databases', async () => {
    const { db, writeDb } = await migrated(dialect)
    const row = {
      charge_point_id: 1,
      timestamp: 1_790_000_000_123,
      measurand: 'Voltage',
      value: -0.1,
      raw: 'ä\u0000\u{1f50c}',
      received_at: 2 ** 52 + 1,
      unit: 5 as unknown as string,
      evse_id: true as unknown as number
    }
    await writeDb.insertInto('meter_values').values(row).execute()
    const { timestamp, value, raw, received_at, unit, evse_id, phase, signed_data } = await db
      .selectFrom('meter_values')
      .selectAll()
      .executeTakeFirstOrThrow()
    assert.deepEqual([timestamp, value, received_at], [row.timestamp, row.value, row.received_at])
    assert.deepEqual([raw, unit, evse_id, phase, signed_data], ['ä\ufffd\u{1f50c}', '5', 1, '', null])
  })

  it('is counted as a number', async () => {
    const { db } = await migrated(dialect)
    const { count } = await db
      .selectFrom('messages')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    assert.equal(count, 0)
  })

  it('too large for its column is rejected, and the process continues', async () => {
    const { writeDb } = await migrated(dialect)
    const row = { ...message('A'), payload: { not: 'text' } as unknown as string }
    await assert.rejects(writeDb.insertInto('messages').values(row).execute(), /JSON is stored as text/)
  })
})
