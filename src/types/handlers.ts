import type { Static, TSchema } from '@sinclair/typebox'
import type { FastifyBaseLogger } from 'fastify'
import type { CallOptions, ChargePoint } from './charge-point.js'
import type { MaybePromise } from './maybe-promise.js'
import type { ChargePointAction, CsmsAction, Protocol, RequestOf, ResponseOf, SendAction } from './protocol.js'

/** Context of a handler: everything but the payload. */
export interface HandlerContext<P extends Protocol = Protocol> {
  readonly chargePoint: ChargePoint<P>
  readonly messageId: string
  /** The charge point's logger with `{ messageId }`. */
  readonly log: FastifyBaseLogger
  /** Aborted when the handler has run out of time or the connection is over. Not aborted in `after`. */
  readonly signal: AbortSignal
}

/** Answers a CALL: returns the response payload, or throws a `CallError`. */
export type Handler<P extends Protocol, A> = (
  request: RequestOf<P, A>,
  context: HandlerContext<P>
) => MaybePromise<ResponseOf<P, A>>

/** The actions that a charge point may send with a CALL in every version. */
export type SharedAction = ChargePointAction<'ocpp1.6'> & ChargePointAction<'ocpp2.0.1'> & ChargePointAction<'ocpp2.1'>

/** Parameters of a handler for every version. `protocol` is the version of the request and of the charge point. */
export type SharedMessage<A extends SharedAction> = {
  [P in Protocol]: [request: RequestOf<P, A>, context: HandlerContext<P>, protocol: P]
}[Protocol]

/** Answers a CALL of any version: returns the response payload of that version, or throws a `CallError`. */
export type SharedHandler<A extends SharedAction> = (
  ...message: SharedMessage<A>
) => MaybePromise<ResponseOf<Protocol, A>>

/** A {@link SharedHandler} that treats the requests of all versions alike. */
export type UnionHandler<A extends SharedAction> = (
  request: RequestOf<Protocol, A>,
  context: HandlerContext
) => MaybePromise<ResponseOf<Protocol, A>>

/** Runs after the answer is sent. An error that it throws is logged. */
export type AfterHandler<P extends Protocol, A> = (
  request: RequestOf<P, A>,
  response: ResponseOf<P, A>,
  context: HandlerContext<P>
) => MaybePromise<unknown>

/** Answers the actions that have no handler of their own. */
export type FallbackHandler<P extends Protocol> = (
  action: ChargePointAction<P> | SendAction<P>,
  request: unknown,
  context: HandlerContext<P>
) => MaybePromise<unknown>

/** Selects the DataTransfers that a handler answers. */
export interface DataTransferMatch<S extends TSchema | undefined = TSchema | undefined> {
  /** Compared without regard to case. */
  vendorId: string
  /** Without a message id, the handler gets all messages of the vendor that have no handler of their own. */
  messageId?: string
  /**
   * Schema of `data`. In 1.6, `data` is a string. If the schema admits anything but strings, the string is parsed as JSON,
   * the schema is applied to the result, and `data` of the answer is written as JSON again.
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
   * Answers an action. A handler may be synchronous or asynchronous, and may itself call the charge point.
   *
   * @throws `OCPP_ERR_HANDLER_EXISTS`, `OCPP_ERR_UNKNOWN_ACTION`
   */
  on<A extends ChargePointAction<P> | SendAction<P>>(action: A, handler: Handler<P, A>): this

  /**
   * Runs after the answer to an action is sent: the place for CALLs that follow from the message. An action may have
   * several such handlers. They are started in the order of registration, and none waits for the promise of another.
   *
   * @throws `OCPP_ERR_UNKNOWN_ACTION`
   */
  after<A extends ChargePointAction<P> | SendAction<P>>(action: A, handler: AfterHandler<P, A>): this

  /**
   * Answers the actions of this version that have no handler. Without a fallback their answer is NotImplemented.
   *
   * @throws `OCPP_ERR_HANDLER_EXISTS`
   */
  fallback(handler: FallbackHandler<P>): this

  /**
   * Answers the DataTransfers of a vendor. Those of unknown vendors go to `on('DataTransfer')`, or else are answered
   * with `UnknownVendorId`. Unknown messages of a known vendor are answered with `UnknownMessageId`. [1.6 §4.3; 2.x P02]
   *
   * @throws `OCPP_ERR_HANDLER_EXISTS`
   */
  onDataTransfer<const S extends TSchema | undefined = undefined>(
    match: DataTransferMatch<S>,
    handler: DataTransferHandler<P, S>
  ): this

  /**
   * Sends a CALL to a charge point by its identity, in a cluster on whatever node it is.
   *
   * @throws the errors of `chargePoint.call`, `OCPP_ERR_NOT_CONNECTED`, `OCPP_ERR_WRONG_PROTOCOL`
   */
  call<A extends CsmsAction<P>>(
    identity: string,
    action: A,
    payload: RequestOf<P, A>,
    options?: CallOptions
  ): Promise<ResponseOf<P, A>>
}
