import { setTimeout as delay } from 'node:timers/promises'
import type { TSchema } from '@sinclair/typebox'
import type { FastifyBaseLogger } from 'fastify'
import type { WebSocket } from 'ws'
import { ActionTable } from '../action-table.js'
import { Connection, type ConnectionOwner } from '../connection.js'
import { NotConnectedError, UnknownActionError } from '../errors.js'
import { EventHub } from '../events.js'
import { logFailure } from '../failure.js'
import { type AnyHandler, Handlers } from '../handlers.js'
import { resolveOptions } from '../options.js'
import { ALL_PROTOCOLS, maySend, PROTOCOLS } from '../protocol.js'
import type {
  CallOptions,
  ChargePointAction,
  CsmsAction,
  DataTransferAnswer,
  DataTransferMatch,
  DataTransferMessage,
  DisconnectReason,
  HandlerContext,
  Leniency,
  OcppEventsApi,
  Protocol,
  RegistrationStatus,
  RequestOf,
  ResponseOf,
  SendAction,
  SendOptions,
  ValidationMode,
  ValidationPolicy
} from '../types.js'
import { BACK_OFF, type BackOff, backOffWait, MAX_WAIT } from './back-off.js'
import { onEvery } from './clock.js'
import { DELIVERY, DeliveryQueue, type DeliveryRules } from './delivery-queue.js'
import { silentLogger } from './logger.js'

/** What a retry is about. */
export interface RetryInfo {
  /** 1 for the first new attempt. */
  attempt: number
  /** Milliseconds until then. */
  wait: number
  /** Why there is no connection: that of the last attempt, or nothing when a connection was lost. */
  error: Error | undefined
}

/** Settings of a charge point that have nothing to do with how it connects. Times are milliseconds. */
export interface ChargePointOptions<P extends Protocol> {
  /** 1 to 48 characters of `a-z A-Z 0-9 * - _ = + | @ .` [Part 4 §3.1.1] */
  identity: string
  /** Versions it offers, the preferred one first. Default all three, the newest first. */
  protocols?: readonly P[]
  /** Default: reconnects with the back-off of the standard. `false`: a connection that is lost stays lost. */
  reconnect?: BackOff | false
  /** Whether the first attempt is repeated like the later ones instead of rejecting `connect()`. Default false. */
  retryFirst?: boolean
  /** Called before every new attempt. */
  onRetry?: (retry: RetryInfo) => void
  /** How `deliver()` repeats transaction messages. */
  delivery?: DeliveryRules
  /** Time for the answer to a CALL. Default 30 000. */
  callTimeout?: number
  /** CALLs that may wait. Default 50. */
  callQueueLimit?: number
  /** Time for a handler. Default 25 000. */
  handlerTimeout?: number
  /** Quiet time after which the CSMS is pinged. 0: never. Default 30 000. */
  pingInterval?: number
  /** As the option of the plugin. */
  validation?: ValidationMode | ValidationPolicy
  /** As the option of the plugin. */
  leniency?: Leniency
  /** Default: silent. */
  log?: FastifyBaseLogger
}

/** Opens a connection: `accept` must be called in the turn in which the socket opens. */
export type Dial = (
  accept: (socket: WebSocket, protocol: string) => Connection,
  signal: AbortSignal
) => Promise<Connection>

type MaybePromise<T> = T | Promise<T>

/** What a handler of a charge point gets beside the payload. */
export interface ClientContext<P extends Protocol> {
  readonly client: ChargePointClient<P>
  readonly messageId: string
  readonly log: FastifyBaseLogger
  /** Aborted when the handler has run out of time or the connection is gone. */
  readonly signal: AbortSignal
}

/** The messages that a charge point keeps until they are answered. [1.6 §3.7.1; 2.x E13] */
export type TransactionAction<P extends Protocol> = Extract<
  ChargePointAction<P>,
  'StartTransaction' | 'StopTransaction' | 'MeterValues' | 'TransactionEvent'
>

