import type { FastifyBaseLogger } from 'fastify'
import type { WebSocket } from 'ws'
import type { Connection } from '../connection/connection.js'
import { NotConnectedError } from '../errors.js'
import { logFailure } from '../failure.js'
import type { DisconnectReason } from '../types/charge-point.js'
import { type BackOff, backOffWait, MAX_WAIT } from './back-off.js'
import { onEvery } from './clock.js'
import type { RetryInfo } from './options.js'

/** The state of a charge point's connection to the CSMS. */
export type ConnectionState = 'idle' | 'opening' | 'open' | 'waiting' | 'closing' | 'closed'

/** The states that can follow each state. */
export const TRANSITIONS: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  // No connection and no attempt: before the first connect(), or when no retry follows.
  idle: ['opening', 'closed'],
  // An attempt to connect is in progress.
  opening: ['open', 'waiting', 'idle', 'closing', 'closed'],
  open: ['closing'],
  // The back-off before the next attempt.
  waiting: ['opening', 'idle', 'closed'],
  // The connection has ended, but its socket is not closed yet.
  closing: ['opening', 'waiting', 'idle', 'closed'],
  // close() has ended.
  closed: ['opening']
}

/** Opens a connection. `accept` must be called in the same turn of the event loop in which the socket opens. */
export type Dial = (
  accept: (socket: WebSocket, protocol: string) => Connection,
  signal: AbortSignal
) => Promise<Connection>

export interface LinkOptions {
  identity: string
  log: FastifyBaseLogger
  dial: Dial
  /** Milliseconds between two ticks of an open connection. */
  tick: number
  /** `undefined`: no reconnect after a lost connection. */
  backOff: Required<BackOff> | undefined
  /** Whether a failed first attempt is retried, too. */
  retryFirst: boolean
  onRetry: ((retry: RetryInfo) => unknown) | undefined
  /** Creates the connection for a socket that has just opened. */
  accept(socket: WebSocket, protocol: string): Connection
  opened(connection: Connection): void
  /** Called when an open connection has ended. */
  lost(connection: Connection, reason: DisconnectReason, code: number): void
}

interface Resting {
  readonly name: 'idle' | 'closed'
}

interface Opening {
  readonly name: 'opening'
  readonly abort: AbortController
  /** Whether a retry follows when this attempt fails. */
  readonly isRepeated: boolean
  /** The connection, once the socket is open. */
  accepted: Connection | undefined
}

interface Open {
  readonly name: 'open'
  readonly connection: Connection
  readonly stopClock: () => void
}

interface Waiting {
  readonly name: 'waiting'
  readonly timer: NodeJS.Timeout
}

interface Closing {
  readonly name: 'closing'
  readonly connection: Connection
  readonly timer: NodeJS.Timeout
  /** Settled when the socket is closed. */
  readonly gone: Deferred
  next: 'idle' | 'waiting' | 'opening' | 'closed'
  /** `isRepeated` of the next attempt, when `next` is `opening`. */
  isRepeated: boolean
  /** The error of the failed attempt, if this state follows one. */
  readonly error: Error | undefined
}

type State = Resting | Opening | Open | Waiting | Closing

/** Milliseconds to wait for the CSMS to answer a close frame. */
const CLOSE_TIMEOUT = 2000

/**
 * Keeps one charge point connected, with at most one socket at a time and a back-off between attempts. Its single state
 * object holds the timer, socket or attempt that has to end when the state changes.
 */
export class Link {
  readonly #options: LinkOptions
  readonly #isPatient: boolean
  #state: State = { name: 'idle' }
  /** Promise that the callers of connect() await. */
  #asked: Deferred | undefined
  #retries = 0

  constructor(options: LinkOptions) {
    this.#options = options
    this.#isPatient = options.retryFirst && options.backOff !== undefined
  }

  get state(): ConnectionState {
    return this.#state.name
  }

  /** The connection, or `undefined` unless it is open. */
  get connection(): Connection | undefined {
    return this.#state.name === 'open' && this.#state.connection.connected ? this.#state.connection : undefined
  }

  /** Connects; a wait before the next attempt ends at once. Resolves when the connection is open. */
  async connect(): Promise<void> {
    const state = this.#state
    if (state.name === 'open') return
    this.#asked ??= deferred()
    const { promise } = this.#asked
    if (state.name === 'waiting') {
      clearTimeout(state.timer)
      this.#open(true)
    } else if (state.name === 'closing') {
      if (state.next !== 'opening') state.isRepeated = state.next === 'waiting' || this.#isPatient
      state.next = 'opening'
    } else if (state.name !== 'opening') {
      this.#retries = 0
      this.#open(this.#isPatient)
    }
    await promise
  }

  /** Ends the connection with `leave`, and all attempts. Resolves when the socket is closed. */
  async stop(next: 'idle' | 'closed', leave: (connection: Connection) => void): Promise<void> {
    const state = this.#state
    this.#settle(new NotConnectedError(this.#options.identity))
    if (state.name === 'waiting') {
      clearTimeout(state.timer)
      this.#become({ name: next })
    } else if (state.name === 'opening') {
      state.abort.abort()
      this.#discard(state, next, undefined)
    } else if (state.name === 'open') this.#leave(state, next, leave)
    else if (state.name === 'closing') {
      if (state.next !== 'closed') state.next = next
      leave(state.connection)
    } else if (state.name === 'idle' && next === 'closed') this.#become({ name: next })
    await this.#gone()
  }

