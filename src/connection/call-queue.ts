import { AbortedError, DisconnectedError, QueueFullError, TimeoutError } from '../errors.js'
import { timerDelay } from '../time.js'
import type { CallOutcome } from '../types/events.js'

/** A CALL from its request to its end. */
export interface PendingCall {
  readonly id: string
  readonly action: string
  readonly request: unknown
  /** The serialised frame. */
  readonly text: string
  /** How long the caller waits for the answer, in milliseconds from sending. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  /** Calls with a higher one are sent first. */
  readonly priority: number
}

type FailedOutcome = Exclude<CallOutcome, 'result'>

/** The end of a call: the `response` for the outcome `result`, otherwise an error. */
export type Ending =
  | { readonly outcome: 'result'; readonly response: unknown; readonly error?: undefined }
  | { readonly outcome: FailedOutcome; readonly response?: undefined; readonly error: Error }

export interface CallQueueOptions {
  /** Maximum number of calls that wait while one is outstanding. */
  limit: number
  /** How long the line is held for an answer after the caller has left, in milliseconds from sending. */
  lineTimeout: number
  identity: string
  transmit(call: PendingCall): void
  ended(call: PendingCall, ending: Ending, duration: number): void
}

interface Entry {
  call: PendingCall
  /** Whether the caller has its answer. A call that was given up stays outstanding until the charge point answers. */
  isEnded: boolean
  startedAt: number
  /** The time of sending, or `undefined` while the call waits. */
  sentAt: number | undefined
  /** Started at sending. It first limits the wait of the caller, then the time that the line is held. */
  timer: NodeJS.Timeout | undefined
  onAbort: (() => void) | undefined
  resolve(payload: unknown): void
  reject(error: Error): void
}

/**
 * Sends one CALL at a time; the others wait, by priority and then in order. [OCPP-J §4.1.1] Every call ends exactly once. A caller may leave
 * before the answer, but the charge point is still busy with the call: the line is held until it answers or
 * `lineTimeout` ends. The timeout of a waiting call starts when it is sent.
 */
export class CallQueue {
  readonly #options: CallQueueOptions
  readonly #waiting: Entry[] = []
  #outstanding: Entry | undefined

