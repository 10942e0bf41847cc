import { AgedMap } from './aged-map.js'
import { type Rate, TokenBucket } from './token-bucket.js'

const MAX_IDENTITIES = 10_000
const TELL_EVERY_MS = 60_000

/** The answer to a take-over that comes too soon. */
export interface Flapping {
  /** Seconds. */
  retryAfter: number
  /** Whether this is the first one in a minute. */
  isNews: boolean
}

interface Record {
  bucket: TokenBucket
  toldAt: number
}

/**
 * Two devices with the same credentials replace each other's connection without end. The newest still wins, but only a
 * limited number of times per minute. Only connections that replace another one count. [PROTOCOL X6]
 */
export class TakeoverLimiter {
  readonly #records = new AgedMap<Record>(MAX_IDENTITIES)
  readonly #rate: Rate | undefined
  readonly #now: () => number

  /** @param perMinute 0: no limit */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#rate = perMinute === 0 ? undefined : { burst: perMinute, perSecond: perMinute / 60 }
    this.#now = now
  }

  /**
   * Returns how long a new connection has to wait before it may replace the live connection of this identity, or
   * `undefined` if it may.
   *
   * @param pending new connections of the identity that have not replaced another one yet
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

  /** Counts a connection that has replaced another one. */
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
