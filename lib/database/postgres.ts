import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult
} from 'kysely'
import type pg from 'pg'
import { ABANDON } from './abandon.js'
import { postgresDriver } from './driver.js'
import { isOutdated, kindOf, StorageError, toStorageError } from './errors.js'
import { type Parameter, toParameters } from './parameters.js'
import type { Schema } from './schema.js'
import { statementName } from './shape.js'

const CONNECT_TIMEOUT_MS = 5_000
/** Timeout of one statement, well below the 30 s after which a charge point gives up. Milliseconds. */
const STATEMENT_TIMEOUT_MS = 10_000
/** The same timeout on the client, in case the server does not respond. Milliseconds. */
const QUERY_TIMEOUT_MS = 12_000
/**
 * Timeout of waiting for a lock; shorter than the timeout of a statement, so that the error tells the two apart.
 * Milliseconds.
 */
const LOCK_TIMEOUT_MS = 8_000
const IDLE_IN_TRANSACTION_MS = 30_000
const TIMEOUTS = {
  statement_timeout: STATEMENT_TIMEOUT_MS,
  query_timeout: QUERY_TIMEOUT_MS,
  lock_timeout: LOCK_TIMEOUT_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS
}

export interface PostgresOptions {
  url: string
  /** Maximum number of connections. */
  poolSize: number
  /** Whether statements have no timeout. Default: false. */
  isPatient?: boolean
  /** Whether a statement is sent before the one before it on the same connection is answered. Default: false. */
  isPipelined?: boolean
  /** Called when an idle connection breaks. */
  onIdleError?: (error: Error) => void
}

/** The type of ids, times and counts, all below 2^53. */
const INT8 = 20

/** Connects when first used. */
export function openPostgres({
  url,
  poolSize,
  isPatient = false,
  isPipelined = false,
  onIdleError = () => undefined
}: PostgresOptions): Kysely<Schema> {
  const { Pool: PgPool, types } = postgresDriver()
  const pool = new PgPool({
    connectionString: url,
    max: poolSize,
    application_name: 'fastify-ocpp',
    keepAlive: true,
    pipeline: isPipelined,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    ...(!isPatient && TIMEOUTS),
    types: { getTypeParser: (id, format) => (id === INT8 ? Number : types.getTypeParser(id, format)) }
  })
  pool.on('error', onIdleError)
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool: new Pool(pool) }) })
}

/** The interface that Kysely expects of the pool, with parameters in the same form as on SQLite. */
class Pool implements PostgresPool {
  readonly #pool: pg.Pool
  readonly #clients = new WeakMap<pg.PoolClient, Client>()

  constructor(pool: pg.Pool) {
    this.#pool = pool
    // A connection may break before the caller has it, and an `error` event without a listener ends the process.
    pool.on('connect', (client) => this.#clients.set(client, new Client(client)))
  }

  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#pool.connect().catch((error) => {
      throw toStorageError(error)
    })
    return this.#clients.get(client) ?? new Client(client)
  }

  end(): Promise<void> {
    return this.#pool.end()
  }
}

const QUERY_TIMEOUT = 'Query read timeout'

type Result = Pick<pg.QueryResult, 'command' | 'rowCount' | 'rows'>

const NOTHING: Result = { command: 'ROLLBACK', rowCount: 0, rows: [] }

class Client implements PostgresPoolClient {
  readonly #client: pg.PoolClient
  /** The error that broke the connection; a broken connection is not used again. */
  #fault: unknown

  constructor(client: pg.PoolClient) {
    this.#client = client
    // An error between two statements makes the next statement reject.
    client.on('error', (error) => {
      this.#fault = error
    })
    // Set explicitly, whatever the server's default: a message is answered only after its rows are on disk.
    client.query('set synchronous_commit = on').catch((error: unknown) => {
      this.#fault = error
    })
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== 'string') throw new TypeError('no cursors')
    return this.#query(sql, parameters)
  }

  async #query(sql: string, parameters: readonly unknown[]): Promise<Result> {
    if (sql === ABANDON) this.#abandon()
    if (this.#fault !== undefined) {
      // The server rolls back by itself, when the connection ends.
      if (sql === 'rollback' || sql === ABANDON) return NOTHING
      throw new StorageError('unavailable', this.#fault)
    }
    try {
      const result = await this.#send(sql, toParameters(parameters))
      // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK instead of an error.
      if (sql === 'commit' && result.command !== 'COMMIT') throw new Error('the transaction was rolled back')
      return result
    } catch (error) {
      const kind = kindOf(error)
      // Removed from the pool after a timeout on our side: the late answer would go to the next user of the connection.
      // The same after another process has changed a table: the statements prepared before cannot be executed any more.
      if (kind === 'unavailable' || isOutdated(error) || (error instanceof Error && error.message === QUERY_TIMEOUT)) {
        this.#fault = error
      }
      throw toStorageError(error)
    }
  }

  /** Statements that were sent already must not be waited for, and those behind them must not be executed. */
  #abandon(): void {
    this.#fault ??= new StorageError('timeout')
    this.#client.connection.stream.destroy()
  }

  /** The statements of the messages that come most stay prepared on their connection. */
  #send(text: string, values: Parameter[]): Promise<Result> {
    const name = statementName(text)
    return name === undefined ? this.#client.query(text, values) : this.#client.query({ name, text, values })
  }

  release(): void {
    this.#client.release(this.#fault !== undefined)
  }
}

/**
 * Errors that go away only if DATABASE_URL or the rights of its user are changed.
 * [PostgreSQL, appendix A: 28, 3D000, 3F000, 42501]
 */
export function isMisconfiguration(error: unknown): boolean {
  if (error instanceof StorageError) return isMisconfiguration(error.cause)
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && /^(28|3D000|3F000|42501|0A000|42P)/.test(code)) return true
  return typeof message === 'string' && /SASL|does not support SSL|self-signed|certificate/.test(message)
}
