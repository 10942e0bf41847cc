import type { Static, TSchema } from '@sinclair/typebox'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { ChargePointClient } from './charge-point/client.js'
import type { InjectOptions } from './charge-point/inject.js'
import type { CallErrorCode } from './errors.js'
import type * as v16 from './v16/index.js'
import type * as v21 from './v21/index.js'
import type * as v201 from './v201/index.js'

/** A WebSocket subprotocol. [OCPP-J §3.1.2] */
export type Protocol = 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1'

/** The two ends of a connection; a CSMS is what 1.6 calls the central system. */
export type Role = 'csms' | 'chargePoint'

/** The last status a BootNotification was answered with. [1.6 §4.2; 2.x B01-B03] */
export type RegistrationStatus = 'Accepted' | 'Pending' | 'Rejected'

/** The first breach of a schema that a payload shows. */
export interface Violation {
  /** CALLERROR code in the spelling of the version. */
  readonly code: CallErrorCode
  /** RFC 6901 JSON pointer into the payload; for a missing member, where it should be. */
  readonly pointer: string
  /** What was wanted; holds nothing of the input. */
  readonly message: string
}

export type Direction = 'inbound' | 'outbound'

interface ProtocolMap {
  'ocpp1.6': { Actions: v16.Actions; ChargePoint: v16.ChargePointAction; Csms: v16.CsmsAction; Send: v16.SendAction }
  'ocpp2.0.1': {
    Actions: v201.Actions
    ChargePoint: v201.ChargePointAction
    Csms: v201.CsmsAction
    Send: v201.SendAction
  }
  'ocpp2.1': { Actions: v21.Actions; ChargePoint: v21.ChargePointAction; Csms: v21.CsmsAction; Send: v21.SendAction }
}

/** The actions of one version with the types of their payloads. */
export type Actions<P extends Protocol> = ProtocolMap[P]['Actions']

/** The actions that a charge point may send with a CALL. */
export type ChargePointAction<P extends Protocol> = ProtocolMap[P]['ChargePoint']

/** The actions that a CSMS may send with a CALL. */
export type CsmsAction<P extends Protocol> = ProtocolMap[P]['Csms']

/** The actions that a charge point may send with a SEND, which has no answer; 2.1 only. */
export type SendAction<P extends Protocol> = ProtocolMap[P]['Send']

/** The request payload of an action; of several versions the union of theirs. */
export type RequestOf<P extends Protocol, A> = P extends Protocol
  ? A extends keyof Actions<P>
    ? Actions<P>[A] extends { request: infer R }
      ? R
      : never
    : never
  : never

/** `void`, which only a return type may name. */
type Nothing = ReturnType<() => void>

/** The response payload of an action, of several versions the union of theirs; `void` for a SEND. */
export type ResponseOf<P extends Protocol, A> = P extends Protocol
  ? A extends keyof Actions<P>
    ? Actions<P>[A] extends { messageType: 'CALL'; response: infer R }
      ? R
      : Nothing
    : never
  : never

export interface CallOptions {
  /** Milliseconds from when the call is sent to its answer. Default: option `callTimeout`. */
  timeout?: number
  /** Gives the call up, in the queue as well: rejects with `OCPP_ERR_ABORTED`. What was sent stays sent. */
  signal?: AbortSignal
  /** Message id, 1 to 36 characters, not in use. Default: a random UUID. [OCPP-J §4.1.4] */
  messageId?: string
}

export interface SendOptions {
  /** Message id, 1 to 36 characters. Default: a random UUID. */
  messageId?: string
}

/** A kind of violation of one charge point and how often it came. */
export interface ViolationCount extends Violation {
  readonly action: string
  readonly direction: Direction
  readonly count: number
}

/** What passed over one connection. */
export interface Counters {
  /** Frames read, whatever they were. */
  received: number
  /** Frames written. */
  sent: number
  /** CALLs and SENDs of the charge point. */
  callsReceived: number
  /** CALLs of ours. */
  callsSent: number
  /** CALLERRORs we answered. */
  errorsSent: number
  /** CALLERRORs we were answered. */
  errorsReceived: number
  /** Frames that nobody answers: empty, unknown type, malformed or unexpected response. */
  ignored: number
}

