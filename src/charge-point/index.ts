import { ALL_PROTOCOLS } from '../protocol.js'
import type { Protocol } from '../types/protocol.js'
import { ChargePointClient } from './client.js'
import { open, type TlsOptions } from './open.js'
import type { ChargePointOptions } from './options.js'

export { CallError } from '../errors.js'
export type { BackOff } from './back-off.js'
export { ChargePointClient } from './client.js'
export type { DeliveryRules } from './delivery-queue.js'
export type { InjectOptions } from './inject.js'
export type { ConnectionState } from './link.js'
export { RefusedError, type TlsOptions, UnreachableError } from './open.js'
export type { ChargePointOptions, ClientContext, RetryInfo, TransactionAction } from './options.js'

/** Where and how a charge point connects. Times are milliseconds, sizes bytes. */
export interface ConnectOptions<P extends Protocol> extends ChargePointOptions<P> {
  /** Endpoint of the CSMS, `ws:` or `wss:`; the identity is appended. [OCPP-J §3.1.1] */
  url: string
  /** Password of HTTP Basic; a 1.6 key as its bytes. [1.6 whitepaper A00.FR.205; 2.x A00.FR.205] */
  password?: string | Uint8Array
  /** CA certificates of the CSMS; key and certificate of the charge point for security profile 3. */
  tls?: TlsOptions
  /** Time for one attempt to connect. Default 10 000. */
  handshakeTimeout?: number
  /** Largest message. Default 1 MiB. */
  maxPayload?: number
  /** Whether permessage-deflate is offered with 2.x; a fleet in one process does without its memory. Default true. */
  compression?: boolean
}

/** A charge point that is not connected yet: register its handlers, then `connect()`. */
export function createChargePoint<const P extends Protocol = Protocol>(
  options: ConnectOptions<P>
): ChargePointClient<P> {
  const { url, identity, password, tls = {}, compression = true } = options
  const { handshakeTimeout: timeout = 10_000, maxPayload = 1024 * 1024 } = options
  const protocols = options.protocols ?? ALL_PROTOCOLS
  return new ChargePointClient(options, (accept, signal) =>
    open({ url, identity, password, protocols, tls, timeout, maxPayload, compression, signal }, accept)
  )
}

/**
 * Connects a charge point to a CSMS. Needs no Fastify.
 *
 * @throws `OCPP_ERR_REFUSED` when the CSMS answers with an HTTP status, `OCPP_ERR_UNREACHABLE` when it does not,
 * `OCPP_ERR_INVALID_OPTIONS`
 */
export async function connect<const P extends Protocol = Protocol>(
  options: ConnectOptions<P>
): Promise<ChargePointClient<P>> {
  const client = createChargePoint(options)
  await client.connect()
  return client
}
