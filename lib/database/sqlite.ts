import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement
} from 'kysely'
import Libsql from 'libsql'
import { ABANDON } from './abandon.js'
import { toStorageError } from './errors.js'
import { type Parameter, toParameters } from './parameters.js'
import type { Schema } from './schema.js'

const OWNER_ONLY_DIRECTORY = 0o700
const OWNER_ONLY_FILE = 0o600
/** A statement is prepared once; the oldest goes first. */
const MAX_STATEMENTS = 500
/** To wait for another process (`npm run db`); the event loop waits as well, so it is short. */
const BUSY_TIMEOUT_MS = 100

const BEGIN = 'begin immediate'

export interface SqliteOptions {
  file: string
  /** Whether writing is refused. Default: false. */
  readOnly?: boolean
  /** Milliseconds to wait for another process. Default: 100. */
  busyTimeout?: number
}

/** Opens the file, and makes it and its directory when absent. */
export function openSqlite({ file, readOnly = false, busyTimeout = BUSY_TIMEOUT_MS }: SqliteOptions): Kysely<Schema> {
  const database = openConnection(file, busyTimeout)
  if (readOnly) database.pragma('query_only = ON')
  return new Kysely<Schema>({ dialect: new ImmediateDialect({ database: new Connection(database) }) })
}

/** One connection with the settings that every one must have. */
function openConnection(file: string, busyTimeout: number): Libsql.Database {
  mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_DIRECTORY })
  // SQLite gives the files beside it the same mode. An existing one is not opened here: closing it would take the
  // locks away that this process holds on it.
  if (!existsSync(file)) writeFileSync(file, '', { mode: OWNER_ONLY_FILE, flag: 'a' })
  const database = new Libsql(file)
  try {
    database.pragma(`busy_timeout = ${busyTimeout}`)
    database.pragma('journal_mode = WAL')
    // Power may fail at any moment: what is committed has reached the disk.
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = ON')
    database.pragma('cache_size = -16384')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** A transaction takes the write lock at its beginning, because waiting for another process is harmless there. */
class ImmediateDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig
  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#config)
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

class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(BEGIN))
  }
}

/**
 * What Kysely needs of better-sqlite3, on libsql. Statements are kept, and its traps are closed: numbers without a
 * fraction are bound as integers (libsql would make "5.0" of them in a text column), and after SQLite has rolled a
 * transaction back by itself (a full disk, for one) nothing more is done until the caller rolls back as well, because
 * it would be done outside of any transaction.
 */
class Connection {
  readonly #database: Libsql.Database
  readonly #statements = new Map<string, SqliteStatement>()
  /** abandoned: until the next transaction, because the job may not have heard yet that its own is over. */
  #state: 'idle' | 'transaction' | 'broken' | 'abandoned' = 'idle'

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

  #cross(sql: string): void {
    if (sql === ABANDON) {
      this.#state = 'abandoned'
      return
    }
    const isAbandoned = this.#state === 'abandoned'
    if (sql === 'commit' && (isAbandoned || this.#state === 'broken')) throw new Error(ROLLED_BACK)
    try {
      // Not by a prepared statement: one that finds the database locked would stay half-done, and in the way.
      if (sql !== 'rollback' || this.#database.inTransaction) this.#database.exec(sql)
      if (sql === BEGIN) this.#state = 'transaction'
      else if (!isAbandoned) this.#state = 'idle'
    } catch (error) {
      throw toStorageError(error)
    }
  }

  #guard<T>(sql: string, run: () => T): T {
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

const BOUNDARIES: ReadonlySet<string> = new Set([BEGIN, 'commit', 'rollback', ABANDON])
const NOTHING = { changes: 0, lastInsertRowid: 0 }
const ROLLED_BACK = 'the transaction was rolled back already'

function toBindings(parameters: readonly unknown[]): Parameter[] {
  return toParameters(parameters).map((value) => (Number.isSafeInteger(value) ? BigInt(value as number) : value))
}
