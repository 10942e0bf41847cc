import type { TSchema } from '@sinclair/typebox'
import type { FastifyBaseLogger } from 'fastify'
import type { WebSocket } from 'ws'
import { ActionTable } from '../action-table.js'
import { checkClose } from '../connection/close-frame.js'
import { Connection, type ConnectionOwner } from '../connection/connection.js'
import { NotConnectedError, UnknownActionError } from '../errors.js'
import { EventHub } from '../events.js'
import { type AnyHandler, Handlers } from '../handlers.js'
import { ALL_PROTOCOLS, maySend, PROTOCOLS } from '../protocol.js'
import type { CallOptions, DisconnectReason, SendOptions } from '../types/charge-point.js'
import type { OcppEventsApi } from '../types/events.js'
import type { DataTransferAnswer, DataTransferMatch, DataTransferMessage, HandlerContext } from '../types/handlers.js'
import type { MaybePromise } from '../types/maybe-promise.js'
import type {
  ChargePointAction,
  CsmsAction,
  Protocol,
  RegistrationStatus,
  RequestOf,
  ResponseOf,
  SendAction
} from '../types/protocol.js'
import type { Leniency } from '../types/validation.js'
import { BACK_OFF } from './back-off.js'
import { BootGate } from './boot-gate.js'
import { clockOf } from './clock.js'
import { DELIVERY, DeliveryQueue } from './delivery-queue.js'
import { type ConnectionState, type Dial, Link, terminate } from './link.js'
import { silentLogger } from './logger.js'
import { type ChargePointOptions, type ClientContext, settingsOf, type TransactionAction } from './options.js'

/**
 * A charge point: handlers for the messages of the CSMS, calls to the CSMS, and a connection that reconnects.
 *
 * With several versions on offer, the payload types of an action are a union over these versions.
 */
export class ChargePointClient<P extends Protocol = Protocol> {
  readonly identity: string
  readonly log: FastifyBaseLogger
  /** `connect`, `disconnect`, `frame`, `handled`, `sent`, `call` and `violation` of this charge point's connections. */
  readonly events: OcppEventsApi
  readonly #options: ChargePointOptions<P>
  readonly #hub: EventHub
  readonly #protocols: readonly Protocol[]
  readonly #handlers: ReadonlyMap<Protocol, Handlers>
  readonly #tables = new Map<Protocol, ActionTable>()
  readonly #deliveries: DeliveryQueue
  readonly #boots = new BootGate()
  readonly #owner: ConnectionOwner
  readonly #link: Link
  #protocol: Protocol | undefined