export type DisconnectReason =
  /** The charge point closed, or its TCP connection broke. */
  | 'closed'
  /** `disconnect()` was called. */
  | 'disconnected'
  /** A newer connection with the same identity took over. */
  | 'replaced'
  /** No pong and no data for a ping interval. */
  | 'ping-timeout'
  /** It did not read what we sent. */
  | 'slow-reader'
  /** It broke RFC 6455, sent too much or sent a binary message. */
  | 'protocol-error'
  /** This process is going down. */
  | 'draining'

interface ChargePointBase<P extends Protocol> {
  /** As the charge point wrote it in its URL. [Part 4 §3.1.1] */
  readonly identity: string
  readonly protocol: P
  /** Address of the peer as Fastify sees it (`request.ip`, so `trustProxy` counts). */
  readonly remoteAddress: string
  readonly connectedAt: Date
  /** When the last frame or pong came. */
  readonly lastSeenAt: Date
  /** Until a BootNotification is answered `Accepted`, all else is answered SecurityError. [OCPP-J errata 3.10] */
  readonly registration: RegistrationStatus | undefined
  readonly counters: Readonly<Counters>
  /** Violations by action, direction and pointer; the first 256 kinds. */
  readonly violations: readonly ViolationCount[]
  /** Whether a BootNotification waits for its answer: the next CALL of ours should wait for it, too. */
  readonly booting: boolean
  /** Whether calls can still be made. */
  readonly connected: boolean
  /** Calls that wait, and the one on the wire until it is answered, though its caller may have left. */
  readonly pendingCalls: number
  /** Fastify's logger with `{ chargePoint, protocol }`. */
  readonly log: FastifyBaseLogger
  /** Yours to keep per-connection state in, e.g. a tenant; undefined at first. */
  context: unknown

  /**
   * Sends a CALL and resolves with the charge point's own answer. One is on the wire at a time, others wait.
   *
   * @throws `OCPP_ERR_INVALID_PAYLOAD`, `OCPP_ERR_QUEUE_FULL`, `OCPP_ERR_TIMEOUT`, `OCPP_ERR_DISCONNECTED`,
   * `OCPP_ERR_ABORTED`, `OCPP_ERR_INVALID_MESSAGE_ID`, `OCPP_ERR_INVALID_RESPONSE`; `CallError` when the
   * charge point answers with a CALLERROR
   */
  call<A extends CsmsAction<P>>(action: A, payload: RequestOf<P, A>, options?: CallOptions): Promise<ResponseOf<P, A>>

  /**
   * Closes the connection; its calls reject at once.
   *
   * @param code WebSocket close code that may be sent [RFC 6455 §7.4]: 1000-1003, 1007-1014 or 3000-4999. Default 1000.
   * @param reason at most 123 bytes
   * @throws `OCPP_ERR_INVALID_CLOSE`, and the connection stays open
   */
  disconnect(code?: number, reason?: string): void
}

/** A charge point connected with OCPP 1.6. */
export interface ChargePoint16 extends ChargePointBase<'ocpp1.6'> {}
/** A charging station connected with OCPP 2.0.1. */
export interface ChargePoint201 extends ChargePointBase<'ocpp2.0.1'> {}
/** A charging station connected with OCPP 2.1. */
export interface ChargePoint21 extends ChargePointBase<'ocpp2.1'> {}

interface ChargePoints {
  'ocpp1.6': ChargePoint16
  'ocpp2.0.1': ChargePoint201
  'ocpp2.1': ChargePoint21
}

/** The live connection of one charge point ("charging station" in 2.x); `protocol` tells which version it speaks. */
export type ChargePoint<P extends Protocol = Protocol> = ChargePoints[P]

