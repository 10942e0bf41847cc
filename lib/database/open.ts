import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.js'
import { kindOf, StorageError } from './errors.js'
import { openHeavySqlite } from './heavy.js'
import { type Lock, LockedError, lockFile } from './lock.js'
import { migrate, TooNewError } from './migrations.js'
import { isMisconfiguration, openPostgres } from './postgres.js'
import type { Schema } from './schema.js'
import { PoolerError, ServerLock } from './server-lock.js'
import { openSqlite } from './sqlite.js'

export interface DatabaseSettings {
  DATA_DIR: string
  DATABASE_URL?: string | undefined
  DATABASE_POOL_SIZE: number
}

export interface OpenOptions {
  /** Called when an idle connection to PostgreSQL breaks. */
  onIdleError?: (error: Error) => void
  /** Whether this is the process that serves chargers, of which there is one to a SQLite file. Default: true. */
  exclusive?: boolean
  /** Milliseconds to wait for another process that writes; SQLite only. */
  busyTimeout?: number
}

/** An open database, with connections to read and others to write, so that neither waits for the other. */
export interface OpenDatabase {
  readonly dialect: Dialect
  /** To read. */
  readonly db: Kysely<Schema>
  /** To read what may take long: nothing else waits for it. */
  readonly heavy: Kysely<Schema>
  /** Rejects what is read on `heavy` from now on, and what is being read if no server ends it. */
  cancelHeavy(): void
  /** To write; the writer's own. */
  readonly writeDb: Kysely<Schema>
  /** Number of transactions to run at the same time. */
  readonly lanes: number
  /** A connection on which a statement may take as long as it wants. */
  forMigrations(): { db: Kysely<Schema>; close(): Promise<void> }
  close(): Promise<void>
}

/** More transactions at a time on PostgreSQL only make each of them smaller. */
const MAX_LANES = 4
/** Connections to PostgreSQL for reads that may take long. */
const MAX_HEAVY_READERS = 2

/** The SQLite file of these settings. */
export function sqliteFile({ DATA_DIR }: Pick<DatabaseSettings, 'DATA_DIR'>): string {
  return join(DATA_DIR, 'ocpp.db')
}

/**
 * Opens the database of these settings. PostgreSQL is connected to when first used.
 *
 * @throws LockedError, or what SQLite threw
 */
export function openDatabase(settings: DatabaseSettings, options: OpenOptions = {}): OpenDatabase {
  const { DATABASE_URL: url, DATABASE_POOL_SIZE: poolSize } = settings
  return url === undefined ? openFile(sqliteFile(settings), options) : openServer(url, poolSize, options)
}

function openFile(file: string, { exclusive = true, busyTimeout }: OpenOptions): OpenDatabase {
  const lock: Lock = exclusive ? lockFile(file) : { release: () => undefined }
  const timeout = busyTimeout === undefined ? {} : { busyTimeout }
  try {
    const writeDb = openSqlite({ file, ...timeout })
    const db = openSqlite({ file, readOnly: true, ...timeout })
    const heavy = openHeavySqlite({ file })
    const close = async () => {
      await heavy.db.destroy()
      await db.destroy()
      // So that the file alone is all there is; whatever keeps it from that, nothing is lost.
      await sql`pragma wal_checkpoint(truncate)`.execute(writeDb).catch(() => undefined)
      await writeDb.destroy()
      lock.release()
    }
    const forMigrations = () => ({ db: writeDb, close: async () => undefined })
    const cancelHeavy = () => heavy.cancel()
    return { dialect: 'sqlite', db, heavy: heavy.db, cancelHeavy, writeDb, lanes: 1, forMigrations, close }
  } catch (error) {
    lock.release()
    throw error
  }
}

/**
 * Pools of their own, so that slow reads never occupy the connections that write messages of charge points, nor long
 * ones those of short ones.
 */
function openServer(url: string, poolSize: number, { onIdleError }: OpenOptions): OpenDatabase {
  const lanes = Math.max(1, Math.min(MAX_LANES, Math.floor(poolSize / 2)))
  const options = { url, ...(onIdleError && { onIdleError }) }
  const writeDb = openPostgres({ ...options, poolSize: lanes, isPipelined: true })
  const readers = Math.max(1, poolSize - lanes)
  const heavyReaders = Math.min(MAX_HEAVY_READERS, Math.floor(readers / 2))
  const db = openPostgres({ ...options, poolSize: readers - heavyReaders })
  // With a single connection to read there is none to spare.
  const heavy = heavyReaders === 0 ? db : openPostgres({ ...options, poolSize: heavyReaders })
  const close = async () => {
    if (heavy !== db) await heavy.destroy()
    await db.destroy()
    await writeDb.destroy()
  }
  const forMigrations = () => {
    const patient = openPostgres({ ...options, poolSize: 1, isPatient: true })
    return { db: patient, close: () => patient.destroy() }
  }
  // The server ends a statement after seconds.
  const cancelHeavy = () => undefined
  return { dialect: 'postgres', db, heavy, cancelHeavy, writeDb, lanes, forMigrations, close }
}

/** Brings the schema up to date, however long that takes. */
export async function migrateDatabase({ dialect, forMigrations }: OpenDatabase): Promise<string[]> {
  const { db, close } = forMigrations()
  try {
    return await migrate(db, { dialect })
  } finally {
    await close()
  }
}

/**
 * The lock of the process that serves this database, or of one node of those that do; undefined on SQLite, whose file is
 * locked when it is opened.
 */
export function serverLock(
  { DATABASE_URL: url }: DatabaseSettings,
  options: { onLost: () => void; isShared: boolean }
): ServerLock | undefined {
  return url === undefined ? undefined : new ServerLock({ url, ...options })
}

/** Resolves when the database answers. */
export async function ping({ db }: OpenDatabase): Promise<void> {
  await sql`select 1`.execute(db)
}

/** Whether the error may go away by itself. Otherwise somebody has to change a setting, the file or the program. */
export function isTransient(error: unknown): boolean {
  if (error instanceof LockedError || error instanceof TooNewError || error instanceof PoolerError) return false
  if (isMisconfiguration(error)) return false
  const kind = kindOf(error)
  return kind !== undefined && kind !== 'io'
}

/** One line for the operator, without the password. */
export function explain(error: unknown, settings: DatabaseSettings): string {
  const { message, syscall } = rootOf(error)
  if (error instanceof LockedError || error instanceof TooNewError) return message
  if (settings.DATABASE_URL !== undefined) return `DATABASE_URL: ${message}`
  if (syscall !== undefined || message.includes('Unable to open')) {
    return `DATA_DIR must be a writable directory: ${message}`
  }
  return `DATA_DIR: ${sqliteFile(settings)} cannot be used: ${message}`
}

function rootOf(error: unknown): { message: string; syscall?: unknown } {
  if (error instanceof StorageError && error.cause !== undefined) return rootOf(error.cause)
  return error instanceof Error ? error : { message: String(error) }
}
