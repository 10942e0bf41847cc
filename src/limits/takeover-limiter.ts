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

  /**
   * Whether somebody who wants to take over from a live connection of this identity has to wait; `undefined` when not.
   *
   * @param pending newcomers of the identity that are connected and have pushed nobody out yet
   */
  refuse(identity: string, pending: number): Flapping | undefined {
    if (this.#rate === undefined) return undefined
    const now = this.#now()
    const record = this.#record(identity, this.#rate, now)
    const wanted = pending + 1
    if (record.bucket.has(now, wanted)) return undefined
    const isNews = now - record.toldAt >= TELL_EVERY_MS
    if (isNews) record.toldAt = now
    return { retryAfter: record.bucket.wait(now, wanted), isNews }
  }

  /** A newcomer of this identity has pushed somebody out. */
  count(identity: string): void {
    if (this.#rate === undefined) return
    const now = this.#now()
    this.#record(identity, this.#rate, now).bucket.charge(now)
  }

  #record(identity: string, rate: Rate, now: number): Record {
    const known = this.#records.get(identity)
    if (known !== undefined) return known
    const record = { bucket: new TokenBucket(rate, now), toldAt: Number.NEGATIVE_INFINITY }
    this.#records.set(identity, record)
    return record
  }
}
