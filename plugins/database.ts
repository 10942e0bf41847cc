import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Kysely } from 'kysely'
import { background } from '../lib/background.js'
import type { Dialect } from '../lib/database/dialect.js'
import { kindOf, StorageError } from '../lib/database/errors.js'
import { LockedError } from '../lib/database/lock.js'
import {
  explain,
  isTransient,
  migrateDatabase,
  type OpenDatabase,
  openDatabase,
  ping,
  serverLock
} from '../lib/database/open.js'
import { prune } from '../lib/database/retention.js'
import type { Schema } from '../lib/database/schema.js'
import { lockedBy, type ServerLock } from '../lib/database/server-lock.js'
import { type Batch, GroupCommitWriter, type Writer, type WriterCounters } from '../lib/database/writer.js'
import { ConfigError } from '../lib/settings/settings.js'

declare module 'fastify' {
  interface FastifyInstance {
    database: Database
  }
}

/** What is kept, and how it is written. */
export interface Database {
  readonly dialect: Dialect
  /** To read; on SQLite it refuses to write. */
  readonly db: Kysely<Schema>
  /** To write: every commit goes through here. */
  readonly writer: Writer & { readonly counters: Readonly<WriterCounters> }
  /** Whether the database answers and has this program's schema. */
  isReady(): boolean
  /** Resolves when it first is; never when the app is closed before. */
  readonly ready: Promise<void>
  /** Calls back after every commit, for metrics. */
  onBatch(observer: (batch: Batch) => void): void
}

/** How long the start waits for the database before it goes on without. */
const PATIENCE_MS = 2_000
const MIN_RETRY_MS = 500
const MAX_RETRY_MS = 15_000
const PROBE_MS = 1_000
/** How long the start waits for another process to end: it may be finishing what its chargers asked for. */
const LOCK_PATIENCE_MS = 60_000
const PRUNE_INTERVAL_MS = 600_000
/** These are answered whatever has become of the database. */
const ALWAYS = /^\/(?:health\/|docs|openapi\.json|metrics)/

export interface DatabaseOptions {
  /** Whether other processes may serve the database as well. PostgreSQL only. Default: false. */
  sharedDatabase?: boolean
}

/** Opens the database, waits for it, and watches over it. */
class DatabaseService implements Database {
  readonly writer: GroupCommitWriter
  readonly ready: Promise<void>
  readonly #open: OpenDatabase
  readonly #app: FastifyInstance
  readonly #observers: ((batch: Batch) => void)[] = []
  readonly #stop = new AbortController()
  readonly #lock: ServerLock | undefined
  #state: 'starting' | 'ready' | 'down' | 'closed' = 'starting'
  #announceReady: () => void = () => undefined

  constructor(app: FastifyInstance, { sharedDatabase = false }: DatabaseOptions) {
    this.#app = app
    this.#lock = sharedDatabase ? undefined : serverLock(app.config, () => this.#onLockLost())
    const onIdleError = (err: Error) => app.log.warn({ err }, 'a connection to the database broke')
    this.#open = openDatabase(app.config, { onIdleError })
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

  isReady(): boolean {
    return this.#state === 'ready'
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
        this.#app.log.info({ dialect: this.dialect, migrations: applied }, 'the database is ready')
        this.#announceReady()
        return
      } catch (err) {
        if (this.#isClosed) return
        if (!isTransient(err)) throw new ConfigError(explain(err, this.#app.config))
        const reason = err instanceof Error ? err.message : err
        this.#app.log.warn({ reason, retryIn: delay }, 'the database cannot be used yet: waiting for it')
        await this.#pause(delay)
      }
    }
  }

  /** Keeps no more than the settings say. */
  async pruneRegularly(): Promise<void> {
    const { db, writer } = this
    const { signal } = this.#stop
    for (; !signal.aborted; await this.#pause(PRUNE_INTERVAL_MS)) {
      try {
        const rows = await prune({ db, writer, settings: this.#app.config, signal })
        if (rows > 0) this.#app.log.info({ rows }, 'pruned what the retention settings do not keep')
      } catch (err) {
        if (!signal.aborted) this.#app.log.warn({ err }, 'pruning failed; it is tried again')
      }
    }
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    this.#stop.abort()
    await this.writer.close()
    await this.#open.close()
    await this.#lock?.release()
  }

  /** Another process may be going down, so that this one can take its place. */
  async #waitForLock(): Promise<void> {
    const deadline = performance.now() + LOCK_PATIENCE_MS
    for (let isFirst = true; !this.#isClosed; isFirst = false) {
      const holder = await this.#lock?.acquire()
      if (holder === undefined) return
      if (performance.now() > deadline) throw lockedBy(holder)
      if (isFirst)
        this.#app.log.warn(
          { holder, patience: LOCK_PATIENCE_MS },
          'waiting for the process that serves the database to end'
        )
      await this.#pause(PROBE_MS)
    }
  }

  /** Nothing is served or written until it is ours again: another process may have it by now. */
  #onLockLost(): void {
    if (this.#isClosed) return
    this.#app.log.error('the connection that keeps other processes off the database broke')
    if (this.#state === 'ready') this.#goDown()
  }

  #goDown(): void {
    this.#state = 'down'
    const recovered = this.#recover().catch((error) => giveUp(this.#app, error))
    background(recovered, this.#app.log, 'could not close after the database was lost to another process')
  }

  #onTrouble(error: Error): void {
    this.#app.log.error({ err: error }, 'writing to the database failed')
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
        this.#app.log.info('the database is back')
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

/** Opening a file fails at once or not at all. */
function createService(app: FastifyInstance, options: DatabaseOptions): DatabaseService {
  try {
    return new DatabaseService(app, options)
  } catch (error) {
    throw new ConfigError(explain(error, app.config))
  }
}

/** Answered as a 503 problem. */
class NotReadyError extends Error {
  readonly statusCode = 503
  readonly code = 'DATABASE_NOT_READY'
}

/**
 * The database. One that cannot be reached is waited for, while the app already listens and answers 503; one that can
 * never be used ends the start, or the process when that turns out only later.
 */
async function database(app: FastifyInstance, options: DatabaseOptions): Promise<void> {
  const service = createService(app, options)
  app.decorate('database', service)
  app.addHook('onClose', () => service.close())
  app.addHook('onRequest', async (request, reply) => {
    if (service.isReady() || ALWAYS.test(request.url)) return
    reply.header('retry-after', 1 + Math.floor(Math.random() * 30))
    throw new NotReadyError('the database cannot be reached')
  })

  const started = service.start()
  const settled = started.then(
    () => true,
    () => true
  )
  if (await Promise.race([settled, sleep(PATIENCE_MS, false)])) await endWith(service, started)
  else
    background(
      started.catch((error) => giveUp(app, error)),
      app.log,
      'could not close after a failed start'
    )
  const pruning = service.ready.then(() => service.pruneRegularly())
  background(pruning, app.log, 'pruning ended: nothing is deleted any more')
}

/** The app is not closed by a start that fails. */
async function endWith(service: DatabaseService, started: Promise<void>): Promise<void> {
  try {
    await started
  } catch (error) {
    await service.close()
    throw error
  }
}

/** Too late to end the start. */
async function giveUp(app: FastifyInstance, error: Error): Promise<void> {
  app.log.fatal(`Cannot go on: ${error.message}`)
  await app.close()
  process.exit(1)
}

export default fp(database, { fastify: '5.x', name: 'database', dependencies: ['env'] })
