import { fold } from '../events/scope.js'

// Visits at charge points: what is to be done at each is done once it is connected here, and tried again where it fails.

/** A charge point where something is to be done. */
export interface Stop {
  chargePointId: number
  identity: string
}

export interface RoundsOptions {
  find: () => Promise<readonly Stop[]>
  /** Does what is to be done at a charge point. Rejects if that was not possible. */
  visit: (chargePointId: number) => Promise<void>
  /** Those of these charge points that this process may call. */
  here: (identities: readonly string[]) => ReadonlySet<string>
  onError: (error: unknown) => void
  /** Failures in a row after which a charge point is left alone until it connects again. Default: any number. */
  maxFailures?: number
}

/** Also without a reason: another process may have ended in the middle. Milliseconds. */
const EVERY_MS = 30_000
const MIN_RETRY_MS = 10_000
const MAX_RETRY_MS = 300_000

interface Retry {
  identity: string
  failures: number
  /** Epoch milliseconds. */
  at: number
}

export class Rounds {
  readonly #options: RoundsOptions
  readonly #visits = new Map<number, Promise<void>>()
  /** Charge points where a visit has failed. */
  readonly #retries = new Map<number, Retry>()
  #isWanted = true
  #sweptAt = 0

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** Something may be to be done: the next sweep looks for it. */
  want(): void {
    this.#isWanted = true
  }

  /** A charge point is there again: what failed because it was away is tried at once. */
  reconnected(identity: string): void {
    for (const [id, retry] of this.#retries) {
      if (retry.identity === fold(identity)) this.#retries.set(id, { ...retry, failures: 0, at: 0 })
    }
    this.want()
  }

  /** Looks for what is to be done if it is time. Resolves when the calls are on their way. */
  async sweep(): Promise<void> {
    const now = Date.now()
    const isRetry = [...this.#retries.values()].some(({ at }) => at <= now)
    if (!this.#isWanted && !isRetry && now - this.#sweptAt < EVERY_MS) return
    this.#isWanted = false
    this.#sweptAt = now
    try {
      const stops = await this.#options.find()
      const ids = new Set(stops.map(({ chargePointId }) => chargePointId))
      for (const id of this.#retries.keys()) if (!ids.has(id)) this.#retries.delete(id)
      const here = this.#options.here(stops.map(({ identity }) => identity))
      for (const stop of stops) {
        const isWaiting = (this.#retries.get(stop.chargePointId)?.at ?? 0) > now
        if (isWaiting || !here.has(stop.identity) || this.#visits.has(stop.chargePointId)) continue
        const done = this.#visit(stop).finally(() => this.#visits.delete(stop.chargePointId))
        this.#visits.set(stop.chargePointId, done)
      }
    } catch (error) {
      this.#isWanted = true
      this.#options.onError(error)
    }
  }

  /** Resolves when no call is on its way. */
  async idle(): Promise<void> {
    while (this.#visits.size > 0) await Promise.all(this.#visits.values())
  }

  /** Never rejects. */
  async #visit({ chargePointId, identity }: Stop): Promise<void> {
    const { visit, onError, maxFailures = Number.POSITIVE_INFINITY } = this.#options
    try {
      await visit(chargePointId)
      this.#retries.delete(chargePointId)
    } catch (error) {
      const failures = (this.#retries.get(chargePointId)?.failures ?? 0) + 1
      const wait = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** Math.min(failures - 1, 5))
      const at = failures < maxFailures ? Date.now() + wait : Number.POSITIVE_INFINITY
      this.#retries.set(chargePointId, { identity: fold(identity), failures, at })
      onError(error)
    }
  }
}
