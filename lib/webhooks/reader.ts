import type { Reader } from '../events/scope.js'
import { type DueDelivery, findDue } from './deliveries.js'

interface Waiting {
  id: number
  resolve(delivery: DueDelivery | undefined): void
  reject(error: unknown): void
}

/** Reads the deliveries that are due. Requests that arrive while a statement runs are combined into the next one. */
export class DeliveryReader {
  readonly #db: Reader
  #waiting: Waiting[] = []
  #isReading = false

  constructor(db: Reader) {
    this.#db = db
  }

  /** Resolves with `undefined` if the delivery is no longer due. */
  find(id: number): Promise<DueDelivery | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id, resolve, reject })
      if (this.#isReading) return
      this.#isReading = true
      setImmediate(() => {
        this.#read().catch(reject)
      })
    })
  }

  async #read(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0)
      try {
        const found = await findDue(
          this.#db,
          batch.map(({ id }) => id)
        )
        for (const { id, resolve } of batch) resolve(found.get(id))
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#isReading = false
  }
}
