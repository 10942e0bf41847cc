import {
  AbortedError,
  CallError,
  DisconnectedError,
  InvalidResponseError,
  NotConnectedError,
  QueueFullError,
  TimeoutError
} from '../errors.js'
import { MAX_WAIT } from './back-off.js'

/** When a transaction message that failed is sent again. [1.6 §3.7.1; 2.x E13] */
export interface DeliveryRules {
  /** TransactionMessageAttempts / MessageAttempts: how often a message is sent before it is given up. Default 3. */
  attempts?: number
  /** TransactionMessageRetryInterval / MessageAttemptInterval: milliseconds, times the number of failures. Default 60 000. */
  retryInterval?: number
}

export const DELIVERY: Required<DeliveryRules> = { attempts: 3, retryInterval: 60_000 }

interface Delivery {
  send(): Promise<unknown>
  wasSent: boolean
  failures: number
  resolve(response: unknown): void
  reject(error: unknown): void
}

/**
 * Transaction messages in the order in which they were made, each until it is answered. One that is refused or
 * not answered is tried again after failures x interval, then given up; losing the connection is no failure,
 * and neither is what kept it from being sent.
 */
export class DeliveryQueue {
  readonly #rules: Required<DeliveryRules>
  readonly #deliveries: Delivery[] = []
  #isOnline = false
  #isSending = false
  #timer: NodeJS.Timeout | undefined

  constructor(rules: Required<DeliveryRules>) {
    this.#rules = rules
  }

  /** Messages that are not answered yet. */
  get size(): number {
    return this.#deliveries.length
  }

  /** Resolves with the answer, however long the connection is away. */
  async add(action: string, send: () => Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
    const aborted = (wasSent: boolean) => {
      const error = new AbortedError(action, { sent: wasSent })
      error.cause = signal?.reason
      return error
    }
    if (signal?.aborted) throw aborted(false)
    let abort = () => {}
    try {
      return await new Promise((resolve, reject) => {
        const delivery = { send, wasSent: false, failures: 0, resolve, reject }
        abort = () => {
          this.#remove(delivery)
          reject(aborted(delivery.wasSent))
        }
        signal?.addEventListener('abort', abort, { once: true })
        this.#deliveries.push(delivery)
        this.#next()
      })
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** The connection is there: what waits is sent. */
  resume(): void {
    this.#isOnline = true
    this.#next()
  }

  /** The connection is away: what waits is kept. */
  pause(): void {
    this.#isOnline = false
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Rejects what was not delivered. */
  close(error: Error): void {
    this.pause()
    for (const delivery of this.#deliveries.splice(0)) delivery.reject(error)
  }

  #next(): void {
    const delivery = this.#deliveries[0]
    if (delivery === undefined || !this.#isOnline || this.#isSending || this.#timer !== undefined) return
    this.#isSending = true
    delivery.wasSent = true
    const sent = this.#send(delivery).finally(() => {
      // Whoever awaits this answer has it before the next payload is made.
      setImmediate(() => {
        this.#isSending = false
        this.#next()
      })
    })
    sent.catch((error) => delivery.reject(error))
  }

  async #send(delivery: Delivery): Promise<void> {
    try {
      const response = await delivery.send()
      this.#remove(delivery)
      delivery.resolve(response)
    } catch (error) {
      this.#failed(delivery, error)
    }
  }

  #failed(delivery: Delivery, error: unknown): void {
    if (error instanceof DisconnectedError || error instanceof NotConnectedError) return
    if (!wasNotSent(error)) delivery.failures++
    if (!isWorthRetrying(error) || delivery.failures >= this.#rules.attempts) {
      this.#remove(delivery)
      delivery.reject(error)
      return
    }
    if (!this.#isOnline || this.#deliveries[0] !== delivery) return
    const wait = this.#rules.retryInterval * Math.max(1, delivery.failures)
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.#next()
      },
      Math.min(wait, MAX_WAIT)
    )
  }

  #remove(delivery: Delivery): void {
    const position = this.#deliveries.indexOf(delivery)
    if (position === -1) return
    this.#deliveries.splice(position, 1)
    if (position > 0 || this.#timer === undefined) return
    // Only the first is waited for.
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#next()
  }
}

/** No valid answer and a CALLERROR are; a payload or an action of ours that is wrong stays wrong. */
function isWorthRetrying(error: unknown): boolean {
  const isFailure = error instanceof CallError || error instanceof TimeoutError || error instanceof InvalidResponseError
  return isFailure || error instanceof QueueFullError
}

function wasNotSent(error: unknown): boolean {
  return error instanceof QueueFullError || (error instanceof TimeoutError && !error.sent)
}
