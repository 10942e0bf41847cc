/** What a charge point says about a transaction. [2.x E14] */
export interface TransactionStatus {
  ongoing: boolean | undefined
  messagesInQueue: boolean
}

export interface GapWatchOptions {
  /** Milliseconds that an event may be late. */
  delay: number
  isIncomplete(identity: string, transactionId: string): Promise<boolean>
  ask(identity: string, transactionId: string): Promise<TransactionStatus>
  /** Told of what is still missing and will not come. */
  onLost(identity: string, transactionId: string, status: TransactionStatus): Promise<void> | void
  onError(identity: string, error: unknown): void
}

/** Transactions that were asked after are remembered, the latest of them. */
const MAX_REMEMBERED = 10_000

/** Asks once after a transaction of which events are missing, when they have had time to come. */
export class GapWatch {
  readonly #options: GapWatchOptions
  /** By charge point and transaction; undefined when it was asked already. */
  readonly #timers = new Map<string, NodeJS.Timeout | undefined>()

  constructor(options: GapWatchOptions) {
    this.#options = options
  }

  /** Some event of the transaction is missing. */
  notice(identity: string, transactionId: string): void {
    const key = JSON.stringify([identity.toLowerCase(), transactionId])
    if (this.#timers.has(key)) return
    const timer = setTimeout(() => void this.#look(key, identity, transactionId), this.#options.delay)
    this.#timers.set(key, timer.unref())
    if (this.#timers.size > MAX_REMEMBERED) this.#forgetOldest()
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  async #look(key: string, identity: string, transactionId: string): Promise<void> {
    const { isIncomplete, ask, onLost, onError } = this.#options
    this.#timers.set(key, undefined)
    try {
      if (!(await isIncomplete(identity, transactionId))) {
        // They were only late: the next gap is another one.
        this.#timers.delete(key)
        return
      }
      const status = await ask(identity, transactionId)
      if (!status.messagesInQueue) await onLost(identity, transactionId, status)
    } catch (error) {
      onError(identity, error)
    }
  }

  #forgetOldest(): void {
    for (const [key, timer] of this.#timers) {
      clearTimeout(timer)
      this.#timers.delete(key)
      return
    }
  }
}
