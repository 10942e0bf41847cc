import { setMaxListeners } from 'node:events'
import { type BackOff, delayAfter } from './back-off.js'
import type { AttemptResult, DueDelivery } from './deliveries.js'
import type { Answer, Target } from './sender.js'
import type { Message } from './signature.js'
import { type Head, Streams } from './streams.js'

/** The outcome of a delivery. `gone`: the webhook was disabled by its receiver. */
export type DeliveryOutcome = 'delivered' | 'retried' | 'failed' | 'gone'

export interface WorkerOptions {
  target: Target
  /** The delivery, or `undefined` if it is no longer due. */
  find: (id: number) => Promise<DueDelivery | undefined>
  send: (target: Target, message: Message, signal: AbortSignal) => Promise<Answer>
  record: (result: AttemptResult) => Promise<void>
  /** Whether an attempt may begin, because no other process delivers to the webhook. */
  mayStart: () => boolean
  /** Called after every attempt, with its duration in milliseconds. */
  onOutcome: (outcome: DeliveryOutcome, attempt: AttemptResult, duration: number) => void
  onError: (error: unknown) => void
  /** Maximum number of attempts at a time. */
  parallel?: number
  backOff: BackOff
}

const PARALLEL = 32
/** After this number of failures in a row the receiver counts as down, and gets one delivery at a time. */
const MAX_FAILURES = 5
/** Maximum number of milliseconds between two attempts at a receiver that is down. */
const MAX_PAUSE_MS = 60_000
/** Milliseconds until a retry after the database did not answer. */
const DATABASE_RETRY_MS = 1_000

const GONE = 410

/**
 * Delivers the events of one webhook: in order for each charge point, several charge points at a time. A failed
 * delivery is retried, and only the later ones of its charge point wait.
 */
export class DeliveryWorker {
  readonly #options: WorkerOptions
  readonly #streams = new Streams()
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Deliveries that succeeded, but are not saved as such yet. */
  readonly #unwritten = new Set<number>()
  #target: Target
  #state: 'open' | 'stopped' = 'open'
  /** Failures in a row. */
  #failures = 0
  #pauses = 0
  #pause: NodeJS.Timeout | undefined

  constructor(options: WorkerOptions) {
    this.#options = options
    this.#target = options.target
    // Every running attempt listens to this signal.
    setMaxListeners(0, this.#stop.signal)
  }

  /** Number of deliveries that wait or are running. */
  get size(): number {
    return this.#streams.size
  }

  /** Replaces the receiver. */
  set target(target: Target) {
    this.#target = target
  }

  add(heads: Iterable<Head>): void {
    for (const head of heads) if (!this.#unwritten.has(head.id)) this.#streams.add(head)
    this.pump()
  }

  /** Removes deliveries that are no longer due. */
  forget(ids: ReadonlySet<number>): void {
    this.#streams.forget(ids)
  }

  /** Begins all attempts that may begin. */
  pump(): void {
    const { parallel = PARALLEL, mayStart } = this.#options
    const atATime = this.#failures < MAX_FAILURES ? parallel : 1
    while (this.#state === 'open' && this.#pause === undefined && this.#running.size < atATime) {
      const head = mayStart() ? this.#streams.take() : undefined
      if (head === undefined) return
      const running = this.#deliver(head).finally(() => {
        this.#running.delete(running)
        this.pump()
      })
      this.#running.add(running)
    }
  }

