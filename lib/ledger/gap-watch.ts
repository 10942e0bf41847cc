/** What a charge point says about a transaction. [2.x E14] */
export interface TransactionStatus {
  ongoing: boolean | undefined
  messagesInQueue: boolean
}

export interface GapWatchOptions {
  /** Milliseconds that an event may be late. */
  delay: number
  /** Milliseconds until the charge point is asked again; each further time it is twice as long. Default: one minute. */
  retryDelay?: number
  isIncomplete(identity: string, transactionId: string): Promise<boolean>
  ask(identity: string, transactionId: string): Promise<TransactionStatus>
  /** Told of what is still missing and will not come. */
  onLost(identity: string, transactionId: string, status: TransactionStatus): Promise<void> | void
  onError(identity: string, error: unknown): void
}

/** Transactions that are remembered, the latest of them. */
const MAX_REMEMBERED = 10_000
const RETRY_DELAY_MS = 60_000
/** Times that a charge point is asked while it is connected; after that it is asked when it comes back. */
const MAX_ATTEMPTS = 6

interface Watched {
  timer: NodeJS.Timeout | undefined
  attempts: number
}

/**
 * Asks after a transaction of which events are missing, when they have had time to come: once, and again as long as
 * asking fails or the charge point says that they wait in its queue.
 */
export class GapWatch {
  readonly #options: GapWatchOptions
  readonly #retryDelay: number
  /** By charge point and transaction; without a timer when it was asked already. */
  readonly #watched = new Map<string, Watched>()
  #isClosed = false

  constructor(options: GapWatchOptions) {
    this.#options = options
    this.#retryDelay = options.retryDelay ?? RETRY_DELAY_MS
  }

  /** Some event of the transaction is missing. */
  notice(identity: string, transactionId: string): void {
    if (!this.#watched.has(keyOf(identity, transactionId))) this.#watch(identity, transactionId, 0)
  }

  /** The charge point is there again: it is asked after these once more, whatever it was asked before. */
  cameBack(identity: string, transactionIds: readonly string[]): void {
    for (const transactionId of transactionIds) {
      this.#forget(keyOf(identity, transactionId))
      this.notice(identity, transactionId)
    }
  }

  close(): void {
    this.#isClosed = true
    for (const { timer } of this.#watched.values()) clearTimeout(timer)
    this.#watched.clear()
  }

  #watch(identity: string, transactionId: string, attempts: number): void {
    const { delay, onError } = this.#options
    const wait = attempts === 0 ? delay : this.#retryDelay * 2 ** (attempts - 1)
    const watched: Watched = { timer: undefined, attempts }
    const look = () => {
      this.#look(watched, identity, transactionId).catch((error) => onError(identity, error))
    }
    watched.timer = setTimeout(look, wait).unref()
    this.#watched.set(keyOf(identity, transactionId), watched)
    if (this.#watched.size > MAX_REMEMBERED) this.#forgetOldest()
  }

  async #look(watched: Watched, identity: string, transactionId: string): Promise<void> {
    const { isIncomplete, ask, onLost, onError } = this.#options
    const key = keyOf(identity, transactionId)
    watched.timer = undefined
    try {
      // They were only late: the next gap is another one.
      if (!(await isIncomplete(identity, transactionId))) return this.#forget(key, watched)
      const status = await ask(identity, transactionId)
      if (!status.messagesInQueue) return await onLost(identity, transactionId, status)
    } catch (error) {
      onError(identity, error)
    }
    const attempts = watched.attempts + 1
    // It may have been forgotten, or noticed anew, while the charge point was asked.
    const isCurrent = this.#watched.get(key) === watched
    if (isCurrent && attempts < MAX_ATTEMPTS && !this.#isClosed) this.#watch(identity, transactionId, attempts)
  }

  #forget(key: string, watched = this.#watched.get(key)): void {
    if (watched === undefined || this.#watched.get(key) !== watched) return
    clearTimeout(watched.timer)
    this.#watched.delete(key)
  }

  #forgetOldest(): void {
    const [oldest] = this.#watched.keys()
    if (oldest !== undefined) this.#forget(oldest)
  }
}

function keyOf(identity: string, transactionId: string): string {
  return JSON.stringify([identity.toLowerCase(), transactionId])
}