  /** Cuts an open connection; a new attempt follows after the back-off. Resolves when the socket is closed. */
  async cut(): Promise<void> {
    const state = this.#state
    if (state.name === 'open') this.#leave(state, 'waiting', terminate)
    else if (state.name === 'closing') terminate(state.connection)
    await this.#gone()
  }

  /** Called when the connection has ended; its socket may still be open. */
  over(connection: Connection, reason: DisconnectReason, code: number): void {
    const state = this.#state
    // A connection that was never open is not reported as lost.
    if (state.name === 'opening') return
    if (state.name === 'open' && state.connection === connection) this.#leave(state, 'waiting', () => {})
    this.#options.lost(connection, reason, code)
  }

  /** Called when the socket of the connection is closed. */
  gone(connection: Connection): void {
    const state = this.#state
    if (state.name === 'opening' && state.accepted === connection) state.accepted = undefined
    if (state.name !== 'closing' || state.connection !== connection) return
    clearTimeout(state.timer)
    if (state.next === 'opening') this.#open(state.isRepeated)
    else if (state.next === 'waiting') this.#wait(state.error)
    else this.#become({ name: state.next })
    state.gone.resolve()
  }

  #become(state: State): void {
    const { name } = this.#state
    if (!TRANSITIONS[name].includes(state.name)) throw new Error(`a connection cannot go from ${name} to ${state.name}`)
    this.#state = state
  }

  #open(isRepeated: boolean): void {
    const opening: Opening = { name: 'opening', abort: new AbortController(), isRepeated, accepted: undefined }
    this.#become(opening)
    const accept = (socket: WebSocket, protocol: string) => this.#accept(opening, socket, protocol)
    this.#dial(accept, opening.abort.signal).then(
      (connection) => this.#opened(opening, connection),
      (error: Error) => this.#failed(opening, error)
    )
  }

  // Async, so that a dial that throws counts as a failed attempt, like one that rejects.
  async #dial(...args: Parameters<Dial>): Promise<Connection> {
    return this.#options.dial(...args)
  }

  #accept(opening: Opening, socket: WebSocket, protocol: string): Connection {
    if (this.#state !== opening || opening.accepted !== undefined) {
      socket.on('error', () => {})
      socket.terminate()
      throw new NotConnectedError(this.#options.identity)
    }
    opening.accepted = this.#options.accept(socket, protocol)
    return opening.accepted
  }

  #opened(opening: Opening, connection: Connection): void {
    if (this.#state !== opening) return
    if (!connection.connected) {
      this.#failed(opening, new NotConnectedError(this.#options.identity))
      return
    }
    this.#retries = 0
    this.#become({ name: 'open', connection, stopClock: onEvery(this.#options.tick, () => connection.tick()) })
    this.#settle()
    this.#options.opened(connection)
  }

  #failed(opening: Opening, error: Error): void {
    if (this.#state !== opening) return
    if (!this.#isPatient) this.#settle(error)
    this.#discard(opening, opening.isRepeated ? 'waiting' : 'idle', error)
  }

  /** Leaves the state of a failed or abandoned attempt. */
  #discard(opening: Opening, next: Closing['next'], error: Error | undefined): void {
    const { accepted } = opening
    accepted?.terminate()
    if (opening.accepted !== undefined) this.#become(this.#closing(opening.accepted, next, error))
    else if (next === 'waiting') this.#wait(error)
    else this.#become({ name: next === 'closed' ? 'closed' : 'idle' })
  }

  #leave({ connection, stopClock }: Open, next: Closing['next'], how: (connection: Connection) => void): void {
    stopClock()
    this.#become(this.#closing(connection, next, undefined))
    how(connection)
  }

  #closing(connection: Connection, next: Closing['next'], error: Error | undefined): Closing {
    const cut = () => {
      connection.terminate()
      this.gone(connection)
    }
    const timer = setTimeout(cut, CLOSE_TIMEOUT)
    return { name: 'closing', connection, timer, gone: deferred(), next, isRepeated: false, error }
  }

  /** Waits before the next attempt, at least as long as the Retry-After header of the CSMS says. */
  #wait(error: Error | undefined): void {
    const { backOff, onRetry } = this.#options
    if (backOff === undefined) {
      this.#become({ name: 'idle' })
      return
    }
    const asked = 1000 * ((error as { retryAfter?: number } | undefined)?.retryAfter ?? 0)
    const wait = Math.min(MAX_WAIT, Math.max(asked, backOffWait(backOff, this.#retries, Math.random())))
    this.#retries++
    this.#become({ name: 'waiting', timer: setTimeout(() => this.#open(true), wait) })
    this.#tell(onRetry, { attempt: this.#retries, wait, error })
  }

  #tell(onRetry: LinkOptions['onRetry'], retry: RetryInfo): void {
    const failed = (error: unknown) => logFailure(this.#options.log, error, {}, 'onRetry failed')
    try {
      Promise.resolve(onRetry?.(retry)).catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  #settle(error?: Error): void {
    const asked = this.#asked
    this.#asked = undefined
    if (error === undefined) asked?.resolve()
    else asked?.reject(error)
  }

  async #gone(): Promise<void> {
    if (this.#state.name === 'closing') await this.#state.gone.promise
  }
}

/** Ends a connection without a close frame. */
export function terminate(connection: Connection): void {
  connection.terminate()
}

interface Deferred {
  readonly promise: Promise<void>
  resolve(): void
  reject(error: Error): void
}

function deferred(): Deferred {
  let settle: Omit<Deferred, 'promise'> = { resolve: () => {}, reject: () => {} }
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...settle }
}
