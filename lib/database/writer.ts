import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseConnection, Kysely, Transaction } from 'kysely'
import { abandon, connectionOf } from './abandon.js'
import type { Dialect } from './dialect.js'
import { isTaken, kindOf, StorageError, toConflictError, toStorageError } from './errors.js'
import type { Row, Rows } from './insert.js'
import { BatchOfJobs, type Work } from './jobs.js'
import type { Schema } from './schema.js'

type Conflict = Pick<AppendOptions, 'onConflict'>

/** Adds rows to the end of the transaction, joined with the rows of other jobs. */
export interface Append {
  <T extends keyof Schema>(table: T, rows: readonly Row<T>[], options?: Conflict): void
  /** Rows of any tables. */
  (rows: readonly Rows[]): void
}

/**
 * Work to be done in a transaction. After a roll-back it may run again, so its only effects are those of `trx` and
 * `append`. It must not use either of them after its promise has settled.
 */
export type Job<T> = (trx: Transaction<Schema>, append: Append) => Promise<T>

export interface JobOptions {
  /** Jobs of the same key run in the order in which they were queued; jobs without a key run in any order. */
  key?: string
  /** Estimated number of rows that the job appends. Default: 0. */
  rows?: number
  /**
   * Whether the job reads and changes nothing that jobs of another key change. On PostgreSQL such jobs of a transaction
   * run at the same time, because each would wait for every statement of the others. Default: false.
   */
  apart?: boolean
}

export interface AppendOptions extends Pick<JobOptions, 'key'> {
  /** `ignore`: a row whose unique key exists already is skipped. Default: such a row makes the job reject. */
  onConflict?: 'ignore'
}

/** Counters since the start. */
export interface WriterCounters {
  /** Number of jobs that wait or run. */
  queued: number
  jobs: number
  failedJobs: number
  /** Number of jobs that were refused because too many waited. */
  overloaded: number
  commits: number
  rollbacks: number
  /** Number of batches that were retried because of a conflict with another transaction. */
  retries: number
}

/** One committed transaction. */
export interface Batch {
  jobs: number
  /** Milliseconds from the begin to the commit. */
  duration: number
  /** Milliseconds that the oldest job of the transaction waited before its begin. */
  waited: number
}

export interface WriterOptions {
  db: Kysely<Schema>
  dialect: Dialect
  /** Maximum number of concurrent transactions; SQLite has one writer. Default: 1. */
  lanes?: number
  /** Maximum number of jobs in one transaction. Default: 200. */
  maxBatch?: number
  /** Maximum number of jobs that wait. Default: 10 000. */
  maxQueue?: number
  /** Timeout of one transaction. Milliseconds. Default: 20 000. */
  timeout?: number
  /** Whether this process may write at all. Default: always. */
  mayWrite?: () => boolean
  onBatch?: (batch: Batch) => void
  /** Called for every transaction that failed because of the database. */
  onTrouble?: (error: StorageError) => void
}

/** Commits jobs and rows. */
export interface Writer {
  readonly counters: Readonly<WriterCounters>
  /**
   * Resolves with what the job returned, once it is committed. Jobs queued together share a transaction; one that
   * throws is the only one that rejects.
   *
   * @throws StorageError, or what the job threw
   */
  write<T>(job: Job<T>, options?: JobOptions): Promise<T>
  /**
   * Inserts rows, joined with the rows of others, after the jobs of its batch. Resolves once they are committed.
   *
   * @throws StorageError, or what the database threw
   */
  append<T extends keyof Schema>(table: T, rows: readonly Row<T>[], options?: AppendOptions): Promise<void>
  /**
   * Inserts rows of several tables in one transaction; otherwise like `append`. The way of the messages that come most:
   * no job has to be run for them.
   *
   * @throws StorageError, or what the database threw
   */
  record(rows: readonly Rows[], options?: Pick<JobOptions, 'key'>): Promise<void>
}

/** A transaction that appends this many rows takes no more jobs, because it blocks the event loop. */
const MAX_ROWS = 2_000
const MAX_RETRIES = 3
const RETRY_DELAY_MS = 20

const always = () => true

