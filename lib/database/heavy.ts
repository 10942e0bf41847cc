import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler
} from 'kysely'
import Libsql from 'libsql/promise'
import { StorageError, toStorageError } from './errors.js'
import type { Schema } from './schema.js'
import { toBindings } from './sqlite.js'

export interface HeavyOptions {
  file: string
  /** Reads at the same time. Default: 2. */
  lanes?: number
  /** Reads that may wait. Default: 100. */
  maxWaiting?: number
  /** Milliseconds for one statement. Default: 30 000. */
  timeout?: number
}

const LANES = 2
const MAX_WAITING = 100
const TIMEOUT_MS = 30_000
const INTERRUPT_INTERVAL_MS = 20
/** Files of statements that have ended: with more of them the garbage collector is asked to close them. */
const MAX_LEFT = 64
/** With more of them no statement begins. */
const MOST_LEFT = 4 * MAX_LEFT
/** Rows that are fetched in one turn of the event loop. */
const ROWS_IN_A_TURN = 500

/** Reads that may take long. */
export interface HeavyReads {
  readonly db: Kysely<Schema>
  /** Rejects all that run, wait or come later. */
  cancel(): void
}

/**
 * Reads that may take long, on threads of the driver: the event loop is free meanwhile. A statement that takes too long
 * is interrupted. Writing and transactions are refused.
 */
export function openHeavySqlite(options: HeavyOptions): HeavyReads {
  const driver = new HeavyDriver(options)
  const dialect: Dialect = {
    createDriver: () => driver,
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db)
  }
  return { db: new Kysely<Schema>({ dialect }), cancel: () => driver.cancel() }
}

let collector: ((options: { type: 'major'; execution: 'async' }) => Promise<void>) | undefined

async function collectGarbage(): Promise<void> {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc')
    collector = runInNewContext('gc')
  }
  await collector?.({ type: 'major', execution: 'async' })
}

interface Waiting {
  resolve(connection: DatabaseConnection): void
  reject(error: StorageError): void
}

class HeavyDriver implements Driver {
  readonly #connection: HeavyConnection
  readonly #maxWaiting: number
  readonly #waiting: Waiting[] = []
  #free: number
  #isCancelled = false

  constructor(options: HeavyOptions) {
    this.#connection = new HeavyConnection(options)
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING
    this.#free = options.lanes ?? LANES
  }

  cancel(): void {
    this.#isCancelled = true
    for (const { reject } of this.#waiting.splice(0)) reject(new StorageError('closed'))
    this.#connection.cancel()
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#isCancelled) throw new StorageError('closed')
    if (this.#free > 0) {
      this.#free--
      return this.#connection
    }
    if (this.#waiting.length >= this.#maxWaiting) throw new StorageError('overloaded')
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  async releaseConnection(): Promise<void> {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next.resolve(this.#connection)
  }

  beginTransaction(): Promise<void> {
    return Promise.reject(new TypeError('a long read needs no transaction'))
  }

  commitTransaction(): Promise<void> {
    return this.beginTransaction()
  }

  rollbackTransaction(): Promise<void> {
    return this.beginTransaction()
  }

  async destroy(): Promise<void> {
    this.cancel()
    await this.#connection.idle()
  }
}

interface Statement {
  iterate(parameters: readonly unknown[]): Promise<Iterable<unknown>>
}

/** A statement from its beginning to its end. */
interface Running {
  readonly database: Libsql
  /** Why it is interrupted. */
  end?: 'timeout' | 'closed'
  ended: Promise<unknown>
}

/**
 * Opens the file anew for each statement, because of the garbage collector: it ends statements on the thread of the
 * event loop, and ending one waits for every other of its connection.
 */
class HeavyConnection implements DatabaseConnection {
  readonly #file: string
  readonly #timeout: number
  readonly #running = new Set<Running>()
  /** The driver closes a file when its statements have been garbage-collected. */
  readonly #left = new FinalizationRegistry<void>(() => this.#open--)
  #open = 0
  #isCancelled = false

  constructor({ file, timeout = TIMEOUT_MS }: HeavyOptions) {
    this.#file = file
    this.#timeout = timeout
  }

  cancel(): void {
    this.#isCancelled = true
    for (const running of this.#running) this.#interrupt(running, 'closed')
  }

  async idle(): Promise<void> {
    await Promise.allSettled([...this.#running].map(({ ended }) => ended))
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#open >= MAX_LEFT) await this.#closeLeft()
    const running: Running = { database: new Libsql(this.#file, {}), ended: Promise.resolve() }
    this.#running.add(running)
    const result = this.#run<R>(running, query)
    running.ended = result
    return result
  }

  /** Costs a pause of the event loop, but no statement ever runs on it, however long it takes. */
  async #closeLeft(): Promise<void> {
    await collectGarbage()
    // The registry is told after that.
    await nextTurn()
    if (this.#isCancelled) throw new StorageError('closed')
    if (this.#open >= MOST_LEFT) throw new StorageError('overloaded')
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError('no cursors')
  }

  async #run<R>(running: Running, query: CompiledQuery): Promise<QueryResult<R>> {
    const timer = setTimeout(() => this.#interrupt(running, 'timeout'), this.#timeout)
    try {
      return { rows: await this.#read<R>(running, query) }
    } catch (error) {
      throw running.end === undefined ? toStorageError(error) : new StorageError(running.end, error)
    } finally {
      clearTimeout(timer)
      this.#running.delete(running)
      running.database.close()
    }
  }

  async #read<R>(running: Running, { sql, parameters }: CompiledQuery): Promise<R[]> {
    const statement: Statement = await running.database.prepare(materialised(sql))
    this.#open++
    this.#left.register(statement, undefined)
    if (running.end !== undefined) throw new Error('interrupted')
    const rows: R[] = []
    for (const row of await statement.iterate(toBindings(parameters))) {
      if (rows.length > 0 && rows.length % ROWS_IN_A_TURN === 0) await nextTurn()
      rows.push(row as R)
    }
    return rows
  }

  /** Again and again, because it does nothing to a statement that has not begun yet. */
  #interrupt(running: Running, end: 'timeout' | 'closed'): void {
    if (!this.#running.has(running)) return
    running.end ??= end
    running.database.interrupt()
    setTimeout(() => this.#interrupt(running, end), INTERRUPT_INTERVAL_MS)
  }
}

/**
 * The driver works on another thread until the first row is there, and fetches the others on the event loop. All rows
 * are found before the first one is there when they are kept in between.
 */
function materialised(sql: string): string {
  return `with heavy as materialized (${sql}) select * from heavy`
}
