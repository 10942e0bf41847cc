import type { Server } from 'node:http'
import type { Config } from '../settings/settings.js'

/** Interval at which Node.js checks for slow requests, in milliseconds. */
const CHECK_INTERVAL_MS = 2000

/** Options of an HTTP server that limit the size and the duration of requests. [PROTOCOL V17] */
export function serverOptions(config: Config) {
  return {
    requestTimeout: config.HTTP_REQUEST_TIMEOUT,
    keepAliveTimeout: config.HTTP_KEEP_ALIVE_TIMEOUT,
    http: {
      // Node.js requires this timeout to be at most the one of the whole request.
      headersTimeout: Math.min(config.HTTP_HEADERS_TIMEOUT, config.HTTP_REQUEST_TIMEOUT),
      requestTimeout: config.HTTP_REQUEST_TIMEOUT,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      maxHeaderSize: config.HTTP_MAX_HEADER_SIZE
    }
  }
}

/** Why a connection or a request was rejected before it reached a route. */
export type ServerRule = 'connections' | 'requests' | 'header-size' | 'timeout' | 'malformed'

const RULES: Readonly<Record<string, ServerRule>> = {
  HPE_HEADER_OVERFLOW: 'header-size',
  ERR_HTTP_REQUEST_TIMEOUT: 'timeout'
}

const UNLIMITED = Number.MAX_SAFE_INTEGER

/** The limits of the HTTP servers, and how often they were reached. */
export class ServerLimits {
  readonly reached: Record<ServerRule, number> = {
    connections: 0,
    requests: 0,
    'header-size': 0,
    timeout: 0,
    malformed: 0
  }
  readonly #maxConnections: number
  readonly #maxRequests: number

  constructor({ OCPP_MAX_CONNECTIONS, HTTP_MAX_CONNECTIONS, HTTP_MAX_REQUESTS_PER_CONNECTION }: Config) {
    const chargers = OCPP_MAX_CONNECTIONS === 0 ? UNLIMITED : OCPP_MAX_CONNECTIONS
    this.#maxConnections = Math.min(UNLIMITED, chargers + HTTP_MAX_CONNECTIONS)
    this.#maxRequests = HTTP_MAX_REQUESTS_PER_CONNECTION
  }

  /** Limits the connections of a server, including those that send nothing. */
  guard(server: Server): void {
    server.maxConnections = this.#maxConnections
    // Node.js reads all requests of one packet before it reads another connection.
    server.maxRequestsPerSocket = this.#maxRequests
    server.on('dropRequest', () => this.reached.requests++)
    server.on('drop', () => this.reached.connections++)
    server.on('clientError', ({ code }: NodeJS.ErrnoException) => {
      // The client has disconnected, so no limit was reached.
      if (code !== 'ECONNRESET') this.reached[RULES[code ?? ''] ?? 'malformed']++
    })
  }
}
