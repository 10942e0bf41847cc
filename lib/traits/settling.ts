import type { ChargePoint } from 'fastify-ocpp'
import type { Traits } from './traits.js'

/** A charge point that is to be called after its boot only is called all the same after this time without one. */
const LONGEST_WAIT_MS = 600_000

interface Waiting {
  timer: NodeJS.Timeout
  resolve(isSettled: boolean): void
}

/**
 * Which connections may be called by the back-end itself: charge points exist that drop the connection when they are
 * called before their BootNotification is answered. Calls of operators do not wait.
 */
export class Settling {
  readonly #traitsOf: (chargePoint: ChargePoint) => Traits
  /** Connections whose BootNotification was answered. */
  readonly #booted = new WeakSet<ChargePoint>()
  readonly #waiting = new Map<ChargePoint, Waiting[]>()

  constructor(traitsOf: (chargePoint: ChargePoint) => Traits) {
    this.#traitsOf = traitsOf
  }

  /** Whether the BootNotification was answered, or the time of the trait `callsAfterConnect` has passed. */
  isSettled(chargePoint: ChargePoint): boolean {
    return this.#booted.has(chargePoint) || this.#remaining(chargePoint) <= 0
  }

  /** Resolves once the connection is settled, with false when it ends before. */
  async settled(chargePoint: ChargePoint): Promise<boolean> {
    if (!chargePoint.connected) return false
    if (this.isSettled(chargePoint)) return true
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(chargePoint, true), this.#remaining(chargePoint)).unref()
      this.#waiting.set(chargePoint, [...(this.#waiting.get(chargePoint) ?? []), { timer, resolve }])
    })
  }

  /** The BootNotification of a connection was answered. */
  booted(chargePoint: ChargePoint): void {
    this.#booted.add(chargePoint)
    this.#end(chargePoint, true)
  }

  /** The connection is over. */
  left(chargePoint: ChargePoint): void {
    this.#end(chargePoint, false)
  }

  /** Milliseconds; 0 or less when the time has passed. */
  #remaining(chargePoint: ChargePoint): number {
    const { callsAfterConnect = 0 } = this.#traitsOf(chargePoint)
    const wait = callsAfterConnect === 'boot' ? LONGEST_WAIT_MS : callsAfterConnect * 1000
    return chargePoint.connectedAt.getTime() + wait - Date.now()
  }

  #end(chargePoint: ChargePoint, isSettled: boolean): void {
    for (const { timer, resolve } of this.#waiting.get(chargePoint) ?? []) {
      clearTimeout(timer)
      resolve(isSettled)
    }
    this.#waiting.delete(chargePoint)
  }
}
