import type { OperatorTokenRow } from './tokens.js'

export interface TokenBookOptions {
  /** Looks a token up by its hash. */
  read: (hash: string) => Promise<OperatorTokenRow | undefined>
  /** Saves when a token was used. Not awaited. */
  markUsed: (row: OperatorTokenRow, now: number) => void
  /** Default: the current time. */
  now?: () => number
}

/** Milliseconds for which a token is cached: a revocation by another process takes effect after that. */
const BELIEF_MS = 2_000
/** Milliseconds between two updates of the time of the last use. */
const USE_INTERVAL_MS = 60_000

interface Entry {
  row: OperatorTokenRow
  readAt: number
  /** When its use was last saved. */
  usedAt: number
}

/** Caches the tokens in use, so that not every request reads the database. */
export class TokenBook {
  readonly #options: TokenBookOptions
  readonly #now: () => number
  #entries = new Map<string, Entry>()
  #reading = new Map<string, Promise<OperatorTokenRow | undefined>>()

  constructor(options: TokenBookOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** Whether a token with this hash was used recently. */
  has(hash: string): boolean {
    return this.#entries.has(hash)
  }

  /** Looks up a token that is about to be used. Rejects if the database does not answer. */
  async use(hash: string): Promise<OperatorTokenRow | undefined> {
    const entry = this.#entries.get(hash)
    const row = entry !== undefined && this.#isFresh(entry) ? entry.row : await this.#read(hash)
    if (row !== undefined) this.#noteUse(hash)
    return row
  }

  /** Clears the cache, because a token was revoked. */
  forget(): void {
    // A read that is running may have begun before the revocation, so its result must not be cached.
    this.#entries = new Map()
    this.#reading = new Map()
  }

  #isFresh({ readAt }: Entry): boolean {
    const age = this.#now() - readAt
    return age >= 0 && age < BELIEF_MS
  }

  /** Requests that arrive while a read runs share its result. */
  #read(hash: string): Promise<OperatorTokenRow | undefined> {
    const running = this.#reading.get(hash)
    if (running !== undefined) return running
    const reading = this.#load(hash, this.#entries)
    const readings = this.#reading.set(hash, reading)
    const done = () => readings.delete(hash)
    reading.then(done, done)
    return reading
  }

  async #load(hash: string, entries: Map<string, Entry>): Promise<OperatorTokenRow | undefined> {
    const readAt = this.#now()
    const row = await this.#options.read(hash)
    if (row === undefined) entries.delete(hash)
    else entries.set(hash, { row, readAt, usedAt: Math.max(entries.get(hash)?.usedAt ?? 0, row.last_used_at ?? 0) })
    return row
  }

  #noteUse(hash: string): void {
    const entry = this.#entries.get(hash)
    const now = this.#now()
    if (entry === undefined || Math.abs(now - entry.usedAt) < USE_INTERVAL_MS) return
    entry.usedAt = now
    this.#options.markUsed(entry.row, now)
  }
}
