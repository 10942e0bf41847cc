import { AgedMap } from './aged-map.js'
import { type Rate, TokenBucket } from './token-bucket.js'

const MAX_IDENTITIES = 10_000
const TELL_EVERY_MS = 60_000

/** A take-over that comes too soon. */
export interface Flapping {
  /** Seconds. */
  retryAfter: number
  /** The first one in a minute. */
  isNews: boolean
}

interface Record {
  bucket: TokenBucket
  toldAt: number
}

/**
 * Two that have the same credentials push each other out without an end. The newest wins still, but only so many
 * times a minute. Nothing is counted that pushes nobody out. [PROTOCOL X6]
 */
export class TakeoverLimiter {
  readonly #records = new AgedMap<Record>(MAX_IDENTITIES)
  readonly #rate: Rate | undefined
  readonly #now: () => number

  /** `perMinute`: 0 for any number. */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#rate = perMinute === 0 ? undefined : { burst: perMinute, perSecond: perMinute / 60 }
    this.#now = now
  }

  /** Somebody wants to take over from a live connection of this identity; nothing when it may. */
  take(identity: string): Flapping | undefined {
    if (this.#rate === undefined) return undefined
    const now = this.#now()
    let record = this.#records.get(identity)
    if (record === undefined) {
      record = { bucket: new TokenBucket(this.#rate, now), toldAt: Number.NEGATIVE_INFINITY }
      this.#records.set(identity, record)
    }
    if (record.bucket.take(now)) return undefined
    const isNews = now - record.toldAt >= TELL_EVERY_MS
    if (isNews) record.toldAt = now
    return { retryAfter: record.bucket.wait(now), isNews }
  }
}