  /**
   * Begins no further attempts, and lets running ones end within this number of milliseconds. Aborted ones are repeated
   * later.
   */
  async stop(grace: number): Promise<void> {
    this.#state = 'stopped'
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    const timer = setTimeout(() => this.#stop.abort(), grace)
    await Promise.all(this.#running)
    clearTimeout(timer)
  }

  async #deliver({ key, id }: Head): Promise<void> {
    try {
      const delivery = await this.#options.find(id)
      if (delivery === undefined) this.#streams.done(key)
      else await this.#attempt(key, delivery)
    } catch (error) {
      this.#options.onError(error)
      this.#wait(key, DATABASE_RETRY_MS)
    }
  }

  async #attempt(key: string, delivery: DueDelivery): Promise<void> {
    const { send } = this.#options
    const started = performance.now()
    const answer = await send(this.#target, { id: delivery.event_id, body: delivery.payload }, this.#stop.signal)
    // The attempt was aborted, which is not the receiver's fault.
    if (!answer.isOk && this.#stop.signal.aborted) return
    const duration = performance.now() - started
    if (answer.isOk) this.#succeeded(key, { delivery, answer, duration })
    else await this.#failed(key, { delivery, answer, duration })
  }

  #succeeded(key: string, { delivery, answer, duration }: Ended): void {
    const { record, onOutcome, onError } = this.#options
    const result = resultOf(delivery, answer, { status: 'delivered', nextAttemptAt: null })
    this.#unwritten.add(delivery.id)
    // Not awaited: if the outcome cannot be saved, the event is delivered once more.
    record(result)
      .catch(onError)
      .finally(() => this.#unwritten.delete(delivery.id))
    onOutcome('delivered', result, duration)
    this.#streams.done(key)
    // The receiver is up again, so all deliveries may go on.
    if (this.#failures >= MAX_FAILURES) this.#streams.resumeAll()
    this.#failures = 0
    this.#pauses = 0
    this.#endPause()
  }

  async #failed(key: string, { delivery, answer, duration }: Ended): Promise<void> {
    const { record, onOutcome, backOff } = this.#options
    const isGone = answer.status === GONE
    const now = Date.now()
    const isOver = isGone || now >= delivery.retry_until
    const wanted = Math.max(delayAfter(delivery.attempts + 1, backOff), Math.min(answer.retryAfter ?? 0, backOff.max))
    // The last attempt is made at the end of the time, not before.
    const wait = Math.min(wanted, Math.max(delivery.retry_until - now, 0))
    const result = resultOf(delivery, answer, {
      status: isOver ? 'failed' : 'pending',
      nextAttemptAt: isOver ? null : Math.round(now + wait)
    })
    // No further attempts while the outcome is being saved.
    if (isGone) this.#state = 'stopped'
    await record(result)
    if (!isGone) this.#slowDown()
    if (isOver) this.#streams.done(key)
    else this.#wait(key, wait)
    onOutcome(isGone ? 'gone' : isOver ? 'failed' : 'retried', result, duration)
  }

  #slowDown(): void {
    this.#failures++
    // Attempts that ran when the first one failed do not count again.
    if (this.#failures < MAX_FAILURES || this.#pause !== undefined) return
    this.#pauses++
    const { min } = this.#options.backOff
    this.#pause = this.#later(delayAfter(this.#pauses, { min, max: MAX_PAUSE_MS }), () => {
      this.#pause = undefined
      this.pump()
    })
  }

  #endPause(): void {
    clearTimeout(this.#pause)
    this.#pause = undefined
  }

  #wait(key: string, milliseconds: number): void {
    this.#streams.postpone(key)
    this.#later(milliseconds, () => {
      this.#streams.resume(key)
      this.pump()
    })
  }

  #later(milliseconds: number, job: () => void): NodeJS.Timeout | undefined {
    if (this.#state === 'stopped') return undefined
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      job()
    }, milliseconds).unref()
    this.#timers.add(timer)
    return timer
  }
}

interface Ended {
  delivery: DueDelivery
  answer: Answer
  duration: number
}

function resultOf(
  { id, attempts }: DueDelivery,
  { status, error }: Answer,
  more: Pick<AttemptResult, 'status' | 'nextAttemptAt'>
): AttemptResult {
  return { id, attempts: attempts + 1, at: Date.now(), responseStatus: status ?? null, error: error ?? null, ...more }
}
