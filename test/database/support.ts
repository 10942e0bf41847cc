import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, describe } from 'node:test'
import pg from 'pg'
import type { Dialect } from '../../lib/database/dialect.js'
import {
  type DatabaseSettings,
  migrateDatabase,
  type OpenDatabase,
  type OpenOptions,
  openDatabase,
  sqliteFile
} from '../../lib/database/open.js'
import { GroupCommitWriter, type WriterOptions } from '../../lib/database/writer.js'
import { ALL_DATABASES, ORDINARY_DATABASES } from '../support/long.js'
import { ROOT } from '../support/root.js'

/** A server where anybody may do anything; the database of this name is there already. */
export const SERVER = process.env.TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/test'

/** The files that make the schema. */
const MIGRATIONS = readdirSync(`${ROOT}lib/database/migrations`)
  .sort()
  .map((file) => `${ROOT}lib/database/migrations/${file}`)

/** Why nothing can be tested on PostgreSQL; false when it can. */
export const noPostgres = await whyNotPostgres()

async function whyNotPostgres(): Promise<string | false> {
  try {
    await administer('select 1')
    return false
  } catch (error) {
    if (process.env.REQUIRE_SERVICES === '1') throw error
    return `no PostgreSQL at ${SERVER}`
  }
}

/** Runs one statement with all rights. */
export async function administer(statement: string, url = SERVER): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}

/** The same tests on SQLite and, in the long suite, on PostgreSQL. */
export function onBothDatabases(what: string, tests: (dialect: Dialect) => void): void {
  onDatabases(what, tests, ORDINARY_DATABASES)
}

/** The same tests on SQLite and on PostgreSQL, because what they test is the work of the database. */
export function onBothDatabasesAlways(what: string, tests: (dialect: Dialect) => void): void {
  onDatabases(what, tests, ALL_DATABASES)
}

/** The same tests on the databases that are given. */
export function onDatabases(what: string, tests: (dialect: Dialect) => void, dialects: readonly Dialect[]): void {
  if (dialects.includes('sqlite')) describe(`${what} (SQLite)`, () => tests('sqlite'))
  if (dialects.includes('postgres')) describe(`${what} (PostgreSQL)`, { skip: noPostgres }, () => tests('postgres'))
}

let databases = 0

/** Settings of a database, empty or with the schema, that goes when the calling test is over. */
export async function emptyDatabase(dialect: Dialect, { withSchema = false } = {}): Promise<DatabaseSettings> {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'database-'))
  after(() => rm(DATA_DIR, { recursive: true, force: true }))
  if (dialect === 'sqlite') {
    if (withSchema) await fileWithSchema(DATA_DIR)
    return { DATA_DIR, DATABASE_POOL_SIZE: 2 }
  }
  const name = `fastify_ocpp_${process.pid}_${++databases}`
  await (withSchema ? createWithSchema(name) : administer(`create database ${name}`))
  after(() => administer(`drop database if exists ${name} with (force)`))
  return { DATA_DIR, DATABASE_URL: urlOf(name), DATABASE_POOL_SIZE: 8 }
}

/** Opens a database until the calling test is over. */
export function open(settings: DatabaseSettings, options?: OpenOptions): OpenDatabase {
  const database = openDatabase(settings, options)
  after(() => database.close())
  return database
}

/** An open database with the schema. */
export async function migrated(dialect: Dialect): Promise<OpenDatabase> {
  return open(await emptyDatabase(dialect, { withSchema: true }))
}

/** Any number will do, if all who make the template take the same. */
const TEMPLATE_LOCK = 1_604_198
let template: Promise<string> | undefined

/** A PostgreSQL database with the schema, from which others are copied: quicker than migrating each. */
function templateDatabase(): Promise<string> {
  template ??= makeTemplate()
  return template
}

/** Of a template that has the schema of today. */
async function templateName(): Promise<string> {
  // With its name, which a migration of the same text may change before it is released.
  const sources = await Promise.all(
    MIGRATIONS.map(async (file) => Buffer.concat([Buffer.from(basename(file)), await readFile(file)]))
  )
  return `fastify_ocpp_template_${createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 16)}`
}

async function makeTemplate(): Promise<string> {
  const name = await templateName()
  const client = new pg.Client({ connectionString: SERVER, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) {
      const unfinished = `${name}_unfinished`
      await client.query(`drop database if exists ${unfinished} with (force)`)
      await client.query(`create database ${unfinished}`)
      const database = openDatabase({ DATA_DIR: tmpdir(), DATABASE_URL: urlOf(unfinished), DATABASE_POOL_SIZE: 2 })
      await migrateDatabase(database)
      await database.close()
      await client.query(`alter database ${unfinished} rename to ${name}`)
    }
  } finally {
    await client.end()
  }
  return name
}

let templateDirectory: Promise<string> | undefined

/** Puts a SQLite file that has the schema into a directory: quicker than migrating each. */
export async function fileWithSchema(DATA_DIR: string): Promise<void> {
  templateDirectory ??= makeFileTemplate()
  await copyFile(sqliteFile({ DATA_DIR: await templateDirectory }), sqliteFile({ DATA_DIR }))
}

async function makeFileTemplate(): Promise<string> {
  const directory = join(tmpdir(), await templateName())
  if (existsSync(directory)) return directory
  const unfinished = await mkdtemp(`${directory}-`)
  const database = openDatabase({ DATA_DIR: unfinished, DATABASE_POOL_SIZE: 2 })
  await migrateDatabase(database)
  await database.close()
  // Another process may have been quicker.
  await rename(unfinished, directory).catch(() => rm(unfinished, { recursive: true }))
  return directory
}

/** The URL of another database of the server. */
export function urlOf(name: string): string {
  const url = new URL(SERVER)
  url.pathname = name
  return url.href
}

/** Creates a PostgreSQL database that has the schema already. */
export async function createWithSchema(name: string): Promise<void> {
  await administer(`create database ${name} template ${await templateDatabase()}`)
}

type Tuning = Partial<Omit<WriterOptions, 'db' | 'dialect'>>

/** A writer of an open database, which is finished when the calling test is over. */
export function writerOf({ writeDb, dialect, lanes }: OpenDatabase, options: Tuning = {}): GroupCommitWriter {
  const writer = new GroupCommitWriter({ db: writeDb, dialect, lanes, ...options })
  after(() => writer.close())
  return writer
}

/** The actions in the message log, in the order they were stored. */
export async function loggedActions({ db }: OpenDatabase): Promise<string[]> {
  const rows = await db.selectFrom('messages').select('action').orderBy('id').execute()
  return rows.map(({ action }) => action)
}

export async function metaKeys({ db }: OpenDatabase): Promise<string[]> {
  const rows = await db.selectFrom('meta').select('key').orderBy('key').execute()
  return rows.map(({ key }) => key)
}

/** The reason of every promise that rejected, undefined for the others. */
export async function outcomes(promises: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(promises)
  return settled.map((result) => (result.status === 'rejected' ? result.reason : undefined))
}

/** For `assert.rejects`. */
export function storageError(kind: string) {
  return (error: unknown) => {
    assert.ok(error instanceof Error)
    assert.deepEqual({ name: error.name, kind: (error as { kind?: unknown }).kind }, { name: 'StorageError', kind })
    return true
  }
}
