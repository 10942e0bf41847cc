import type { FastifyBaseLogger } from 'fastify'
import type {
  CsmsAction,
  Direction,
  Protocol,
  RegistrationStatus,
  RequestOf,
  ResponseOf,
  Violation
} from './protocol.js'
import type { ConnectionTraits } from './validation.js'

export interface CallOptions {
  /** Milliseconds from sending the call to its answer. Default: option `callTimeout`. */
  timeout?: number
  /**
   * Gives the call up, even while it waits in the queue: it rejects with `OCPP_ERR_ABORTED`. A CALL that was already sent
   * is not taken back.
   */
  signal?: AbortSignal
  /** Message id of 1 to 36 characters, which no other call uses. Default: a random UUID. [OCPP-J §4.1.4] */
  messageId?: string
  /**
   * A call waits behind those with the same or a higher priority, and before those with a lower one. Any number.
   * Default: 0.
   */
  priority?: number
}

export interface SendOptions {
  /** Message id of 1 to 36 characters. Default: a random UUID. */
  messageId?: string
}

/** A kind of violation on one connection, and how often it occurred. */
export interface ViolationCount extends Violation {
  readonly action: string
  readonly direction: Direction
  readonly count: number
}

/** Numbers of messages on one connection. */
export interface Counters {
  /** Frames read, valid or not. */
  received: number
  /** Frames written. */
  sent: number
  /** CALLs and SENDs of the charge point. */
  callsReceived: number
  /** CALLs that we sent. */
  callsSent: number
  /** CALLERRORs that we sent. */
  errorsSent: number
  /** CALLERRORs that answered a call of ours. */
  errorsReceived: number
  /** Frames that get no answer: empty, of an unknown type, or a malformed or unexpected response. */
  ignored: number
}

export type DisconnectReason =
  /** The charge point closed the connection, or the TCP connection broke. */
  | 'closed'
  /** `disconnect()` was called. */
  | 'disconnected'
  /** A newer connection with the same identity took over. */
  | 'replaced'
  /** No pong and no data for a ping interval. */
  | 'ping-timeout'
  /** The charge point did not read what we sent. */
  | 'slow-reader'
  /** The charge point broke a rule of RFC 6455, sent too much, or sent a binary message. */
  | 'protocol-error'
  /** This process stood still for so long that another node of its cluster may serve the charge point by now. */
  | 'stalled'
  /** This process is shutting down. */
  | 'draining'

interface ChargePointBase<P extends Protocol> {
  /** As the charge point wrote it in its URL. [Part 4 §3.1.1] */
  readonly identity: string
  readonly protocol: P
  /** Address of the peer as Fastify sees it: `request.ip`, which depends on `trustProxy`. */
  readonly remoteAddress: string
  readonly connectedAt: Date
  /** When the last message, ping or pong was received. */
  readonly lastSeenAt: Date
  /**
   * Status in the last answer to a BootNotification. Until it is `Accepted`, other messages are answered with
   * SecurityError. [OCPP-J errata 3.10]
   */
  readonly registration: RegistrationStatus | undefined
  readonly counters: Readonly<Counters>
  /** Violations counted by action, direction, code, pointer and deviation: the first 256 kinds. */
  readonly violations: readonly ViolationCount[]
  /** Whether a BootNotification waits for its answer. Our next CALL should wait for that answer, too. */
  readonly booting: boolean
  /** Whether calls can still be made. */
  readonly connected: boolean
  /** Calls that wait, and the one on the wire until it is answered, even if its caller has given it up. */
  readonly pendingCalls: number
  /** Fastify's logger with `{ chargePoint, protocol }`. */
  readonly log: FastifyBaseLogger
  /** For the application: state of this connection, for example a tenant. `undefined` at first. */
  context: unknown

  /**
   * Says how this charge point is treated from its next message on. What is absent is as the options of the plugin say:
   * `adapt({})` takes back what was said before.
   *
   * @throws `OCPP_ERR_INVALID_OPTIONS`
   */
  adapt(traits: ConnectionTraits): void

  /**
   * Sends a CALL and resolves with the charge point's own answer. One CALL is on the wire at a time, the others wait.
   *
   * @throws `OCPP_ERR_INVALID_PAYLOAD`, `OCPP_ERR_QUEUE_FULL`, `OCPP_ERR_TIMEOUT`, `OCPP_ERR_DISCONNECTED`,
   * `OCPP_ERR_ABORTED`, `OCPP_ERR_INVALID_MESSAGE_ID`, `OCPP_ERR_INVALID_RESPONSE`; `CallError` if the charge point
   * answers with a CALLERROR
   */
  call<A extends CsmsAction<P>>(action: A, payload: RequestOf<P, A>, options?: CallOptions): Promise<ResponseOf<P, A>>

  /**
   * Closes the connection. Its calls reject at once.
   *
   * @param code WebSocket close code that may be sent [RFC 6455 §7.4]: 1000-1003, 1007-1014 or 3000-4999. Default 1000.
   * @param reason at most 123 bytes
   * @throws `OCPP_ERR_INVALID_CLOSE`; the connection then stays open
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

/** The live connection of one charge point ("charging station" in 2.x). `protocol` says which version is spoken. */
export type ChargePoint<P extends Protocol = Protocol> = ChargePoints[P]

/** The live connections by identity. Look-ups ignore case. [Part 2 "identifierString"] */
export interface ChargePointsApi extends Iterable<ChargePoint> {
  readonly size: number
  get(identity: string): ChargePoint | undefined
  has(identity: string): boolean
}
