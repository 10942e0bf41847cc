import type { Server } from 'node:http'
import type { FastifyHttpOptions } from 'fastify'
import type { Config } from '../env.js'

/** How often Node.js looks for requests that take too long. */
const CHECK_INTERVAL_MS = 2000

/** Options of an HTTP server that bound what a client may send, and how slowly. [PROTOCOL V17] */
export function serverOptions(config: Config) {
  return {
    requestTimeout: config.HTTP_REQUEST_TIMEOUT,
    keepAliveTimeout: config.HTTP_KEEP_ALIVE_TIMEOUT,
    http: {
      // Node.js wants the part to be no longer than the whole.
      headersTimeout: Math.min(config.HTTP_HEADERS_TIMEOUT, config.HTTP_REQUEST_TIMEOUT),
      requestTimeout: config.HTTP_REQUEST_TIMEOUT,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      maxHeaderSize: config.HTTP_MAX_HEADER_SIZE
    }
  } satisfies FastifyHttpOptions<Server>
}

/** Why a connection was closed before there was a request. */
export type ServerRule = 'connections' | 'header-size' | 'timeout' | 'malformed'

const RULES: Readonly<Record<string, ServerRule>> = {
  HPE_HEADER_OVERFLOW: 'header-size',
  ERR_HTTP_REQUEST_TIMEOUT: 'timeout'
}

/** The limits of the servers, and how often they were reached. */
export class ServerLimits {
  readonly reached: Record<ServerRule, number> = { connections: 0, 'header-size': 0, timeout: 0, malformed: 0 }
  readonly #maxConnections: number

  constructor({ OCPP_MAX_CONNECTIONS, HTTP_MAX_CONNECTIONS }: Config) {
    this.#maxConnections =
      OCPP_MAX_CONNECTIONS === 0 ? Number.MAX_SAFE_INTEGER : OCPP_MAX_CONNECTIONS + HTTP_MAX_CONNECTIONS
  }

  /** Bounds the connections of a server, those that say nothing included. */
  guard(server: Server): void {
    server.maxConnections = this.#maxConnections
    server.on('drop', () => this.reached.connections++)
    server.on('clientError', ({ code }: NodeJS.ErrnoException) => {
      // Whoever just leaves has reached no limit.
      if (code !== 'ECONNRESET') this.reached[RULES[code ?? ''] ?? 'malformed']++
    })
  }
}
