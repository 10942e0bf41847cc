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

/** Rules for the retry of failed transaction messages. [1.6 §3.7.1; 2.x E13] */
export interface DeliveryRules {
  /** TransactionMessageAttempts / MessageAttempts: maximum number of attempts for a message. Default: 3. */
  attempts?: number
  /**
   * TransactionMessageRetryInterval / MessageAttemptInterval: wait before a retry, multiplied by the number of failures.
   * Milliseconds. Default: 60 000.
   */
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
 * The transaction messages of a charge point, in the order in which they were added. Each message stays until it is
 * answered. A message that is answered with an error, or not in time, is retried after failures x interval until its
 * attempts are used up. A lost connection, and an error before the message was sent, do not count as failures.
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

  /** Number of messages that are not answered yet. */
  get size(): number {
    return this.#deliveries.length
  }

  /** Adds a message. Resolves with its answer, however many connections that takes. */
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

  /** The charge point is connected: starts sending the messages. */
  resume(): void {
    this.#isOnline = true
    this.#next()
  }

  /** The charge point is disconnected: keeps the messages until `resume()`. */
  pause(): void {
    this.#isOnline = false
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Rejects all messages that were not delivered. */
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
      // Code that awaits this answer runs before the payload of the next message is made.
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
    // The timer belongs to the message that was first until now.
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#next()
  }
}

/** Whether a retry may succeed. An invalid payload and an unknown action fail again each time. */
function isWorthRetrying(error: unknown): boolean {
  const isFailure = error instanceof CallError || error instanceof TimeoutError || error instanceof InvalidResponseError
  return isFailure || error instanceof QueueFullError
}

function wasNotSent(error: unknown): boolean {
  return error instanceof QueueFullError || (error instanceof TimeoutError && !error.sent)
}
