import type { ChargePoint } from 'fastify-ocpp'
import type { Traits } from './traits.js'

/**
 * Maximum delay for a charge point that may be called only after its boot: after this time it is called even without
 * one.
 */
const LONGEST_WAIT_MS = 600_000

interface Waiting {
  timer: NodeJS.Timeout
  resolve(isSettled: boolean): void
}

/**
 * Decides when the back-end itself may call a connection: some charge points drop the connection when they are
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

  /** Resolves when the connection is settled, to false if it ends before. */
  async settled(chargePoint: ChargePoint): Promise<boolean> {
    if (!chargePoint.connected) return false
    if (this.isSettled(chargePoint)) return true
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(chargePoint, true), this.#remaining(chargePoint)).unref()
      this.#waiting.set(chargePoint, [...(this.#waiting.get(chargePoint) ?? []), { timer, resolve }])
    })
  }

  /** To be called when the BootNotification of a connection was answered. */
  booted(chargePoint: ChargePoint): void {
    this.#booted.add(chargePoint)
    this.#end(chargePoint, true)
  }

  /** To be called when the connection ended. */
  left(chargePoint: ChargePoint): void {
    this.#end(chargePoint, false)
  }

  /** Remaining delay in milliseconds; 0 or less after its end. */
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
