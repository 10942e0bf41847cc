import { AgedMap } from './aged-map.js'
import { type Rate, TokenBucket } from './token-bucket.js'

const RATE: Rate = { burst: 20, perSecond: 1 }
const MAX_KINDS = 1000

/** Added to a log line: how many lines of its kind were left out before it. */
export interface Suppressed {
  suppressed?: number
}

interface Kind {
  bucket: TokenBucket
  suppressed: number
}

/** Prevents remote input from filling the log: of each kind 20 lines are written at once, then one per second. */
export class LogThrottle {
  readonly #kinds = new AgedMap<Kind>(MAX_KINDS)
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Calls `write` with the additions to the line, or leaves the line out. */
  line(kind: string, write: (suppressed: Suppressed) => void): void {
    const now = this.#now()
    let entry = this.#kinds.get(kind)
    if (entry === undefined) {
      entry = { bucket: new TokenBucket(RATE, now), suppressed: 0 }
      this.#kinds.set(kind, entry)
    }
    if (!entry.bucket.take(now)) {
      entry.suppressed++
      return
    }
    const { suppressed } = entry
    entry.suppressed = 0
    write(suppressed === 0 ? {} : { suppressed })
  }
}
