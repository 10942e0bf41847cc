/** Node counts whole milliseconds, so that an interval may be that much shorter than its ticks. */
const SLACK = 1

/**
 * Counts time in ticks, with one timer for many connections. A process that was stopped, or whose event loop was
 * blocked, sees one late tick, not an hour in which everybody was silent. Keeps no process alive.
 */
export class TickClock {
  /** Milliseconds. */
  readonly tick: number
  readonly #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #tickedAt = 0

  constructor(tick: number) {
    this.tick = tick
  }

  /** Calls `listener` with every tick. Returns what ends that. */
  every(listener: () => void): () => void {
    this.#listeners.add(listener)
    this.#timer ??= this.#start()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  /** Ticks from now until `milliseconds` have passed: never fewer, and at most one tick later. */
  ticksFor(milliseconds: number): number {
    const since = Math.min(performance.now() - this.#tickedAt, this.tick)
    return Math.ceil((milliseconds + since + SLACK) / this.tick)
  }

  #start(): NodeJS.Timeout {
    this.#tickedAt = performance.now()
    const timer = setInterval(() => {
      this.#tickedAt = performance.now()
      for (const listener of this.#listeners) listener()
    }, this.tick)
    return timer.unref()
  }
}
