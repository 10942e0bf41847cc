import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../../lib/database/dialect.js'
import { migrateDatabase } from '../../lib/database/open.js'
import type { Schema } from '../../lib/database/schema.js'
import { ROOT } from '../support/root.js'
import { emptyDatabase, onBothDatabasesAlways, open } from './support.js'

type Read = (db: Kysely<Schema>) => Promise<string[]>

/** Tables as SQLite keeps them. */
const ofSqlite: Read = async (db) => {
  const tables = sql`select name, sql like '%autoincrement%' as has_autoincrement from sqlite_master
    where type = 'table' and name not like 'sqlite_%' order by name`
  const columns = sql`select m.name as "table", c.cid, c.name, lower(c.type) as type, c."notnull", c.dflt_value, c.pk
    from sqlite_master m, pragma_table_info(m.name) c
    where m.type = 'table' and m.name not like 'sqlite_%' order by m.name, c.cid`
  const references = sql`select m.name as "table", f."from", f."table" as target, f."to", f.on_delete, f.on_update
    from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table' order by 1, 2`
  const indexes = sql`select m.name as "table", i.name, i."unique", i.origin, i.partial, x.sql
    from sqlite_master m, pragma_index_list(m.name) i left join sqlite_master x on x.name = i.name
    where m.type = 'table' order by 1, 2`
  return read(db, { tables, columns, references, indexes })
}

/** Tables as PostgreSQL keeps them. */
const ofPostgres: Read = (db) => {
  const columns = sql`select table_name, ordinal_position::int, column_name, data_type, is_nullable, column_default,
      is_identity, identity_generation
    from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`
  const constraints = sql`select conrelid::regclass::text as "table", conname, pg_get_constraintdef(oid) as definition
    from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n' order by 1, 2`
  const indexes = sql`select tablename, indexname, indexdef from pg_indexes where schemaname = 'public' order by 1, 2`
  return read(db, { columns, constraints, indexes })
}

/** A line for each row: the name of the query, then the values of the columns. */
async function read(db: Kysely<Schema>, queries: Record<string, ReturnType<typeof sql>>): Promise<string[]> {
  const lines: string[] = []
  for (const [name, query] of Object.entries(queries)) {
    const { rows } = await query.execute(db)
    assert.ok(rows.length > 0, name)
    for (const row of rows)
      lines.push([name, ...Object.values(row as object)].map(String).join(' | ').replace(/\s+/g, ' '))
  }
  return lines
}

const READERS: Record<Dialect, Read> = { sqlite: ofSqlite, postgres: ofPostgres }

onBothDatabasesAlways('the migrations', (dialect) => {
  // A difference to the file is a difference between old installations and new ones, unless a new migration makes it.
  it('make these tables, columns, defaults, indexes and constraints', async () => {
    const database = open(await emptyDatabase(dialect))
    await migrateDatabase(database)
    const found = await READERS[dialect](database.db)
    const expected = readFileSync(`${ROOT}test/database/schema.${dialect}.txt`, 'utf8')
    assert.deepEqual(found, expected.trimEnd().split('\n'))
  })
})
