import type { ChargePoint } from 'fastify-ocpp'

/** A call that tells a price or a cost. */
export interface PriceCall {
  action: string
  payload: object
}

export interface LatestCallsOptions {
  call(identity: string, call: PriceCall): Promise<unknown>
  /** Whether the process is shutting down, so that no new call may be sent. */
  isDraining(): boolean
  onError(error: unknown, chargePoint: Connection): void
}

type Connection = Pick<ChargePoint, 'identity' | 'connected' | 'log'>
type Make = () => Promise<PriceCall | undefined> | PriceCall | undefined

/** Different things that wait for a charge point: an id token or a transaction each. A slow charge point has no more. */
const MAX_WAITING = 100

/**
 * Calls to charge points of which only the latest counts, such as the running cost. One at a time waits for an answer; of
 * those that wait to be sent, a later one with the same key replaces an earlier one. So a slow charge point gets fewer
 * calls, and other calls to it wait for one of these at most.
 */
export class LatestCalls {
  readonly #options: LatestCallsOptions
  readonly #waiting = new WeakMap<Connection, Map<string, Make>>()
  readonly #running = new Set<Promise<void>>()

  constructor(options: LatestCallsOptions) {
    this.#options = options
  }

  /**
   * Never waits and never throws.
   *
   * @param make makes the call when its turn has come; `undefined`: none after all
   */
  send(chargePoint: Connection, key: string, make: Make): void {
    const waiting = this.#waiting.get(chargePoint)
    if (waiting !== undefined) {
      // A new place at the end: the calls that waited longer come first.
      waiting.delete(key)
      if (waiting.size < MAX_WAITING) waiting.set(key, make)
      return
    }
    this.#waiting.set(chargePoint, new Map([[key, make]]))
    const running = this.#run(chargePoint).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async #run(chargePoint: Connection): Promise<void> {
    const { call, isDraining, onError } = this.#options
    const waiting = this.#waiting.get(chargePoint) ?? new Map<string, Make>()
    while (chargePoint.connected && !isDraining()) {
      const [next] = waiting
      if (next === undefined) break
      const [key, make] = next
      waiting.delete(key)
      try {
        const made = await make()
        if (made !== undefined) await call(chargePoint.identity, made)
      } catch (error) {
        // Nothing depends on these calls: charging goes on, and the next one may succeed.
        onError(error, chargePoint)
      }
    }
    this.#waiting.delete(chargePoint)
  }
}
