import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe } from 'node:test'
import pg from 'pg'
import type { Dialect } from '../../plugins/database/dialect.js'
import {
  type DatabaseSettings,
  migrateDatabase,
  type OpenDatabase,
  type OpenOptions,
  openDatabase
} from '../../plugins/database/open.js'
import { GroupCommitWriter, type WriterOptions } from '../../plugins/database/writer.js'

/** A server where anybody may do anything; the database of this name is there already. */
export const SERVER = process.env.TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/test'

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

/** The same tests on both databases. */
export function onBothDatabases(what: string, tests: (dialect: Dialect) => void): void {
  describe(`${what} (SQLite)`, () => tests('sqlite'))
  describe(`${what} (PostgreSQL)`, { skip: noPostgres }, () => tests('postgres'))
}

let databases = 0

/** Settings of an empty database that goes when the calling test is over. */
export async function emptyDatabase(dialect: Dialect): Promise<DatabaseSettings> {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'database-'))
  after(() => rm(DATA_DIR, { recursive: true, force: true }))
  if (dialect === 'sqlite') return { DATA_DIR, DATABASE_POOL_SIZE: 2 }
  const name = `fastify_ocpp_${process.pid}_${++databases}`
  await administer(`create database ${name}`)
  after(() => administer(`drop database if exists ${name} with (force)`))
  const url = new URL(SERVER)
  url.pathname = name
  return { DATA_DIR, DATABASE_URL: url.href, DATABASE_POOL_SIZE: 8 }
}

/** Opens a database until the calling test is over. */
export function open(settings: DatabaseSettings, options?: OpenOptions): OpenDatabase {
  const database = openDatabase(settings, options)
  after(() => database.close())
  return database
}

/** An open database with the schema. */
export async function migrated(dialect: Dialect): Promise<OpenDatabase> {
  const database = open(await emptyDatabase(dialect))
  await migrateDatabase(database)
  return database
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