/** What a handler gets beside the payload. */
export interface HandlerContext<P extends Protocol = Protocol> {
  readonly chargePoint: ChargePoint<P>
  readonly messageId: string
  /** The charge point's logger with `{ messageId }`. */
  readonly log: FastifyBaseLogger
  /** Aborted when the handler has run out of time or the connection is gone; not in `after`. */
  readonly signal: AbortSignal
}

type MaybePromise<T> = T | Promise<T>

/** Answers a CALL: returns the response payload, or throws a `CallError`. */
export type Handler<P extends Protocol, A> = (
  request: RequestOf<P, A>,
  context: HandlerContext<P>
) => MaybePromise<ResponseOf<P, A>>

/** The actions that a charge point may send with a CALL in every version. */
export type SharedAction = ChargePointAction<'ocpp1.6'> & ChargePointAction<'ocpp2.0.1'> & ChargePointAction<'ocpp2.1'>

/** What a handler of every version gets. `protocol` tells which version the request and the charge point are of. */
export type SharedMessage<A extends SharedAction> = {
  [P in Protocol]: [request: RequestOf<P, A>, context: HandlerContext<P>, protocol: P]
}[Protocol]

/** Answers a CALL of any version: returns the response payload of that version, or throws a `CallError`. */
export type SharedHandler<A extends SharedAction> = (
  ...message: SharedMessage<A>
) => MaybePromise<ResponseOf<Protocol, A>>

/** A {@link SharedHandler} that takes the requests of all versions alike. */
export type UnionHandler<A extends SharedAction> = (
  request: RequestOf<Protocol, A>,
  context: HandlerContext
) => MaybePromise<ResponseOf<Protocol, A>>

/** Runs once the answer is out. What it throws is logged. */
export type AfterHandler<P extends Protocol, A> = (
  request: RequestOf<P, A>,
  response: ResponseOf<P, A>,
  context: HandlerContext<P>
) => MaybePromise<unknown>

/** Answers the actions that have no handler. */
export type FallbackHandler<P extends Protocol> = (
  action: ChargePointAction<P> | SendAction<P>,
  request: unknown,
  context: HandlerContext<P>
) => MaybePromise<unknown>

/** Which DataTransfers a handler is for. */
export interface DataTransferMatch<S extends TSchema | undefined = TSchema | undefined> {
  /** Compared without regard to case. */
  vendorId: string
  /** Without one the handler gets all messages of the vendor that have no handler of their own. */
  messageId?: string
  /**
   * Schema of `data`. In 1.6, where `data` is a string, a schema that something else than a string satisfies is
   * applied to the JSON in it, and the answer's `data` becomes JSON again.
   */
  data?: S
}

type DataOf<S> = S extends TSchema ? Static<S> : unknown

export interface DataTransferMessage<S = undefined> {
  vendorId: string
  messageId?: string
  data: DataOf<S>
}

export interface DataTransferAnswer {
  status: 'Accepted' | 'Rejected' | 'UnknownMessageId' | 'UnknownVendorId'
  data?: unknown
}

/** Answers the DataTransfers of one vendor. */
export type DataTransferHandler<P extends Protocol, S> = (
  message: DataTransferMessage<S>,
  context: HandlerContext<P>
) => MaybePromise<DataTransferAnswer>

/** The handlers of one version, and calls to the charge points that speak it. */
export interface VersionApi<P extends Protocol> {
  readonly protocol: P

  /**
   * Answers an action. Handlers may be sync or async and may themselves call the charge point.
   *
   * @throws `OCPP_ERR_HANDLER_EXISTS`, `OCPP_ERR_UNKNOWN_ACTION`
   */
  on<A extends ChargePointAction<P> | SendAction<P>>(action: A, handler: Handler<P, A>): this

  /**
   * Runs when the answer to an action is out: the place for CALLs that follow from it. An action may have several:
   * they are started in order of registration, and none waits for the promise of another.
   *
   * @throws `OCPP_ERR_UNKNOWN_ACTION`
   */
  after<A extends ChargePointAction<P> | SendAction<P>>(action: A, handler: AfterHandler<P, A>): this