interface Attempts {
  backOff: Required<BackOff> | undefined
  made: number
}

/** Milliseconds that a CSMS has to answer a close frame. */
const CLOSE_TIMEOUT = 2000

/**
 * A charge point: handlers for what a CSMS sends, calls to the CSMS, a connection that comes back.
 *
 * With several versions on offer, an action's payloads are those of any of them until `protocol` is known.
 */
export class ChargePointClient<P extends Protocol = Protocol> {
  readonly identity: string
  readonly log: FastifyBaseLogger
  /** `connect`, `disconnect`, `frame`, `handled`, `sent`, `call` and `violation` of this charge point's connections. */
  readonly events: OcppEventsApi
  readonly #options: ChargePointOptions<P>
  readonly #dial: Dial
  readonly #hub: EventHub
  readonly #tick: number
  readonly #protocols: readonly Protocol[]
  readonly #handlers: ReadonlyMap<Protocol, Handlers>
  readonly #tables = new Map<Protocol, ActionTable>()
  readonly #deliveries: DeliveryQueue
  readonly #attempts: Attempts
  readonly #owner: ConnectionOwner
  #stopped = new AbortController()
  #opening: Promise<void> | undefined
  #connection: Connection | undefined
  #closing: { connection: Connection; done: () => void } | undefined
  #left: Promise<void> | undefined
  #isBooting = false
  #stopClock: (() => void) | undefined
  #registration: RegistrationStatus | undefined

  constructor(options: ChargePointOptions<P>, dial: Dial) {
    this.#options = options
    this.#dial = dial
    this.identity = options.identity
    this.log = options.log ?? silentLogger
    this.#hub = new EventHub(this.log, 'fastify-ocpp:charge-point')
    this.events = this.#hub
    this.#protocols = options.protocols ?? ALL_PROTOCOLS
    const { connection, tick } = settingsOf(options)
    this.#tick = tick
    this.#owner = {
      settings: connection,
      events: this.#hub,
      log: this.log,
      confirmed: () => {},
      closed: (lost, reason, code) => this.#lost(lost, reason, code),
      gone: (lost) => {
        if (this.#closing?.connection === lost) this.#closing.done()
      }
    }
    this.#handlers = new Map(this.#protocols.map((protocol) => [protocol, new Handlers(protocol, 'csms')]))
    this.#deliveries = new DeliveryQueue({ ...DELIVERY, ...options.delivery })
    const backOff = options.reconnect === false ? undefined : { ...BACK_OFF, ...options.reconnect }
    this.#attempts = { backOff, made: 0 }
  }

  get connected(): boolean {
    return this.#connection?.connected === true
  }

  /** The version that was agreed on; nothing before the first connection. */
  get protocol(): P | undefined {
    return this.#connection?.protocol as P | undefined
  }

  /** The status of the last BootNotification. */
  get registration(): RegistrationStatus | undefined {
    return this.#registration
  }

  /** Transaction messages that are not answered yet. */
  get undelivered(): number {
    return this.#deliveries.size
  }

  // --- what the CSMS sends -------------------------------------------------------------------------------------