  constructor(options: ChargePointOptions<P>, dial: Dial) {
    this.#options = options
    this.identity = options.identity
    this.log = options.log ?? silentLogger
    this.#hub = new EventHub(this.log, 'fastify-ocpp:charge-point')
    this.events = this.#hub
    this.#protocols = options.protocols ?? ALL_PROTOCOLS
    const { connection: settings, tick } = settingsOf(options)
    this.#handlers = new Map(this.#protocols.map((protocol) => [protocol, new Handlers(protocol, 'csms')]))
    this.#deliveries = new DeliveryQueue({ ...DELIVERY, ...options.delivery })
    this.#link = this.#createLink(tick, dial)
    this.#owner = {
      settings,
      events: this.#hub,
      log: this.log,
      clock: clockOf(tick),
      closed: (connection, reason, code) => this.#link.over(connection, reason, code),
      gone: (connection) => this.#link.gone(connection)
    }
  }

  #createLink(tick: number, dial: Dial): Link {
    const { identity, reconnect, retryFirst = false, onRetry } = this.#options
    return new Link({
      identity,
      log: this.log,
      dial,
      tick,
      backOff: reconnect === false ? undefined : { ...BACK_OFF, ...reconnect },
      retryFirst,
      onRetry,
      accept: (socket, protocol) => this.#accept(socket, protocol as Protocol),
      opened: (connection) => this.#opened(connection),
      lost: (connection, reason, code) => this.#lost(connection, reason, code)
    })
  }

  get connected(): boolean {
    return this.#link.connection !== undefined
  }

  /** State of the connection. */
  get state(): ConnectionState {
    return this.#link.state
  }

  /** The negotiated version; `undefined` before the first connection. */
  get protocol(): P | undefined {
    return this.#protocol as P | undefined
  }

  /** Status in the last answer to a BootNotification; `undefined` before the first one. */
  get registration(): RegistrationStatus | undefined {
    return this.#boots.status
  }

  /** Number of transaction messages that are not answered yet. */
  get undelivered(): number {
    return this.#deliveries.size
  }

  // --- what the CSMS sends -------------------------------------------------------------------------------------

  /**
   * Registers the handler of an action, in each offered version that has the action.
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
   * Registers a function that runs after the answer to an action was sent. Several run in order of registration.
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

  /** Registers the handler of all actions without a handler of their own. Default: they are answered NotImplemented. */
  fallback(
    handler: (action: CsmsAction<P>, request: unknown, context: ClientContext<P>) => MaybePromise<unknown>
  ): this {
    for (const handlers of this.#handlers.values()) {
      handlers.fallback((action, request, context) => handler(action as CsmsAction<P>, request, this.#context(context)))
    }
    return this
  }

  /** Registers the handler of a vendor's DataTransfer messages, like `onDataTransfer` of the plugin. */
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
   * @throws `OCPP_ERR_NOT_CONNECTED`, the errors of the plugin's `call`, and `CallError` for a CALLERROR
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

  /** Holds the transaction messages back until the BootNotification is answered with Accepted. */
  async #boot(connection: Connection, payload: unknown, options: CallOptions | undefined): Promise<unknown> {
    this.#deliveries.pause()
    try {
      return await this.#boots.pass(() => connection.call('BootNotification', payload, options))
    } finally {
      this.#resume()
    }
  }

  /** Sends the waiting transaction messages, if the CSMS has accepted the charge point. */
  #resume(): void {
    if (this.connected && this.#boots.isOpen) this.#deliveries.resume()
  }

  /** Sends a SEND of 2.1, which has no answer. */
  send<A extends SendAction<P>>(action: A, payload: RequestOf<P, A>, options?: SendOptions): void {
    this.#live().send(action, payload, options)
  }

  /**
   * Sends a transaction message reliably: in order, across lost connections, and again after a timeout or a CALLERROR.
   * Resolves with the answer. Rejects when the attempts are used up, when the signal is aborted, or at `close()`. After
   * a BootNotification, the message waits until a BootNotification is answered with Accepted.
   *
   * @param payload the request, or a function that makes the request when it is sent: a StopTransaction needs the
   * transactionId from the answer to its StartTransaction
   * @param options options of each attempt
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
   * Connects, and from then on reconnects whenever the connection is lost. During a wait for the next attempt, the
   * attempt starts at once; when it fails, the retries go on.
   *
   * @throws `OCPP_ERR_REFUSED` and `OCPP_ERR_UNREACHABLE` unless `retryFirst` is set; `OCPP_ERR_NOT_CONNECTED` when
   * `close()` is called before the connection is open
   */
  async connect(): Promise<void> {
    await this.#link.connect()
  }

  /**
   * Closes the connection for good. Resolves when the socket is closed.
   *
   * @param code WebSocket close code, as for `disconnect()` of the plugin. Default: 1000.
   * @param options `keepUndelivered`: transaction messages wait for the next `connect()`, as during a reboot.
   * Default: they are rejected.
   * @throws `OCPP_ERR_INVALID_CLOSE`; the connection stays open
   */
  async close(code = 1000, reason = '', { keepUndelivered = false } = {}): Promise<void> {
    checkClose(code, reason)
    if (!keepUndelivered) this.#deliveries.close(new NotConnectedError(this.identity))
    await this.#link.stop('closed', (connection) => connection.close('disconnected', code, reason))
  }

  /** Cuts the connection without a close frame, as a power failure does. Reconnects unless `reconnect` is false. */
  async cut({ reconnect = true } = {}): Promise<void> {
    await (reconnect ? this.#link.cut() : this.#link.stop('idle', terminate))
  }

  #accept(socket: WebSocket, protocol: Protocol): Connection {
    const handlers = this.#handlers.get(protocol)
    if (handlers === undefined) {
      socket.terminate()
      throw new UnknownActionError(`the CSMS chose the subprotocol "${protocol}"`)
    }
    // Code that awaits connect() can still register handlers before the first frame is read.
    socket.pause()
    setImmediate(() => socket.resume())
    return new Connection({
      socket,
      owner: this.#owner,
      treatment: { table: this.#table(protocol), validation: undefined, pings: undefined },
      handlers,
      identity: this.identity,
      remoteAddress: '',
      registration: undefined,
      context: undefined
    })
  }

  #opened(connection: Connection): void {
    this.#protocol = connection.protocol
    this.#hub.publish('connect', { chargePoint: connection.chargePoint, deviations: [] })
    this.#resume()
  }

  #lost(connection: Connection, reason: DisconnectReason, code: number): void {
    this.#deliveries.pause()
    this.#hub.publish('disconnect', { chargePoint: connection.chargePoint, reason, code })
  }

  #live(): Connection {
    const { connection } = this.#link
    if (connection === undefined) throw new NotConnectedError(this.identity)
    return connection
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

/** Getters, because the engine creates logger and signal only on demand. */
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

/** All charge points with default leniency share one table for each version. */
const tables = new Map<Protocol, ActionTable>()

function tableOf(protocol: Protocol, leniency: Leniency | undefined): ActionTable {
  if (leniency !== undefined) return new ActionTable(PROTOCOLS[protocol], 'chargePoint', leniency)
  const table = tables.get(protocol) ?? new ActionTable(PROTOCOLS[protocol], 'chargePoint', {})
  tables.set(protocol, table)
  return table
}
