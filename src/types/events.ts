import type { Deviation } from '../deviations/names.js'
import type { ChargePoint, DisconnectReason } from './charge-point.js'
import type { Direction, Violation } from './protocol.js'

export interface ConnectEvent {
  readonly chargePoint: ChargePoint
  /** The named deviations of the handshake that were accepted. */
  readonly deviations: readonly Deviation[]
}

export interface DisconnectEvent {
  readonly chargePoint: ChargePoint
  readonly reason: DisconnectReason
  /** WebSocket close code. 1006 if there was no close frame. */
  readonly code: number
}

/** A text message on the wire. */
export interface FrameEvent {
  readonly chargePoint: ChargePoint
  readonly direction: Direction
  /** Length of the text in UTF-16 units. */
  readonly length: number
  readonly text: string
  /** The frame, parsed as JSON; `undefined` if it is not JSON. */
  parsed(): unknown
  /** The same with passwords, keys and id tokens hidden, so that it can go to a log. */
  redacted(): unknown
  /**
   * The same without parsing the frame, for a log that stores text. `undefined` for a frame that is no CALL, SEND or
   * CALLRESULT, that was not read yet, or that may contain something that `redacted` hides.
   */
  plain(): PlainFrame | undefined
}

/** A frame that has nothing to hide. */
export interface PlainFrame {
  /** 2: CALL. 3: CALLRESULT. 6: SEND. */
  readonly messageType: 2 | 3 | 6
  readonly messageId: string
  /** Of a CALLRESULT that of its CALL. */
  readonly action: string
  /** The payload as JSON, as it was sent or received. */
  readonly payload: string
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
  /** Code of the CALLERROR. For other outcomes, code of the error with which `call()` rejects: `OCPP_ERR_…`. */
  readonly code: string
  readonly description: string
  /** `undefined` unless a CALLERROR was received or sent. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** A CALL or SEND of the other side was answered or rejected. */
export interface HandledEvent {
  readonly chargePoint: ChargePoint
  readonly messageId: string
  /** A SEND is never answered: its `response` is `undefined`, and its `error` was not sent. */
  readonly messageType: 'CALL' | 'SEND'
  readonly action: string
  /** The payload that the handler got, normalised and validated. `undefined` if the message was rejected before. */
  readonly request: unknown
  /** The payload of the CALLRESULT. `undefined` if the message was rejected. */
  readonly response: unknown
  /** The CALLERROR as it was sent. `undefined` if the message was accepted. */
  readonly error: CallFailure | undefined
  /** Milliseconds from receipt to answer, including the time in the queue. */
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
  /** The normalised payload of the answer if `outcome` is `result`, otherwise `undefined`. */
  readonly response: unknown
  /** `undefined` if `outcome` is `result`. */
  readonly error: CallFailure | undefined
  /** Milliseconds from the call to its end, including the time in the queue. */
  readonly duration: number
}

export interface ViolationEvent {
  readonly chargePoint: ChargePoint
  /** Absent for a request of ours, which has no id yet. */
  readonly messageId?: string
  readonly action: string
  readonly direction: Direction
  readonly violation: Violation
  /** Whether the message was delivered in spite of the violation. */
  readonly delivered: boolean
  /** The named deviation that was corrected. Absent when nothing was corrected. */
  readonly deviation?: Deviation
  /** The deviations that would have to be accepted for the message to be delivered; none if that is not enough. */
  suggestions(): readonly Deviation[]
}

/** An event for a security log. */
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

/** Why an upgrade was rejected. */
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

/** An upgrade was rejected with an HTTP status. */
export interface RefusedEvent {
  /** The identity in the URL, read with `suggestion`. Absent when it cannot be read. */
  readonly identity?: string
  /** The deviation that would have to be accepted. Absent when there is none. */
  readonly suggestion?: Deviation
  readonly rule: RefusalRule
  readonly status: number
  readonly remoteAddress: string
  /** Its `Sec-WebSocket-Protocol`, at most 100 characters. Absent when it offers no subprotocol. */
  readonly offered?: string
}

/** A limit that a connection can reach. */
export type LimitRule =
  | 'buffered-amount'
  | 'fragments'
  | 'memory'
  | 'message-rate'
  | 'payload'
  | 'pings'
  | 'slow-reader'
  | 'waiting-calls'

/** A connection has reached a limit, and is paused or cut. */
export interface LimitedEvent {
  readonly rule: LimitRule
  readonly chargePoint: ChargePoint
}

/** A message that is no OCPP frame, or an answer to no call, was received. */
export interface MalformedEvent {
  /** Description of the fault, e.g. `not valid JSON`: one of a few fixed texts without any of the input. */
  readonly rule: string
  readonly chargePoint: ChargePoint
  /** The CALLERROR that answers the message; `undefined` if the message is ignored. */
  readonly error: CallFailure | undefined
  /** The deviation that would have to be accepted for the message to be read. Absent when there is none. */
  readonly suggestion?: Deviation
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

/** If a listener returns a promise, nothing waits for it. Its rejection is logged and counted. */
export type OcppListener<E extends EventName> = (...args: OcppEvents[E]) => unknown

/** Typed events. An error or rejection of a listener is logged and counted, and the other listeners still run. */
export interface OcppEventsApi {
  /** How often listeners have thrown or rejected, by event. */
  readonly failures: ReadonlyMap<EventName, number>
  on<E extends EventName>(event: E, listener: OcppListener<E>): this
  once<E extends EventName>(event: E, listener: OcppListener<E>): this
  off<E extends EventName>(event: E, listener: OcppListener<E>): this
}
