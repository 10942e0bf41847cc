import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { background } from '../background.js'
import type { Log } from '../log.js'
import { type Config, ConfigError } from '../settings/settings.js'
import type { Dialect } from './dialect.js'
import { kindOf, StorageError } from './errors.js'
import { LockedError } from './lock.js'
import { explain, isTransient, migrateDatabase, type OpenDatabase, openDatabase, ping, serverLock } from './open.js'
import { prune } from './retention.js'
import type { Schema } from './schema.js'
import { lockedBy, type ServerLock } from './server-lock.js'
import { type Batch, GroupCommitWriter, type Writer, type WriterCounters } from './writer.js'

/** The open database of the app: connections, writer and state. */
export interface Database {
  readonly dialect: Dialect
  /** To read; on SQLite it refuses to write. */
  readonly db: Kysely<Schema>
  /**
   * To read what no index bounds: lists, filters, sums. On SQLite `db` works on the thread of the event loop, this one
   * does not.
   */
  readonly heavy: Kysely<Schema>
  /** To write: every commit goes through here. */
  readonly writer: Writer & { readonly counters: Readonly<WriterCounters> }
  /** Whether the database answers and has this program's schema. */
  isReady(): boolean
  /** Resolves when the database answers, also while all connections for reading are busy. */
  answer(): Promise<void>
  /** Resolves when the database is ready for the first time; never if the app is closed before that. */
  readonly ready: Promise<void>
  /** Calls back after every commit, for metrics. */
  onBatch(observer: (batch: Batch) => void): void
}

export interface DatabaseOptions {
  /** Whether other processes may serve the database as well. PostgreSQL only. Default: false. */
  sharedDatabase?: boolean
}

/** The process that the database is opened for. */
export interface DatabaseHost {
  readonly config: Config
  readonly log: Log
  /** Called when the database can never be used again: ends the process. */
  giveUp(error: Error): Promise<void>
}

const MIN_RETRY_MS = 500
const MAX_RETRY_MS = 15_000
const PROBE_MS = 1_000
/** How long the start waits for another process to end: it may be finishing what its chargers asked for. */
const LOCK_PATIENCE_MS = 60_000
const PRUNE_INTERVAL_MS = 600_000

/** Opens the database, waits for it, and watches over it. */
export class DatabaseService implements Database {
  readonly writer: GroupCommitWriter
  readonly ready: Promise<void>
  readonly #open: OpenDatabase
  readonly #host: DatabaseHost
  readonly #observers: ((batch: Batch) => void)[] = []
  readonly #stop = new AbortController()
  readonly #lock: ServerLock | undefined
  #state: 'starting' | 'ready' | 'down' | 'closed' = 'starting'
  #announceReady: () => void = () => undefined

  /** @throws what opening a file throws */
  constructor(host: DatabaseHost, { sharedDatabase = false }: DatabaseOptions) {
    this.#host = host
    const isShared = host.config.NATS_URL !== undefined
    this.#lock = sharedDatabase ? undefined : serverLock(host.config, { onLost: () => this.#onLockLost(), isShared })
    const onIdleError = (err: Error) => host.log.warn({ err }, 'a connection to the database broke')
    this.#open = openDatabase(host.config, { onIdleError })
    this.ready = new Promise((resolve) => {
      this.#announceReady = resolve
    })
    this.writer = new GroupCommitWriter({
      db: this.#open.writeDb,
      dialect: this.#open.dialect,
      lanes: this.#open.lanes,
      mayWrite: () => this.#lock?.isHeld !== false,
      onBatch: (batch) => {
        for (const observer of this.#observers) observer(batch)
      },
      onTrouble: (error) => this.#onTrouble(error)
    })
  }

  get dialect(): Dialect {
    return this.#open.dialect
  }

  get db(): Kysely<Schema> {
    return this.#open.db
  }

  get heavy(): Kysely<Schema> {
    return this.#open.heavy
  }

  isReady(): boolean {
    return this.#state === 'ready'
  }

  answer(): Promise<void> {
    return this.#lock === undefined ? ping(this.#open) : this.#lock.ping()
  }

  get #isClosed(): boolean {
    return this.#state === 'closed'
  }