  /**
   * Answers the actions of this version that have no handler; without it they are answered NotImplemented.
   *
   * @throws `OCPP_ERR_HANDLER_EXISTS`
   */
  fallback(handler: FallbackHandler<P>): this

  /**
   * Answers the DataTransfers of a vendor. Those of unknown vendors go to `on('DataTransfer')`, or else are
   * answered `UnknownVendorId`; unknown messages of a known vendor `UnknownMessageId`. [1.6 §4.3; 2.x P02]
   *
   * @throws `OCPP_ERR_HANDLER_EXISTS`
   */
  onDataTransfer<const S extends TSchema | undefined = undefined>(
    match: DataTransferMatch<S>,
    handler: DataTransferHandler<P, S>
  ): this

  /**
   * Sends a CALL to a charge point by its identity. Errors as {@link ChargePointBase.call}, and
   *
   * @throws `OCPP_ERR_NOT_CONNECTED`, `OCPP_ERR_WRONG_PROTOCOL`
   */
  call<A extends CsmsAction<P>>(
    identity: string,
    action: A,
    payload: RequestOf<P, A>,
    options?: CallOptions
  ): Promise<ResponseOf<P, A>>
}

/** The live connections by identity; look-ups do not regard case. [Part 2 "identifierString"] */
export interface ChargePointsApi extends Iterable<ChargePoint> {
  readonly size: number
  get(identity: string): ChargePoint | undefined
  has(identity: string): boolean
}

/** What is known of a charge point when it asks for a WebSocket. */
export interface Handshake {
  /** Decoded once from the last segment of the URL. [Part 4 §3.1.1] */
  readonly identity: string
  /** User name of HTTP Basic; always the identity when present. [A00.FR.204] */
  readonly username: string | undefined
  /** Password of HTTP Basic as the bytes that came: in 1.6 a key of raw octets. [J-1.6 §6.2.2] */
  readonly password: Buffer | undefined
  /** The peer's TLS certificate, verified or not: see `tlsAuthorized`. */
  readonly certificate: import('node:tls').PeerCertificate | undefined
  /** Whether TLS verified the certificate against the server's CA list. */
  readonly tlsAuthorized: boolean
  readonly encrypted: boolean
  readonly remoteAddress: string
  /** All subprotocols the charge point offered, in its order. */
  readonly offeredProtocols: readonly string[]
  /** The one that will be spoken, if there is one. */
  readonly protocol: Protocol | undefined
  readonly request: FastifyRequest
  /** Aborted when the answer is no longer wanted. */
  readonly signal: AbortSignal
}

/** Accepts a handshake, with what is remembered of the charge point. */
export interface HandshakeAcceptance {
  accept: true
  /** The registration it had before, so that it need not boot again. [J-1.6 §5.3; 2.x B01] */
  registration?: RegistrationStatus
  /** Becomes `chargePoint.context`. */
  context?: unknown
}

/** Refuses a handshake. */
export interface HandshakeRejection {
  accept: false
  /** 401 wrong credentials, 403 not on this endpoint, 404 unknown, 429 too many failures, 503 cannot tell now. */
  status: 401 | 403 | 404 | 429 | 503
  /** Seconds, sent as Retry-After. */
  retryAfter?: number
  /** For the log; never sent. */
  reason?: string
}

/** Decides about a handshake; `false` is 401. An exception is answered 503. */
export type Authenticate = (handshake: Handshake) => MaybePromise<boolean | HandshakeAcceptance | HandshakeRejection>

export type ValidationMode = 'strict' | 'warn'

/** Decides about one violation. */
export type ValidationPolicy = (violation: {
  chargePoint: ChargePoint
  action: string
  direction: Direction
  violation: Violation
}) => ValidationMode

