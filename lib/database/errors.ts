export type StorageErrorKind =
  /** Too many jobs wait; nothing was tried. */
  | 'overloaded'
  /** No connection, or it broke. What was being committed may have been stored. */
  | 'unavailable'
  /** Other transactions held the needed locks, retry after retry. */
  | 'conflict'
  /** It took too long. */
  | 'timeout'
  /** No space left. */
  | 'full'
  /** The disk or the file failed. */
  | 'io'
  /** Going down. */
  | 'closed'

/** The database is in trouble, whatever the statement was; `cause` is the error of the driver. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code = 'STORAGE_ERROR'
  /** The HTTP status when a route does not catch this error. */
  readonly statusCode = 503
  /** The message tells nothing of the cause. */
  readonly expose = true
  readonly kind: StorageErrorKind

  constructor(kind: StorageErrorKind, cause?: unknown) {
    super(`storage: ${MESSAGES[kind]}`, { cause })
    this.kind = kind
  }
}

/** Another job wrote the same key first, again and again, or deleted the row that this one refers to. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError'
  readonly code = 'CONFLICT'
  /** The HTTP status when a route does not catch this error. */
  readonly statusCode = 409

  constructor(cause: unknown) {
    super('another request changed the same thing at the same time: send this one again', { cause })
  }
}

const MESSAGES: Record<StorageErrorKind, string> = {
  overloaded: 'too many writes wait',
  unavailable: 'the database cannot be reached',
  conflict: 'others were in the way',
  timeout: 'it took too long',
  full: 'there is no space left',
  io: 'the disk failed',
  closed: 'going down'
}

/** SQLSTATEs by their beginning. [PostgreSQL, appendix A] */
const SQL_STATES: readonly [string, StorageErrorKind][] = [
  ['08', 'unavailable'],
  ['40001', 'conflict'],
  ['40P01', 'conflict'],
  ['53100', 'full'],
  ['53', 'unavailable'],
  // Of lock_timeout: it would be no better the next time.
  ['55P03', 'timeout'],
  ['57014', 'timeout'],
  ['57P', 'unavailable'],
  ['25P03', 'timeout'],
  ['25P04', 'timeout'],
  ['58', 'io'],
  // Read-only: a stand-by, or a server that protects itself from a full disk.
  ['25006', 'unavailable']
]

const SQLITE_CODES: readonly [string, StorageErrorKind][] = [
  ['SQLITE_BUSY', 'conflict'],
  ['SQLITE_LOCKED', 'conflict'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_READONLY', 'io'],
  ['SQLITE_CANTOPEN', 'io'],
  ['SQLITE_CORRUPT', 'io'],
  ['SQLITE_NOTADB', 'io'],
  ['SQLITE_PROTOCOL', 'conflict']
]

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT'
])

/** Texts of `pg`, whose own errors have no code. */
const PG_TEXTS =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client (has encountered a connection|was closed)|There was an error establishing an SSL connection)/

/** The kind of a driver error; `undefined` when the statement itself is at fault. */
export function kindOf(error: unknown): StorageErrorKind | undefined {
  if (error instanceof StorageError) return error.kind
  if (!(error instanceof Error)) return undefined
  const { code } = error as Error & { code?: unknown }
  if (isOutdated(error)) return 'conflict'
  if (typeof code === 'string') {
    if (NETWORK_CODES.has(code)) return 'unavailable'
    const table = code.startsWith('SQLITE_') ? SQLITE_CODES : SQL_STATES
    if (code.startsWith('SQLITE_') || /^[0-9A-Z]{5}$/.test(code)) return find(table, code)
  }
  if (error.message === 'Query read timeout') return 'timeout'
  return PG_TEXTS.test(error.message) ? 'unavailable' : undefined
}

/** Whether a prepared statement has become useless, because its table was changed. */
export function isOutdated(error: unknown): boolean {
  return error instanceof Error && error.message === 'cached plan must not change result type'
}

function find(table: readonly [string, StorageErrorKind][], code: string): StorageErrorKind | undefined {
  return table.find(([prefix]) => code.startsWith(prefix))?.[1]
}

/** Converts a driver error to a StorageError; returns any other error unchanged. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof StorageError) return error
  const kind = kindOf(error)
  return kind === undefined ? error : new StorageError(kind, error)
}

/** unique_violation, and what SQLite calls it. */
const TAKEN = new Set(['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'])
/** foreign_key_violation, and what SQLite calls it. */
const GONE = new Set(['23503', 'SQLITE_CONSTRAINT_FOREIGNKEY'])

/** Whether a unique key was taken: a second look at the database finds the row that has it. */
export function isTaken(error: unknown): boolean {
  return TAKEN.has(codeOf(error))
}

/** Converts a violated unique or foreign key to a ConflictError; returns any other error unchanged. */
export function toConflictError(error: unknown): unknown {
  return isTaken(error) || GONE.has(codeOf(error)) ? new ConflictError(error) : error
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code)
}