  onBatch(observer: (batch: Batch) => void): void {
    this.#observers.push(observer)
  }

  /** Resolves when the schema is up to date; tries for as long as that may help. */
  async start(): Promise<void> {
    for (let delay = MIN_RETRY_MS; ; delay = Math.min(2 * delay, MAX_RETRY_MS)) {
      try {
        await this.#waitForLock()
        if (this.#isClosed) return
        const applied = await migrateDatabase(this.#open)
        if (this.#isClosed) return
        if (this.#lock?.isHeld === false) throw new StorageError('unavailable')
        this.#state = 'ready'
        this.#host.log.info({ dialect: this.dialect, migrations: applied }, 'the database is ready')
        this.#announceReady()
        return
      } catch (err) {
        if (this.#isClosed) return
        if (!isTransient(err)) throw new ConfigError(explain(err, this.#host.config))
        const reason = err instanceof Error ? err.message : err
        this.#host.log.warn({ reason, retryIn: delay }, 'the database cannot be used yet: waiting for it')
        await this.#pause(delay)
      }
    }
  }

  /** Deletes, at intervals, rows that are older than the settings allow. */
  async pruneRegularly(): Promise<void> {
    const { db, writer } = this
    const { signal } = this.#stop
    for (; !signal.aborted; await this.#pause(PRUNE_INTERVAL_MS)) {
      try {
        const rows = await prune({ db, writer, settings: this.#host.config, signal })
        if (rows > 0) this.#host.log.info({ rows }, 'pruned what the retention settings do not keep')
      } catch (err) {
        if (!signal.aborted) this.#host.log.warn({ err }, 'pruning failed; it is tried again')
      }
    }
  }

  /** Ends reads that may take long, because requests that wait for them keep the app from closing. */
  endLongReads(): void {
    this.#open.cancelHeavy()
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    this.#stop.abort()
    await this.writer.close()
    await this.#open.close()
    await this.#lock?.release()
  }

  /** Waits for the lock, because the process that holds it may be shutting down. */
  async #waitForLock(): Promise<void> {
    const deadline = performance.now() + LOCK_PATIENCE_MS
    for (let isFirst = true; !this.#isClosed; isFirst = false) {
      const holder = await this.#lock?.acquire()
      if (holder === undefined) return
      if (performance.now() > deadline) throw lockedBy(holder)
      if (isFirst)
        this.#host.log.warn(
          { holder, patience: LOCK_PATIENCE_MS },
          'waiting for the process that serves the database to end'
        )
      await this.#pause(PROBE_MS)
    }
  }

  /** Without the lock nothing is served or written until it is held again, because another process may have it. */
  #onLockLost(): void {
    if (this.#isClosed) return
    this.#host.log.error('the connection that keeps other processes off the database broke')
    if (this.#state === 'ready') this.#goDown()
  }

  #goDown(): void {
    this.#state = 'down'
    const recovered = this.#recover().catch((error) => this.#host.giveUp(error))
    background(recovered, this.#host.log, 'could not close after the database was lost to another process')
  }

  #onTrouble(error: Error): void {
    this.#host.log.error({ err: error }, 'writing to the database failed')
    if (kindOf(error) !== 'unavailable' || this.#state !== 'ready') return
    this.#goDown()
  }

  /** Resolves when the database can be used again. */
  async #recover(): Promise<void> {
    while (this.#state === 'down') {
      try {
        await ping(this.#open)
        const holder = await this.#lock?.acquire()
        if (holder !== undefined) throw lockedBy(holder)
        if (this.#state !== 'down') return
        this.#state = 'ready'
        this.#host.log.info('the database is back')
      } catch (error) {
        if (error instanceof LockedError) throw error
        await this.#pause(PROBE_MS)
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms * (0.8 + 0.4 * Math.random()), undefined, { ref: false, signal: this.#stop.signal }).catch(
      () => undefined
    )
  }
}