  /**
   * Answers an action of the CSMS, in every offered version that has it.
   *
   * @throws `OCPP_ERR_HANDLER_EXISTS`, `OCPP_ERR_UNKNOWN_ACTION`
   */
  on<A extends CsmsAction<P>>(
    action: A,
    handler: (request: RequestOf<P, A>, context: ClientContext<P>) => MaybePromise<ResponseOf<P, A>>
  ): this {
    const wrapped = this.#wrap(handler as (request: never, context: ClientContext<P>) => unknown)
    for (const handlers of this.#having(action)) handlers.on(action, wrapped)
    return this
  }

  /**
   * Runs when the answer to an action is out, in order of registration.
   *
   * @throws `OCPP_ERR_UNKNOWN_ACTION`
   */
  after<A extends CsmsAction<P>>(
    action: A,
    handler: (request: RequestOf<P, A>, response: ResponseOf<P, A>, context: ClientContext<P>) => MaybePromise<unknown>
  ): this {
    const run = handler as (request: unknown, response: unknown, context: ClientContext<P>) => unknown
    for (const handlers of this.#having(action)) {
      handlers.after(action, (request, response, context) => run(request, response, this.#context(context)))
    }
    return this
  }

  /** Answers the actions that have no handler; without it they are answered NotImplemented. */
  fallback(
    handler: (action: CsmsAction<P>, request: unknown, context: ClientContext<P>) => MaybePromise<unknown>
  ): this {
    for (const handlers of this.#handlers.values()) {
      handlers.fallback((action, request, context) => handler(action as CsmsAction<P>, request, this.#context(context)))
    }
    return this
  }

  /** Answers the DataTransfers of a vendor, as `onDataTransfer` of the plugin. */
  onDataTransfer<const S extends TSchema | undefined = undefined>(
    match: DataTransferMatch<S>,
    handler: (message: DataTransferMessage<S>, context: ClientContext<P>) => MaybePromise<DataTransferAnswer>
  ): this {
    const wrapped = this.#wrap(handler as (request: never, context: ClientContext<P>) => unknown)
    for (const handlers of this.#handlers.values()) handlers.onDataTransfer(match, wrapped)
    return this
  }

  // --- what the charge point sends -----------------------------------------------------------------------------

  /**
   * Sends a CALL and resolves with the answer of the CSMS.
   *
   * @throws `OCPP_ERR_NOT_CONNECTED` and those of the plugin's `call`; `CallError` for a CALLERROR
   */
  async call<A extends ChargePointAction<P>>(
    action: A,
    payload: RequestOf<P, A>,
    options?: CallOptions
  ): Promise<ResponseOf<P, A>> {
    const connection = this.#live()
    const isBoot = action === 'BootNotification'
    const response = isBoot ? this.#boot(connection, payload, options) : connection.call(action, payload, options)
    return response as Promise<ResponseOf<P, A>>
  }

  /** Until a BootNotification is answered Accepted, transaction messages wait. [1.6 §4.2; 2.x B02.FR.09, B03.FR.07] */
  async #boot(connection: Connection, payload: unknown, options: CallOptions | undefined): Promise<unknown> {
    this.#isBooting = true
    this.#deliveries.pause()
    try {
      const response = await connection.call('BootNotification', payload, options)
      this.#registration = (response as { status: RegistrationStatus }).status
      return response
    } finally {
      this.#isBooting = false
      this.#resume()
    }
  }

  /** Sends the transaction messages that wait, if they may be sent. */
  #resume(): void {
    const isHeld = this.#isBooting || this.#registration === 'Pending' || this.#registration === 'Rejected'
    if (this.connected && !isHeld) this.#deliveries.resume()
  }

  /** Sends a SEND of 2.1, which has no answer. */
  send<A extends SendAction<P>>(action: A, payload: RequestOf<P, A>, options?: SendOptions): void {
    this.#live().send(action, payload, options)
  }

  /**
   * Sends a transaction message for certain: in order, over lost connections, again after no answer or a
   * CALLERROR. Resolves with the answer; rejects when its attempts are used up, when the signal is aborted, or
   * at `close()`. While a BootNotification is not answered, or not with Accepted, it waits.
   *
   * @param payload the request, or a function that makes it when it is sent: a StopTransaction needs the
   * transactionId that the answer to its StartTransaction brings
   * @param options of every attempt
   */
  deliver<A extends TransactionAction<P>>(
    action: A,
    payload: RequestOf<P, A> | (() => RequestOf<P, A>),
    options?: CallOptions
  ): Promise<ResponseOf<P, A>> {
    const request = () => (typeof payload === 'function' ? (payload as () => unknown)() : payload)
    const send = async () => this.#live().call(action, request(), options)
    const answer = this.#deliveries.add(action, send, options?.signal)
    return answer as Promise<ResponseOf<P, A>>
  }

  // --- the connection ------------------------------------------------------------------------------------------

  /**
   * Connects, and from then on stays connected. A wait for the next attempt is cut short.
   *
   * @throws `OCPP_ERR_REFUSED`, `OCPP_ERR_UNREACHABLE`, unless `retryFirst`; `OCPP_ERR_NOT_CONNECTED` when it is
   * closed meanwhile
   */
  async connect(): Promise<void> {
    if (this.connected) return
    const opening = this.#opening ?? this.#start()
    this.#opening = opening
    try {
      await opening
    } finally {
      if (this.#opening === opening) this.#opening = undefined
    }
  }

  async #start(): Promise<void> {
    // Whoever else tries gives up: two connections would replace each other for ever.
    this.#stop()
    this.#stopped = new AbortController()
    this.#attempts.made = 0
    const { signal } = this.#stopped
    try {
      await this.#open(signal)
    } catch (error) {
      if (signal.aborted) throw new NotConnectedError(this.identity)
      if (!this.#options.retryFirst || this.#attempts.backOff === undefined) throw error
      await this.#openAgain(signal, error as Error)
      if (!this.connected) throw new NotConnectedError(this.identity)
    }
  }

  /**
   * Closes the connection for good. Resolves when the socket is closed.
   *
   * @param code WebSocket close code: 1000 or 3000-4999, as for `disconnect()` of the plugin
   * @param options `keepUndelivered`: transaction messages wait for the next `connect()`, as over a reboot.
   * Default: they are rejected
   */
  async close(code = 1000, reason = '', { keepUndelivered = false } = {}): Promise<void> {
    this.#stop()
    if (!keepUndelivered) this.#deliveries.close(new NotConnectedError(this.identity))
    await this.#leave((connection) => connection.close('disconnected', code, reason))
  }

  /** Cuts the connection without a word, as a power cut does, and connects again unless told not to. */
  async cut({ reconnect = true } = {}): Promise<void> {
    if (!reconnect) this.#stop()
    await this.#leave((connection) => connection.terminate())
  }

  #stop(): void {
    this.#stopped.abort()
    this.#opening = undefined
  }

  async #leave(how: (connection: Connection) => void): Promise<void> {
    const connection = this.#connection
    if (connection?.connected === true) {
      const gone = new Promise<void>((done) => {
        this.#closing = { connection, done }
      })
      how(connection)
      const timer = setTimeout(() => connection.terminate(), CLOSE_TIMEOUT)
      this.#left = gone.finally(() => clearTimeout(timer))
    }
    await this.#left
  }

  async #open(signal: AbortSignal): Promise<void> {
    const connection = await this.#dial((socket, protocol) => this.#accept(socket, protocol as Protocol), signal)
    if (signal.aborted || !connection.connected) {
      connection.terminate()
      throw new NotConnectedError(this.identity)
    }
    this.#connection = connection
    this.#attempts.made = 0
    this.#stopClock ??= onEvery(this.#tick, () => this.#connection?.tick())
    this.#hub.publish('connect', { chargePoint: connection.chargePoint })
    this.#resume()
  }

  #accept(socket: WebSocket, protocol: Protocol): Connection {
    const handlers = this.#handlers.get(protocol)
    if (handlers === undefined) {
      socket.terminate()
      throw new UnknownActionError(`the CSMS chose the subprotocol "${protocol}"`)
    }
    // Whoever awaits connect() may still register handlers before the first frame is read.
    socket.pause()
    setImmediate(() => socket.resume())
    return new Connection({
      socket,
      owner: this.#owner,
      table: this.#table(protocol),
      handlers,
      identity: this.identity,
      remoteAddress: '',
      registration: undefined,
      context: undefined,
      takeoverTicks: 0
    })
  }

  #lost(connection: Connection, reason: DisconnectReason, code: number): void {
    if (connection !== this.#connection) return
    this.#deliveries.pause()
    this.#stopClock?.()
    this.#stopClock = undefined
    const { signal } = this.#stopped
    this.#hub.publish('disconnect', { chargePoint: connection.chargePoint, reason, code })
    if (this.#attempts.backOff !== undefined) void this.#openAgain(signal, undefined)
  }

  /** Tries until it is connected or told to stop. */
  async #openAgain(signal: AbortSignal, reason: Error | undefined): Promise<void> {
    let error = reason
    while (!signal.aborted) {
      await this.#wait(signal, error)
      if (signal.aborted) return
      try {
        await this.#open(signal)
        return
      } catch (failure) {
        error = failure as Error
      }
    }
  }

  /** The wait before the next attempt; a Retry-After of the CSMS is kept to. */
  async #wait(signal: AbortSignal, error: Error | undefined): Promise<void> {
    const { backOff, made } = this.#attempts
    if (backOff === undefined) return
    const asked = 1000 * ((error as { retryAfter?: number } | undefined)?.retryAfter ?? 0)
    const wait = Math.min(MAX_WAIT, Math.max(asked, backOffWait(backOff, made, Math.random())))
    this.#attempts.made++
    try {
      this.#options.onRetry?.({ attempt: this.#attempts.made, wait, error })
    } catch (failure) {
      logFailure(this.log, failure, {}, 'onRetry failed')
    }
    // Stopping ends the wait.
    await delay(wait, undefined, { signal }).catch(() => {})
  }

