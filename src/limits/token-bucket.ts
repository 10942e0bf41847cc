/** `burst` at once, and from then on a constant rate per second. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** Counts against a {@link Rate}. The caller provides the time, in milliseconds. */
export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #at: number

  constructor(rate: Rate, now: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /** Takes one token, if there is one. */
  take(now: number): boolean {
    if (!this.has(now)) return false
    this.#tokens--
    return true
  }

  has(now: number, count = 1): boolean {
    this.#refill(now)
    return this.#tokens >= count
  }

  /** Takes one token even if there is none. The debt is at most one burst. */
  charge(now: number): void {
    this.#refill(now)
    this.#tokens = Math.max(this.#tokens - 1, -this.#rate.burst)
  }

  /** Whole seconds until there are enough tokens, at least 1. */
  wait(now: number, count = 1): number {
    this.#refill(now)
    return Math.max(1, Math.ceil((count - this.#tokens) / this.#rate.perSecond))
  }

  #refill(now: number): void {
    const { burst, perSecond } = this.#rate
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * perSecond)
    this.#at = now
  }
}
