export interface WindowOptions {
  /** Requests of one key in a window. */
  max: number
  /** Milliseconds. */
  length: number
  /** Default: the clock of the system. */
  now?: () => number
}

interface Count {
  startedAt: number
  taken: number
}

/** Keys that are counted at a time. */
const MAX_KEYS = 10_000

/** Counts requests by key, in windows that begin with the first request. */
export class FixedWindow {
  readonly #options: WindowOptions
  readonly #now: () => number
  readonly #counts = new Map<string, Count>()

  constructor(options: WindowOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** Counts a request. Returns `undefined`, or the milliseconds until the next window if there were too many. */
  take(key: string): number | undefined {
    const { max, length } = this.#options
    const now = this.#now()
    const count = this.#counts.get(key)
    const age = now - (count?.startedAt ?? Number.NEGATIVE_INFINITY)
    // The clock may have been set back.
    if (count === undefined || age >= length || age < 0) {
      this.#begin(key, now)
      return max >= 1 ? undefined : length
    }
    count.taken++
    return count.taken > max ? length - age : undefined
  }

  #begin(key: string, startedAt: number): void {
    this.#counts.delete(key)
    this.#counts.set(key, { startedAt, taken: 1 })
    if (this.#counts.size <= MAX_KEYS) return
    for (const oldest of this.#counts.keys()) {
      this.#counts.delete(oldest)
      return
    }
  }
}
