import type { ChargePointClient } from './charge-point/client.js'
import type { InjectOptions } from './charge-point/inject.js'
import type { ChargePointDetail } from './describe.js'
import type { CallOptions, ChargePointsApi } from './types/charge-point.js'
import type { ClusterApi } from './types/cluster.js'
import type { OcppEventsApi } from './types/events.js'
import type { SharedAction, SharedHandler, UnionHandler, VersionApi } from './types/handlers.js'
import type { Protocol } from './types/protocol.js'

/** The interface of `app.ocpp`. */
export interface Ocpp {
  readonly v16: VersionApi<'ocpp1.6'>
  readonly v201: VersionApi<'ocpp2.0.1'>
  readonly v21: VersionApi<'ocpp2.1'>
  /** The live connections of this process. In a cluster other charge points are connected to other nodes. */
  readonly chargePoints: ChargePointsApi
  /** The nodes that serve the same charge points. `undefined` without the option `cluster`. */
  readonly cluster: ClusterApi | undefined
  /** The same events are published by `node:diagnostics_channel` as `fastify-ocpp:<event>`. */
  readonly events: OcppEventsApi
  /** The versions that at least one endpoint accepts. */
  readonly protocols: readonly Protocol[]

  /**
   * Registers a handler for an action in every version. Each version must have the action. Whether the answer fits the
   * version of the CALL is checked at run time.
   *
   * @throws `OCPP_ERR_HANDLER_EXISTS` if a version already has a handler, `OCPP_ERR_UNKNOWN_ACTION` if a version has no
   * such action. In both cases no version gets the handler.
   */
  on<A extends SharedAction>(action: A, handler: SharedHandler<A>): this
  /** The same for a handler that does not use the version. */
  on<A extends SharedAction>(action: A, handler: UnionHandler<A>): this

  /**
   * Sends a CALL in the version of the live connection, for tools that do not know the version beforehand. Action and
   * payload are checked at run time.
   *
   * @throws the errors of `v16.call`, and `OCPP_ERR_UNKNOWN_ACTION`. In a cluster also `OCPP_ERR_NODE_UNREACHABLE` and
   * `OCPP_ERR_TOO_LARGE`; when the node of the charge point is lost meanwhile, `OCPP_ERR_DISCONNECTED` with
   * `sent: true`, because nobody knows
   */
  call(identity: string, action: string, payload: unknown, options?: CallOptions): Promise<unknown>

  /**
   * Closes the connection of a charge point, whatever node it is connected to.
   *
   * @param code as for `chargePoint.disconnect`
   * @throws `OCPP_ERR_NOT_CONNECTED`, `OCPP_ERR_INVALID_CLOSE`, `OCPP_ERR_NODE_UNREACHABLE`
   */
  disconnect(identity: string, code?: number, reason?: string): Promise<void>

  /**
   * Facts about the live connection of a charge point, whatever node it is connected to; `undefined` when it is
   * connected to none.
   *
   * @throws `OCPP_ERR_NODE_UNREACHABLE`
   */
  describe(identity: string): Promise<ChargePointDetail | undefined>

  /**
   * Connects a charge point in this process, without a port, as `app.inject()` does for HTTP. The connection goes
   * through the whole upgrade, with the same checks on both sides. For tests of your handlers.
   *
   * @throws `OCPP_ERR_REFUSED` if the upgrade is answered with an HTTP status
   */
  inject<const P extends Protocol>(options: InjectOptions<P>): Promise<ChargePointClient<P>>

  /**
   * Takes the server out of service: new upgrades are answered with 503, calls on the wire may finish, and then the
   * sockets are closed with 1012, spread over the drain time. `app.close()` does the same. A second call changes
   * nothing.
   */
  drain(): Promise<void>
}
