/** The number of lines of one kind that are written at once, and the milliseconds until another one may be written. */
const BURST = 20
const COST_MS = 1000

/** Added to a line: how many lines of its kind were left out before it. */
export interface LeftOut {
  suppressed?: number
}

interface Kind {
  /** The time from which there is no debt, in milliseconds. */
  paidAt: number
  suppressed: number
}

/**
 * Rate limit for log lines caused by remote input: of each kind 20 lines at once, then one per second. Kinds must be a
 * fixed set, and never contain remote input.
 */
export class LogLines {
  readonly #kinds = new Map<string, Kind>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Calls `write`, unless there were too many lines of this kind. */
  line(kind: string, write: (leftOut: LeftOut) => void): void {
    const now = this.#now()
    const entry = this.#kinds.get(kind) ?? { paidAt: now, suppressed: 0 }
    this.#kinds.set(kind, entry)
    const from = Math.max(entry.paidAt, now)
    if (from - now > (BURST - 1) * COST_MS) {
      entry.suppressed++
      return
    }
    const { suppressed } = entry
    entry.paidAt = from + COST_MS
    entry.suppressed = 0
    write(suppressed === 0 ? {} : { suppressed })
  }
}
