/** Node rounds to whole milliseconds, so that an interval may end up to this much before its ticks. */
const SLACK = 1

/**
 * Counts time in ticks, with one timer for many connections. After the process was stopped or its event loop was
 * blocked there is one late tick, and not many ticks in which no message could arrive. Does not keep the process alive.
 */
export class TickClock {
  /** Length of a tick, in milliseconds. */
  readonly tick: number
  readonly #listeners = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #tickedAt = 0

  constructor(tick: number) {
    this.tick = tick
  }

  /** Calls `listener` at every tick. Returns a function that removes it. */
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

  /** The number of ticks until `milliseconds` have passed: never too few, and at most one too many. */
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