  #live(): Connection {
    if (this.#connection === undefined || !this.#connection.connected) throw new NotConnectedError(this.identity)
    return this.#connection
  }

  #table(protocol: Protocol): ActionTable {
    const table = this.#tables.get(protocol) ?? tableOf(protocol, this.#options.leniency)
    this.#tables.set(protocol, table)
    return table
  }

  #having(action: string): Handlers[] {
    const having = this.#protocols.filter((protocol) => {
      const definition = PROTOCOLS[protocol].actions.get(action)
      return definition !== undefined && maySend('csms', definition)
    })
    if (having.length === 0) throw new UnknownActionError(`a CSMS sends no ${action} in ${this.#protocols.join(', ')}`)
    return having.flatMap((protocol) => this.#handlers.get(protocol) ?? [])
  }

  #wrap(handler: (request: never, context: ClientContext<P>) => unknown): AnyHandler {
    return (request, context) => handler(request as never, this.#context(context))
  }

  #context(context: HandlerContext): ClientContext<P> {
    return new Context(this, context)
  }
}

/** Logger and signal stay what the engine makes on demand. */
class Context<P extends Protocol> implements ClientContext<P> {
  readonly client: ChargePointClient<P>
  readonly #context: HandlerContext

  constructor(client: ChargePointClient<P>, context: HandlerContext) {
    this.client = client
    this.#context = context
  }

  get messageId(): string {
    return this.#context.messageId
  }

  get log(): FastifyBaseLogger {
    return this.#context.log
  }

  get signal(): AbortSignal {
    return this.#context.signal
  }
}

/** The tables of a fleet are the same: one for each version, unless a charge point is lenient in its own way. */
const tables = new Map<Protocol, ActionTable>()

function tableOf(protocol: Protocol, leniency: Leniency | undefined): ActionTable {
  if (leniency !== undefined) return new ActionTable(PROTOCOLS[protocol], 'chargePoint', leniency)
  const table = tables.get(protocol) ?? new ActionTable(PROTOCOLS[protocol], 'chargePoint', {})
  tables.set(protocol, table)
  return table
}

/** The options that both roles share are checked in one place. */
function settingsOf<P extends Protocol>(options: ChargePointOptions<P>) {
  const { protocols, callTimeout, callQueueLimit, handlerTimeout, pingInterval, validation, leniency } = options
  const shared = { protocols, callTimeout, callQueueLimit, handlerTimeout, pingInterval, validation, leniency }
  const given = Object.fromEntries(Object.entries(shared).filter(([, value]) => value !== undefined))
  return resolveOptions({ ...given, securityProfile: 0 })
}
