/** Allows a maximum number of events in any window of time. */
export class RateLimit {
  readonly #limit: number
  readonly #window: number
  readonly #now: () => number
  #began = Number.NEGATIVE_INFINITY
  #count = 0

  /** @param window length of the window, in milliseconds */
  constructor(limit: number, window: number, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#window = window
    this.#now = now
  }

  /** Counts an event and returns whether it is allowed. */
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
