/** Lets no more than so many through in any one window of time. */
export class RateLimit {
  readonly #limit: number
  readonly #window: number
  readonly #now: () => number
  #began = Number.NEGATIVE_INFINITY
  #count = 0

  /** @param window milliseconds */
  constructor(limit: number, window: number, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#window = window
    this.#now = now
  }

  /** Counts one, and tells whether it may pass. */
  pass(): boolean {
    const now = this.#now()
    if (now - this.#began >= this.#window) {
      this.#began = now
      this.#count = 0
    }
    this.#count++
    return this.#count <= this.#limit
  }
}
