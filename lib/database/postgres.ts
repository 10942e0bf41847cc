import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult
} from 'kysely'
import pg from 'pg'
import { ABANDON } from './abandon.js'
import { kindOf, StorageError, toStorageError } from './errors.js'
import { toParameters } from './parameters.js'
import type { Schema } from './schema.js'

const CONNECT_TIMEOUT_MS = 5_000
/** Of one statement; well below the 30 s after which a charge point gives up. */
const STATEMENT_TIMEOUT_MS = 10_000
/** The same on our side, for a server that has fallen silent. */
const QUERY_TIMEOUT_MS = 12_000
/** Of waiting for a lock; shorter than a statement may take, so that the error tells the two apart. */
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
  /** Connections at most. */
  poolSize: number
  /** Whether a statement may take as long as it wants. Default: false. */
  isPatient?: boolean
  /** Called when an idle connection breaks. */
  onIdleError?: (error: Error) => void
}

/** int8: ids, times and counts, all below 2^53. */
const INT8 = pg.types.builtins.INT8

/** Connects when first used. */
export function openPostgres({
  url,
  poolSize,
  isPatient = false,
  onIdleError = () => undefined
}: PostgresOptions): Kysely<Schema> {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'fastify-ocpp',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    ...(!isPatient && TIMEOUTS),
    types: { getTypeParser: (id, format) => (id === INT8 ? Number : pg.types.getTypeParser(id, format)) }
  })
  pool.on('error', onIdleError)
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool: new Pool(pool) }) })
}

/** What Kysely needs of the pool, with the same parameters as on SQLite. */
class Pool implements PostgresPool {
  readonly #pool: pg.Pool
  readonly #clients = new WeakMap<pg.PoolClient, Client>()

  constructor(pool: pg.Pool) {
    this.#pool = pool
    // A connection may break before whoever asked for it has it; an error that nobody listens to ends the process.
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

type Result = Pick<pg.QueryResult, 'command' | 'rowCount' | 'rows'>

const NOTHING: Result = { command: 'ROLLBACK', rowCount: 0, rows: [] }

class Client implements PostgresPoolClient {
  readonly #client: pg.PoolClient
  /** What broke it; it is not used again. */
  #fault: unknown

  constructor(client: pg.PoolClient) {
    this.#client = client
    // An error between two statements: the next statement rejects with it.
    client.on('error', (error) => {
      this.#fault = error
    })
    // Whatever the default of the server is: a message is answered only after its rows are on disk.
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
    // Not used again: the answer to a statement under way may come yet, and a statement that waits would be next.
    if (sql === ABANDON) this.#fault ??= new StorageError('timeout')
    if (this.#fault !== undefined) {
      // The server rolls back by itself, when the connection ends.
      if (sql === 'rollback' || sql === ABANDON) return NOTHING
      throw new StorageError('unavailable', this.#fault)
    }
    try {
      const result = await this.#client.query(sql, toParameters(parameters))
      // A transaction in which a statement failed is not committed, and nobody says so but this word.
      if (sql === 'commit' && result.command !== 'COMMIT') throw new Error('the transaction was rolled back')
      return result
    } catch (error) {
      const kind = kindOf(error)
      // After a time-out of ours the answer may still come, to whoever uses the connection next.
      if (kind === 'unavailable' || (error instanceof Error && error.message === 'Query read timeout')) {
        this.#fault = error
      }
      throw toStorageError(error)
    }
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