  constructor(options: CallQueueOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.length + (this.#outstanding === undefined ? 0 : 1)
  }

  /** Number of calls whose callers wait for an answer. */
  get awaited(): number {
    return this.#waiting.length + (this.#outstanding?.isEnded === false ? 1 : 0)
  }

  /** Whether a call is outstanding. */
  get isBusy(): boolean {
    return this.#outstanding !== undefined
  }

  /** Whether the caller of the outstanding call has left. Its answer only frees the line. */
  get isGivenUp(): boolean {
    return this.#outstanding?.isEnded === true
  }

  has(id: string): boolean {
    return this.#outstanding?.call.id === id || this.#waiting.some((entry) => entry.call.id === id)
  }

  /** Resolves with the payload that is passed to {@link answer}. */
  add(call: PendingCall): Promise<unknown> {
    const { limit, identity, ended } = this.#options
    if (call.signal?.aborted) {
      const error = abortedError(call, false)
      ended(call, { outcome: 'aborted', error }, 0)
      return Promise.reject(error)
    }
    const isFull = this.#outstanding !== undefined && this.#waiting.length >= limit
    const displaced = isFull ? this.#lastBelow(call.priority) : undefined
    if (isFull && displaced === undefined) {
      const error = new QueueFullError(this.#waiting.length, identity)
      ended(call, { outcome: 'queue-full', error }, 0)
      return Promise.reject(error)
    }
    return new Promise((resolve, reject) => {
      const entry = this.#enter(call, resolve, reject)
      if (this.#outstanding === undefined) this.#transmit(entry)
      else this.#line(entry, displaced)
    })
  }

  /** The action of the outstanding call with this id, or `undefined`. */
  outstanding(id: string): string | undefined {
    return this.#outstanding?.call.id === id ? this.#outstanding.call.action : undefined
  }

  /** Ends the outstanding call with its answer, and sends the next one. */
  answer(response: unknown): void {
    const entry = this.#outstanding
    if (entry === undefined) return
    this.#end(entry, { outcome: 'result', response })
    entry.resolve(response)
    this.#next()
  }

  /** Ends the outstanding call with an error, and sends the next one. */
  fail(error: Error, outcome: FailedOutcome): void {
    const entry = this.#outstanding
    if (entry === undefined) return
    this.#reject(entry, error, outcome)
    this.#next()
  }

  /** Sends the next call, after the outstanding one, whose caller has left, was answered or timed out. */
  release(): void {
    if (this.#outstanding?.isEnded !== true) return
    clearTimeout(this.#outstanding.timer)
    this.#next()
  }

  /** Ends every call, because the connection is closed. */
  close(reason: string): void {
    const entries = this.#outstanding === undefined ? this.#waiting : [this.#outstanding, ...this.#waiting]
    this.#outstanding = undefined
    for (const entry of entries.splice(0)) {
      const error = new DisconnectedError(entry.call.action, reason, { sent: entry.sentAt !== undefined })
      this.#reject(entry, error, 'disconnected')
    }
    this.#waiting.length = 0
  }

  #enter(call: PendingCall, resolve: (payload: unknown) => void, reject: (error: Error) => void): Entry {
    const entry: Entry = {
      call,
      isEnded: false,
      startedAt: performance.now(),
      sentAt: undefined,
      timer: undefined,
      onAbort: undefined,
      resolve,
      reject
    }
    if (call.signal !== undefined) {
      entry.onAbort = () => this.#giveUp(entry, 'aborted')
      call.signal.addEventListener('abort', entry.onAbort, { once: true })
    }
    return entry
  }

  /** Behind those with the same priority, and in the place of another one if there is no room. */
  #line(entry: Entry, displaced: Entry | undefined): void {
    const { priority } = entry.call
    const position = this.#waiting.findIndex((waiting) => waiting.call.priority < priority)
    this.#waiting.splice(position === -1 ? this.#waiting.length : position, 0, entry)
    if (displaced === undefined) return
    this.#waiting.pop()
    this.#reject(displaced, new QueueFullError(this.#waiting.length, this.#options.identity), 'queue-full')
  }

  /** The call that waits longest for its turn, if its priority is lower. */
  #lastBelow(priority: number): Entry | undefined {
    const last = this.#waiting.at(-1)
    return last !== undefined && last.call.priority < priority ? last : undefined
  }

  #transmit(entry: Entry): void {
    this.#outstanding = entry
    entry.sentAt = performance.now()
    entry.timer = setTimeout(() => this.#giveUp(entry, 'timeout'), timerDelay(entry.call.timeout))
    this.#options.transmit(entry.call)
  }

  #next(): void {
    this.#outstanding = undefined
    const entry = this.#waiting.shift()
    if (entry !== undefined) this.#transmit(entry)
  }

  #giveUp(entry: Entry, outcome: 'timeout' | 'aborted'): void {
    const { action, timeout } = entry.call
    const sent = entry.sentAt !== undefined
    const error = outcome === 'timeout' ? new TimeoutError(action, timeout, { sent }) : abortedError(entry.call, sent)
    const position = this.#waiting.indexOf(entry)
    if (position !== -1) this.#waiting.splice(position, 1)
    this.#reject(entry, error, outcome)
    // A listener of the end of the call may have closed the connection.
    if (this.#outstanding === entry) this.#hold(entry)
  }

  /** Holds the line for a call whose caller has left. */
  #hold(entry: Entry): void {
    const { timeout } = entry.call
    const left = Math.max(timeout, this.#options.lineTimeout) - (performance.now() - (entry.sentAt ?? 0))
    if (left <= 0) this.release()
    else entry.timer = setTimeout(() => this.release(), timerDelay(left))
  }

  #reject(entry: Entry, error: Error, outcome: FailedOutcome): void {
    clearTimeout(entry.timer)
    // The call was given up, or it was answered and a listener of its end has closed the connection.
    if (entry.isEnded) return
    this.#end(entry, { outcome, error })
    entry.reject(error)
  }

  #end(entry: Entry, ending: Ending): void {
    clearTimeout(entry.timer)
    if (entry.isEnded) return
    entry.isEnded = true
    if (entry.onAbort !== undefined) entry.call.signal?.removeEventListener('abort', entry.onAbort)
    this.#options.ended(entry.call, ending, performance.now() - entry.startedAt)
  }
}

function abortedError(call: PendingCall, sent: boolean): Error {
  const error = new AbortedError(call.action, { sent })
  error.cause = call.signal?.reason
  return error
}