/** A waiting job, or waiting rows. */
interface Entry extends Work {
  /** Number of rows that it appends. */
  count: number
  queuedAt: number
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** Joins many small writes into few transactions: a commit of one row takes as long as a commit of two hundred. */
export class GroupCommitWriter implements Writer {
  readonly counters: WriterCounters = {
    queued: 0,
    jobs: 0,
    failedJobs: 0,
    overloaded: 0,
    commits: 0,
    rollbacks: 0,
    retries: 0
  }
  readonly #lanes: readonly Lane[]
  readonly #maxQueue: number
  readonly #mayWrite: () => boolean
  #isClosed = false
  #next = 0

  constructor(options: WriterOptions) {
    const { lanes = 1, maxQueue = 10_000 } = options
    this.#maxQueue = maxQueue
    this.#mayWrite = options.mayWrite ?? always
    this.#lanes = Array.from({ length: lanes }, () => new Lane(options, this.counters))
  }

  write<T>(job: Job<T>, { key, rows = 0, apart }: JobOptions = {}): Promise<T> {
    return this.#enqueue({ job, count: rows, key, apart }) as Promise<T>
  }

  append<T extends keyof Schema>(table: T, rows: readonly Row<T>[], options: AppendOptions = {}): Promise<void> {
    return this.record([rowsOf(table, rows, options)], options)
  }

  record(rows: readonly Rows[], { key }: Pick<JobOptions, 'key'> = {}): Promise<void> {
    let count = 0
    for (const { rows: some } of rows) count += some.length
    if (count === 0) return Promise.resolve()
    return this.#enqueue({ rows, count, key }) as Promise<void>
  }

  /** Finishes the waiting jobs and rejects new ones. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#lanes.map((lane) => lane.idle()))
  }

  #enqueue(work: Work & Pick<Entry, 'count'>): Promise<unknown> {
    const { counters } = this
    if (this.#isClosed) return Promise.reject(new StorageError('closed'))
    if (!this.#mayWrite()) return Promise.reject(new StorageError('unavailable'))
    if (counters.queued >= this.#maxQueue) {
      counters.overloaded++
      return Promise.reject(new StorageError('overloaded'))
    }
    return new Promise((resolve, reject) => {
      const { job, rows, count, key, apart } = work
      this.#laneOf(key)?.push({ job, rows, count, key, apart, queuedAt: performance.now(), resolve, reject })
    })
  }

  /** Jobs of one key always use the same lane, which keeps them in order. */
  #laneOf(key: string | undefined): Lane | undefined {
    const index = key === undefined ? this.#next++ : hash(key)
    return this.#lanes[index % this.#lanes.length]
  }
}

/** Runs one transaction after the other. */
class Lane {
  readonly #db: Kysely<Schema>
  readonly #dialect: Dialect
  readonly #maxBatch: number
  readonly #timeout: number
  readonly #mayWrite: () => boolean
  readonly #onBatch: WriterOptions['onBatch']
  readonly #onTrouble: WriterOptions['onTrouble']
  readonly #counters: WriterCounters
  #waiting: Entry[] = []
  #running: Promise<void> | undefined

  constructor(options: WriterOptions, counters: WriterCounters) {
    this.#db = options.db
    this.#dialect = options.dialect
    this.#maxBatch = options.maxBatch ?? 200
    this.#timeout = options.timeout ?? 20_000
    this.#mayWrite = options.mayWrite ?? always
    this.#onBatch = options.onBatch
    this.#onTrouble = options.onTrouble
    this.#counters = counters
  }

  push(entry: Entry): void {
    this.#counters.queued++
    this.#waiting.push(entry)
    this.#running ??= this.#run()
  }

  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    do {
      // Work of one turn of the event loop goes into one transaction, and so does what came during the last commit.
      await nextTurn()
      await this.#runBatch(this.#take())
    } while (this.#waiting.length > 0)
    this.#running = undefined
  }

