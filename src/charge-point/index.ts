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

/** Options of a charge point and of its connection. Times are in milliseconds, sizes in bytes. */
export interface ConnectOptions<P extends Protocol> extends ChargePointOptions<P> {
  /** Endpoint of the CSMS, `ws:` or `wss:`; the identity is appended. [OCPP-J §3.1.1] */
  url: string
  /** Password of HTTP Basic. Pass a 1.6 key as its bytes. [1.6 whitepaper A00.FR.205; 2.x A00.FR.205] */
  password?: string | Uint8Array
  /** CA certificates for the CSMS; key and certificate of the charge point for security profile 3. */
  tls?: TlsOptions
  /** Timeout of one attempt to connect. Milliseconds. Default: 10 000. */
  handshakeTimeout?: number
  /** Maximum size of a received message. Bytes. Default: 1 MiB. */
  maxPayload?: number
  /** Whether permessage-deflate is offered with 2.x. A fleet in one process saves memory without it. Default: true. */
  compression?: boolean
}

/** Creates a charge point that is not connected yet. Register its handlers, then call `connect()`. */
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
 * Creates a charge point and connects it to a CSMS. Needs no Fastify.
 *
 * @throws `OCPP_ERR_REFUSED` when the CSMS answers the upgrade with another HTTP status, `OCPP_ERR_UNREACHABLE` when
 * there is no connection, `OCPP_ERR_INVALID_OPTIONS`
 */
export async function connect<const P extends Protocol = Protocol>(
  options: ConnectOptions<P>
): Promise<ChargePointClient<P>> {
  const client = createChargePoint(options)
  await client.connect()
  return client
}
