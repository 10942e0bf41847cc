/** The charge point's answer about a transaction. [2.x E14] */
export interface TransactionStatus {
  ongoing: boolean | undefined
  messagesInQueue: boolean
}

export interface GapWatchOptions {
  /** Time that a late event has to arrive. Milliseconds. */
  delay: number
  /** Time until the charge point is asked again; doubled each time. Milliseconds. Default: one minute. */
  retryDelay?: number
  isIncomplete(identity: string, transactionId: string): Promise<boolean>
  ask(identity: string, transactionId: string): Promise<TransactionStatus>
  /** Called when events are missing that will not come. */
  onLost(identity: string, transactionId: string, status: TransactionStatus): Promise<void> | void
  onError(identity: string, error: unknown): void
}

/** Maximum number of transactions that are remembered; the latest ones stay. */
const MAX_REMEMBERED = 10_000
const RETRY_DELAY_MS = 60_000
/** Maximum number of requests per connection; the next request follows after a reconnect. */
const MAX_ATTEMPTS = 6

interface Watched {
  timer: NodeJS.Timeout | undefined
  attempts: number
}

/**
 * Asks a charge point about a transaction with missing events after they have had time to arrive. It asks again while
 * the request fails or the charge point says that events wait in its queue.
 */
export class GapWatch {
  readonly #options: GapWatchOptions
  readonly #retryDelay: number
  /** By charge point and transaction. An entry without a timer was asked about already. */
  readonly #watched = new Map<string, Watched>()
  #isClosed = false

  constructor(options: GapWatchOptions) {
    this.#options = options
    this.#retryDelay = options.retryDelay ?? RETRY_DELAY_MS
  }

  /** To be called when an event of the transaction is missing. */
  notice(identity: string, transactionId: string): void {
    if (!this.#watched.has(keyOf(identity, transactionId))) this.#watch(identity, transactionId, 0)
  }

  /** To be called when the charge point has reconnected: it is asked once more about these transactions. */
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
      // The missing events were only late. A later gap is a new one.
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