  async #runBatch(batch: readonly Entry[]): Promise<void> {
    try {
      await this.#commit(batch)
    } catch (error) {
      await this.#recover(batch, error)
    }
  }

  #take(): Entry[] {
    let count = 0
    let rows = 0
    for (const entry of this.#waiting) {
      if (count === this.#maxBatch || rows >= MAX_ROWS) break
      count++
      rows += entry.count
    }
    const batch = this.#waiting.slice(0, count)
    this.#waiting = this.#waiting.slice(count)
    return batch
  }

  async #commit(batch: readonly Entry[]): Promise<void> {
    const started = performance.now()
    const results = await this.#transaction(batch)
    this.#counters.commits++
    batch.forEach((entry, index) => {
      this.#settle()
      entry.resolve(results[index])
    })
    const [oldest] = batch
    const waited = started - (oldest?.queuedAt ?? started)
    const duration = performance.now() - started
    // Deferred, so that an error of an observer does not look like a failed commit.
    queueMicrotask(() => this.#onBatch?.({ jobs: batch.length, duration, waited }))
  }

  async #transaction(batch: readonly Entry[]): Promise<unknown[]> {
    if (!this.#mayWrite()) throw new StorageError('unavailable')
    try {
      return await this.#db
        .transaction()
        .execute((trx) => this.#inTime(trx, (connection) => this.#work(trx, connection, batch)))
    } catch (error) {
      this.#counters.rollbacks++
      throw error
    }
  }

  /** Abandons work that takes too long. The connection refuses every statement that the work tries later. */
  async #inTime<T>(trx: Transaction<Schema>, work: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    const connection = await connectionOf(trx)
    let timer: NodeJS.Timeout | undefined
    const expired = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        abandon(connection)
        reject(new StorageError('timeout'))
      }, this.#timeout)
    })
    try {
      return await Promise.race([work(connection), expired])
    } finally {
      clearTimeout(timer)
    }
  }

  #work(trx: Transaction<Schema>, connection: DatabaseConnection, batch: readonly Entry[]): Promise<unknown[]> {
    return new BatchOfJobs({ trx, connection, dialect: this.#dialect, rowsOf: appendedRows }).run(batch)
  }

  async #recover(batch: readonly Entry[], failure: unknown): Promise<void> {
    const error = await this.#again(batch, failure)
    if (error === undefined) return
    if (batch.length === 1 || this.#isHopeless(error)) this.#reject(batch, error)
    else await this.#oneByOne(batch)
  }

  /** Retries a batch that conflicted with another transaction. Returns the last error, or `undefined`. */
  async #again(batch: readonly Entry[], failure: unknown): Promise<unknown> {
    let error = failure
    for (let attempt = 1; attempt <= MAX_RETRIES && mayPass(batch, error); attempt++) {
      this.#counters.retries++
      await sleep(attempt * RETRY_DELAY_MS * (0.5 + Math.random()))
      try {
        await this.#commit(batch)
        return undefined
      } catch (again) {
        error = again
      }
    }
    return error
  }

  /** Commits the jobs of a failed batch one by one, so that only the job at fault is rejected. */
  async #oneByOne(batch: readonly Entry[]): Promise<void> {
    for (const [index, entry] of batch.entries()) {
      await nextTurn()
      try {
        await this.#commit([entry])
      } catch (failure) {
        const error = await this.#again([entry], failure)
        if (error === undefined) continue
        if (this.#isHopeless(error)) return this.#reject(batch.slice(index), error)
        this.#reject([entry], error)
      }
    }
  }

  /** Whether the next job would fail with the same error. SQLite has one lock for all jobs. */
  #isHopeless(error: unknown): boolean {
    const kind = kindOf(error)
    return kind !== undefined && (kind !== 'conflict' || this.#dialect === 'sqlite')
  }

  #reject(batch: readonly Entry[], cause: unknown): void {
    const error = toConflictError(toStorageError(cause))
    if (error instanceof StorageError) this.#onTrouble?.(error)
    for (const entry of batch) {
      this.#settle()
      this.#counters.failedJobs++
      entry.reject(error)
    }
  }

  #settle(): void {
    this.#counters.queued--
    this.#counters.jobs++
  }
}

/**
 * Whether a retry may succeed: for example after a deadlock, or after another process inserted the same unique key,
 * which the job finds when it looks again. The latter is retried for a single job only, because the job itself may be
 * at fault.
 */
function mayPass(batch: readonly Entry[], error: unknown): boolean {
  if (kindOf(error) === 'conflict') return true
  const [entry, ...others] = batch
  return entry?.job !== undefined && others.length === 0 && isTaken(error)
}

function appendedRows(
  first: keyof Schema | readonly Rows[],
  rows: readonly object[] = [],
  options: Conflict = {}
): readonly Rows[] {
  return typeof first === 'string' ? [rowsOf(first, rows, options)] : first
}

function rowsOf(table: keyof Schema, rows: readonly object[], { onConflict }: Conflict): Rows {
  return { table, rows: rows as Readonly<Record<string, unknown>>[], ignoreConflicts: onConflict === 'ignore' }
}

function hash(key: string): number {
  let value = 0
  for (let index = 0; index < key.length; index++) value = (value * 31 + key.charCodeAt(index)) >>> 0
  return value
}