/** Readiness to accept what the schemas forbid, each off by default. */
export interface Leniency {
  /** Members that no schema defines are dropped instead of refused. */
  dropUnknownMembers?: boolean
  /** A single object where a list is defined becomes a list; numbers in strings and the reverse are converted. */
  coerce?: boolean
  /**
   * Higher limits of texts, in both directions, by message and path, e.g.
   * `{ 'Get15118EVCertificateResponse.exiResponse': 17_000 }`. [2.1 OCPPCommCtrlr.FieldLength]
   */
  fieldLengths?: Readonly<Record<string, number>>
}

export interface ConnectEvent {
  readonly chargePoint: ChargePoint
}

export interface DisconnectEvent {
  readonly chargePoint: ChargePoint
  readonly reason: DisconnectReason
  /** WebSocket close code; 1006 when there was no close frame. */
  readonly code: number
}

/** A text message on the wire. */
export interface FrameEvent {
  readonly chargePoint: ChargePoint
  readonly direction: Direction
  /** UTF-16 units of the text. */
  readonly length: number
  readonly text: string
  /** The frame as JSON; undefined when it is none. */
  parsed(): unknown
  /** The same with passwords, keys and id tokens hidden: fit for a log. */
  redacted(): unknown
}

export type CallOutcome =
  | 'result'
  | 'callerror'
  | 'invalid-response'
  | 'timeout'
  | 'disconnected'
  | 'aborted'
  | 'queue-full'

/** A CALLERROR, or the reason why a call has no answer. */
export interface CallFailure {
  /** Code of the CALLERROR; for other outcomes that of the error that `call()` rejects with: `OCPP_ERR_…`. */
  readonly code: string
  readonly description: string
  /** Only a CALLERROR has details. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** A CALL or SEND of the other side was answered or refused. */
export interface HandledEvent {
  readonly chargePoint: ChargePoint
  readonly messageId: string
  /** A SEND is never answered: its `response` is `undefined`, its `error` was not sent. */
  readonly messageType: 'CALL' | 'SEND'
  readonly action: string
  /** The payload that the handler got: normalised and validated. `undefined` when it was refused before that. */
  readonly request: unknown
  /** The payload of the CALLRESULT; `undefined` when the message was refused. */
  readonly response: unknown
  /** The CALLERROR as it was sent; `undefined` when the message was accepted. */
  readonly error: CallFailure | undefined
  /** Milliseconds from receipt to answer, waiting included. */
  readonly duration: number
}

/** A CALL of ours is about to be written to the socket. */
export interface SentEvent {
  readonly chargePoint: ChargePoint
  readonly messageId: string
  readonly action: string
  readonly request: unknown
}

/** A CALL of ours has ended. */
export interface CallEvent {
  readonly chargePoint: ChargePoint
  readonly messageId: string
  readonly action: string
  readonly request: unknown
  readonly outcome: CallOutcome
  /** The normalised payload of the answer when `outcome` is `result`, otherwise `undefined`. */
  readonly response: unknown
  /** `undefined` when `outcome` is `result`. */
  readonly error: CallFailure | undefined
  /** Milliseconds from the call to its end, waiting included. */
  readonly duration: number
}

export interface ViolationEvent {
  readonly chargePoint: ChargePoint
  readonly action: string
  readonly direction: Direction
  readonly violation: Violation
  /** Whether the message was let through. */
  readonly delivered: boolean
}

/** Something a security log wants. */
export interface SecurityEvent {
  readonly type:
    | 'authentication-failed'
    | 'connection-replaced'
    | 'flapping'
    | 'not-accepted'
    | 'protocol-error'
    | 'slow-reader'
  readonly identity: string
  readonly remoteAddress: string
  readonly detail: string
}

/** Why an upgrade was refused. */
export type RefusalRule =
  | 'not-an-upgrade'
  | 'not-a-websocket'
  | 'host'
  | 'draining'
  | 'websocket-headers'
  | 'identity'
  | 'subprotocol'
  | 'memory'
  | 'connections'
  | 'connections-per-address'
  | 'handshakes'
  | 'login-failures'
  | 'login-failures-per-address'
  | 'flapping'
  | 'authenticate'
  | 'authenticate-failed'

/** An upgrade was answered with an HTTP status. */
export interface RefusedEvent {
  readonly rule: RefusalRule
  readonly status: number
  readonly remoteAddress: string
}

/** The limit that a connection has reached. */
export type LimitRule =
  | 'buffered-amount'
  | 'fragments'
  | 'memory'
  | 'message-rate'
  | 'payload'
  | 'pings'
  | 'slow-reader'
  | 'waiting-calls'

/** A connection has reached a limit: it is paused or cut. */
export interface LimitedEvent {
  readonly rule: LimitRule
  readonly chargePoint: ChargePoint
}

/** A message that is no OCPP frame came. */
export interface MalformedEvent {
  /** What is wrong with it, e.g. `not valid JSON`: one of a few texts, which hold nothing of the input. */
  readonly rule: string
  readonly chargePoint: ChargePoint
  /** The CALLERROR that it is answered with; `undefined` when it is ignored. */
  readonly error: CallFailure | undefined
}

export interface OcppEvents {
  connect: [ConnectEvent]
  disconnect: [DisconnectEvent]
  frame: [FrameEvent]
  handled: [HandledEvent]
  sent: [SentEvent]
  call: [CallEvent]
  violation: [ViolationEvent]
  security: [SecurityEvent]
  refused: [RefusedEvent]
  limited: [LimitedEvent]
  malformed: [MalformedEvent]
}

export type EventName = keyof OcppEvents

/** A promise that a listener returns is not waited for; when it rejects, that is logged and counted. */
export type OcppListener<E extends EventName> = (...args: OcppEvents[E]) => unknown

/** Typed events. An error or rejection of a listener is logged and counted; the other listeners still run. */
export interface OcppEventsApi {
  /** How often listeners of an event have thrown or rejected, by event. */
  readonly failures: ReadonlyMap<EventName, number>
  on<E extends EventName>(event: E, listener: OcppListener<E>): this
  once<E extends EventName>(event: E, listener: OcppListener<E>): this
  off<E extends EventName>(event: E, listener: OcppListener<E>): this
}

/** What `app.ocpp` is. */
export interface Ocpp {
  readonly v16: VersionApi<'ocpp1.6'>
  readonly v201: VersionApi<'ocpp2.0.1'>
  readonly v21: VersionApi<'ocpp2.1'>
  readonly chargePoints: ChargePointsApi
  /** The same events are published by `node:diagnostics_channel` as `fastify-ocpp:<event>`. */
  readonly events: OcppEventsApi
  /** The versions that some endpoint accepts. */
  readonly protocols: readonly Protocol[]

