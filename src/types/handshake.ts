import type { FastifyRequest } from 'fastify'
import type { MaybePromise } from './maybe-promise.js'
import type { Protocol, RegistrationStatus } from './protocol.js'
import type { ConnectionTraits } from './validation.js'

/** Facts about a charge point that requests a WebSocket. */
export interface Handshake {
  /** The last segment of the URL, percent-decoded once. [Part 4 §3.1.1] */
  readonly identity: string
  /** User name of HTTP Basic. If there is one, it equals the identity. [A00.FR.204] */
  readonly username: string | undefined
  /** Password of HTTP Basic, as the bytes that were sent: in 1.6 a key of raw octets. [J-1.6 §6.2.2] */
  readonly password: Buffer | undefined
  /** The TLS certificate of the peer, verified or not: see `tlsAuthorized`. */
  readonly certificate: import('node:tls').PeerCertificate | undefined
  /** Whether TLS verified the certificate against the server's CA list. */
  readonly tlsAuthorized: boolean
  readonly encrypted: boolean
  readonly remoteAddress: string
  /** All subprotocols that the charge point offered, in its order. */
  readonly offeredProtocols: readonly string[]
  /** The subprotocol that will be spoken; `undefined` if none of the offered ones is. */
  readonly protocol: Protocol | undefined
  readonly request: FastifyRequest
  /** Aborted when the answer is no longer needed, because the client is gone or the time is over. */
  readonly signal: AbortSignal
}

/** Accepts a handshake, with what the application knows of the charge point. */
export interface HandshakeAcceptance {
  accept: true
  /** The registration that the charge point had before, so that it need not boot again. [J-1.6 §5.3; 2.x B01] */
  registration?: RegistrationStatus
  /** Becomes `chargePoint.context`. */
  context?: unknown
  /** How this charge point is treated; see `chargePoint.adapt`. */
  traits?: ConnectionTraits
  /**
   * In a cluster: the order among the connections of this charge point, an integer that rises with each one, e.g. from a
   * sequence of the database. Give it for every connection or for none. Default: the nodes count.
   */
  epoch?: number
  /**
   * Called when nothing else refuses the handshake either, such as a subprotocol that is not spoken, and before it is answered.
   * What is to be stored of a new connection belongs here, because a handshake that is refused must have no effect. It may still
   * reject; what it throws is answered with 503.
   */
  admitted?: () => MaybePromise<HandshakeRejection | undefined>
}

/** Rejects a handshake. */
export interface HandshakeRejection {
  accept: false
  /** 401 wrong credentials, 403 not on this endpoint, 404 unknown, 429 too many failures, 503 cannot tell now. */
  status: 401 | 403 | 404 | 429 | 503
  /** Seconds. Sent as Retry-After. */
  retryAfter?: number
  /** For the log. Never sent. */
  reason?: string
}

/** Decides about a handshake. `false` is answered with 401, an exception with 503. */
export type Authenticate = (handshake: Handshake) => MaybePromise<boolean | HandshakeAcceptance | HandshakeRejection>
