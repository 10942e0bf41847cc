import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement
} from 'kysely'
import Libsql from 'libsql'
import AsyncLibsql from 'libsql/promise'
import { ABANDON } from './abandon.js'
import { toStorageError } from './errors.js'
import { type Parameter, toParameters } from './parameters.js'
import type { Schema } from './schema.js'
import { provideThreads } from './threads.js'

const OWNER_ONLY_DIRECTORY = 0o700
const OWNER_ONLY_FILE = 0o600
/** Number of prepared statements that are kept; the oldest is dropped first. */
const MAX_STATEMENTS = 500
/**
 * Time to wait for the lock of another process (`npm run db`). The event loop is blocked meanwhile, so it is short.
 * Milliseconds.
 */
const BUSY_TIMEOUT_MS = 100

const BEGIN = 'begin immediate'
/**
 * Pages of the write-ahead log that are copied into the file at once. A page that many commits have changed is copied
 * only once, so more pages at once cost less; the log grows to some 32 MiB.
 */
const CHECKPOINT_PAGES = 8_000

export interface SqliteOptions {
  file: string
  /** Whether the database is opened read-only. Default: false. */
  readOnly?: boolean
  /** Milliseconds to wait for another process. Default: 100. */
  busyTimeout?: number
}

/** Opens the file. Creates the file and its directory if they do not exist. */
export function openSqlite({ file, readOnly = false, busyTimeout = BUSY_TIMEOUT_MS }: SqliteOptions): Kysely<Schema> {
  const database = openConnection(file, busyTimeout)
  if (readOnly) database.pragma('query_only = ON')
  return new Kysely<Schema>({ dialect: new ImmediateDialect(new Connection(database)) })
}

/** One connection, with the settings that every connection needs. */
function openConnection(file: string, busyTimeout: number): Libsql.Database {
  provideThreads()
  mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_DIRECTORY })
  // SQLite gives the files beside the database the same mode. An existing database is not opened here, because closing
  // it would release the locks that this process holds on it.
  if (!existsSync(file)) writeFileSync(file, '', { mode: OWNER_ONLY_FILE, flag: 'a' })
  const database = new Libsql(file)
  try {
    database.pragma(`busy_timeout = ${busyTimeout}`)
    database.pragma('journal_mode = WAL')
    // Full synchronisation: committed data is on disk even if the power fails.
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = ON')
    database.pragma('cache_size = -16384')
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

class ImmediateDialect extends SqliteDialect {
  readonly #database: Connection
  constructor(database: Connection) {
    super({ database })
    this.#database = database
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#database)
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter()
  }
}

/** SQLite can roll back `create table`; Kysely makes use of that only if the adapter says so. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/**
 * A transaction takes the write lock at its beginning, because waiting for another process is harmless there. While it
 * is committed the event loop is free.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #database: Connection
  constructor(database: Connection) {
    super({ database })
    this.#database = database
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(BEGIN))
  }

  override async commitTransaction(): Promise<void> {
    await this.#database.commit()
  }
}

/**
 * The interface that Kysely expects of better-sqlite3, on top of libsql. Prepared statements are kept. Two differences
 * of libsql are handled: numbers without a fraction are bound as integers, because libsql would store "5.0" in a text
 * column; and after SQLite has rolled a transaction back by itself (for example because the disk is full) every
 * statement is refused until the caller rolls back, too, because it would run outside of any transaction.
 */
class Connection {
  readonly #database: Libsql.Database
  readonly #statements = new Map<string, SqliteStatement>()
  /** `abandoned` lasts until the next transaction, because the abandoned job may still send statements. */
  #state: 'idle' | 'transaction' | 'committing' | 'broken' | 'abandoned' = 'idle'

  constructor(database: Libsql.Database) {
    this.#database = database
  }

  prepare(sql: string): SqliteStatement {
    if (BOUNDARIES.has(sql)) return this.#boundary(sql)
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#guard(sql, () => this.#prepare(sql))
    if (this.#statements.size >= MAX_STATEMENTS) this.#forgetOldest()
    this.#statements.set(sql, statement)
    return statement
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #prepare(sql: string): SqliteStatement {
    const statement = this.#database.prepare<unknown[]>(sql)
    const all = (parameters: readonly unknown[]) => this.#guard(sql, () => statement.all(toBindings(parameters)))
    return {
      reader: statement.reader,
      all,
      run: (parameters) => this.#guard(sql, () => statement.run(toBindings(parameters))),
      iterate: (parameters) => all(parameters)[Symbol.iterator]()
    }
  }

  #boundary(sql: string): SqliteStatement {
    const run = () => {
      this.#cross(sql)
      return NOTHING
    }
    return { reader: false, run, all: () => [], iterate: () => [][Symbol.iterator]() }
  }

  /** Commits on a thread of the driver, because it waits for the disk. Nothing else may use the connection meanwhile. */
  async commit(): Promise<void> {
    if (this.#state === 'abandoned' || this.#state === 'broken') throw new Error(ROLLED_BACK)
    this.#state = 'committing'
    try {
      // The same connection: both interfaces of the driver share it.
      await AsyncLibsql.prototype.exec.call(this.#database, 'commit')
      this.#state = 'idle'
    } catch (error) {
      this.#state = 'broken'
      throw toStorageError(error)
    }
  }

  #cross(sql: string): void {
    if (sql === ABANDON) {
      this.#state = 'abandoned'
      return
    }
    const isAbandoned = this.#state === 'abandoned'
    try {
      // Executed without preparing: a prepared statement that finds the database locked would stay active and block
      // later ones.
      if (sql !== 'rollback' || this.#database.inTransaction) this.#database.exec(sql)
      if (sql === BEGIN) this.#state = 'transaction'
      else if (!isAbandoned) this.#state = 'idle'
    } catch (error) {
      throw toStorageError(error)
    }
  }

  #guard<T>(sql: string, run: () => T): T {
    if (this.#state === 'committing') throw new Error('the transaction is being committed')
    if (this.#state === 'broken' || this.#state === 'abandoned') throw new Error(ROLLED_BACK)
    try {
      return run()
    } catch (error) {
      this.#statements.delete(sql)
      if (this.#state === 'transaction' && !this.#database.inTransaction) this.#state = 'broken'
      throw toStorageError(error)
    }
  }

  #forgetOldest(): void {
    for (const sql of this.#statements.keys()) {
      this.#statements.delete(sql)
      return
    }
  }
}

const BOUNDARIES: ReadonlySet<string> = new Set([BEGIN, 'rollback', ABANDON])
const NOTHING = { changes: 0, lastInsertRowid: 0 }
const ROLLED_BACK = 'the transaction was rolled back already'

export function toBindings(parameters: readonly unknown[]): Parameter[] {
  const bindings = toParameters(parameters)
  for (let index = 0; index < bindings.length; index++) {
    const value = bindings[index]
    if (typeof value === 'number' && Number.isSafeInteger(value)) bindings[index] = BigInt(value)
  }
  return bindings
}