  /**
   * Answers an action that every version has, in every version. That the answer is one of the version of the CALL is
   * checked at run time.
   *
   * @throws `OCPP_ERR_HANDLER_EXISTS` when some version has a handler already, `OCPP_ERR_UNKNOWN_ACTION` when some
   * version has no such action. Then no version gets the handler.
   */
  on<A extends SharedAction>(action: A, handler: SharedHandler<A>): this
  /** The same for a function that does not ask for the version. */
  on<A extends SharedAction>(action: A, handler: UnionHandler<A>): this

  /**
   * Sends a CALL whose version is that of the live connection; for tools that do not know it beforehand.
   * Action and payload are checked at run time. Errors as `v16.call`, and `OCPP_ERR_UNKNOWN_ACTION`.
   */
  call(identity: string, action: string, payload: unknown, options?: CallOptions): Promise<unknown>

  /**
   * Connects a charge point in this process, without a port, as `app.inject()` does for HTTP: through the whole
   * upgrade, with the same checks on both sides. For tests of your handlers.
   *
   * @throws `OCPP_ERR_REFUSED` when the upgrade is answered with an HTTP status
   */
  inject<const P extends Protocol>(options: InjectOptions<P>): Promise<ChargePointClient<P>>

  /**
   * Goes out of service: new upgrades are answered 503, calls on the wire may finish, then the sockets are
   * closed 1012, spread over the drain time. `app.close()` does it too. Calling it again changes nothing.
   */
  drain(): Promise<void>
}
