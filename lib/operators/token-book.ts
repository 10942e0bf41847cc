/** The stored values of a token or a sign-in. */
interface Row {
  /** Epoch milliseconds. `null`: never. */
  readonly last_used_at: number | null
}

export interface TokenBookOptions<R extends Row> {
  /** Looks a token up by its hash. */
  read: (hash: string) => Promise<R | undefined>
  /** Saves when a token was used. Not awaited. */
  markUsed: (row: R, now: number) => void
  /** Default: the current time. */
  now?: () => number
}

/** Milliseconds for which a token is cached: a revocation by another process takes effect after that. */
const BELIEF_MS = 2_000
/** Milliseconds between two updates of the time of the last use. */
export const USE_INTERVAL_MS = 60_000
/** Above it the oldest is read again when it is used again. */
const MAX_ENTRIES = 10_000

interface Entry<R> {
  row: R
  readAt: number
  /** When its use was last saved. */
  usedAt: number
}

/** Caches the tokens or the sign-ins in use, so that not every request reads the database. */
export class TokenBook<R extends Row> {
  readonly #options: TokenBookOptions<R>
  readonly #now: () => number
  #entries = new Map<string, Entry<R>>()
  #reading = new Map<string, Promise<R | undefined>>()

  constructor(options: TokenBookOptions<R>) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** Whether a token with this hash was used recently. */
  has(hash: string): boolean {
    return this.#entries.has(hash)
  }

  /** Looks up a token that is about to be used. Rejects if the database does not answer. */
  use(hash: string): R | Promise<R | undefined> {
    const entry = this.#entries.get(hash)
    if (entry === undefined || !this.#isFresh(entry)) return this.#readForUse(hash)
    this.#noteUse(hash)
    return entry.row
  }

  /** Clears the cache, because a token was revoked. */
  forget(): void {
    // A read that is running may have begun before the revocation, so its result must not be cached.
    this.#entries = new Map()
    this.#reading = new Map()
  }

  #isFresh({ readAt }: Entry<R>): boolean {
    const age = this.#now() - readAt
    return age >= 0 && age < BELIEF_MS
  }

  async #readForUse(hash: string): Promise<R | undefined> {
    const row = await this.#read(hash)
    if (row !== undefined) this.#noteUse(hash)
    return row
  }

  /** Requests that arrive while a read runs share its result. */
  #read(hash: string): Promise<R | undefined> {
    const running = this.#reading.get(hash)
    if (running !== undefined) return running
    const reading = this.#load(hash, this.#entries)
    const readings = this.#reading.set(hash, reading)
    const done = () => readings.delete(hash)
    reading.then(done, done)
    return reading
  }

  async #load(hash: string, entries: Map<string, Entry<R>>): Promise<R | undefined> {
    const readAt = this.#now()
    const row = await this.#options.read(hash)
    if (row === undefined) entries.delete(hash)
    else entries.set(hash, { row, readAt, usedAt: Math.max(entries.get(hash)?.usedAt ?? 0, row.last_used_at ?? 0) })
    const [oldest] = entries.keys()
    if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest)
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
