import {
  type AfterHandler,
  ALL_PROTOCOLS,
  type ChargePointAction,
  type Handler,
  type HandlerContext,
  type Ocpp,
  type Protocol,
  type RequestOf,
  type ResponseOf,
  versionInfo
} from 'fastify-ocpp'

type Protocol2 = Exclude<Protocol, 'ocpp1.6'>

/** The versions 2.0.1 and 2.1, which share most of their messages. */
export const PROTOCOLS_2 = ALL_PROTOCOLS.filter(
  (protocol): protocol is Protocol2 => versionInfo(protocol).hasTransactionEvents
)

/** The request of an action in OCPP 2.0.1 or 2.1. */
export type Request2<A> = RequestOf<Protocol2, A>
/** The answer to an action in OCPP 2.0.1 or 2.1. */
export type Response2<A> = ResponseOf<Protocol2, A>

/** The actions that charge points send in both versions. */
type Action2 = ChargePointAction<'ocpp2.0.1'> & ChargePointAction<'ocpp2.1'>

type Handler2<A> = (request: Request2<A>, context: HandlerContext) => Response2<A> | Promise<Response2<A>>

type AfterHandler2<A> = (request: Request2<A>, response: Response2<A>, context: HandlerContext) => unknown

/** Registers each handler for OCPP 2.0.1 and OCPP 2.1. */
export class Version2 {
  readonly #ocpp: Pick<Ocpp, 'v201' | 'v21'>

  constructor(ocpp: Pick<Ocpp, 'v201' | 'v21'>) {
    this.#ocpp = ocpp
  }

  /**
   * Registers a handler for both versions of 2.x. Whether the answer fits the version of the CALL is checked at run
   * time.
   */
  on<A extends Action2>(action: A, handler: Handler2<A>): this {
    this.#ocpp.v201.on(action, handler as Handler<'ocpp2.0.1', A>)
    this.#ocpp.v21.on(action, handler as Handler<'ocpp2.1', A>)
    return this
  }

  /** Runs after the answer to an action was sent. */
  after<A extends Action2>(action: A, handler: AfterHandler2<A>): this {
    this.#ocpp.v201.after(action, handler as AfterHandler<'ocpp2.0.1', A>)
    this.#ocpp.v21.after(action, handler as AfterHandler<'ocpp2.1', A>)
    return this
  }
}
