import type { EndpointOptions } from 'fastify-ocpp'
import type { Config } from '../settings/settings.js'

/** The limits of the library, from the settings. */
export function limitsOf(config: Config) {
  return {
    maxConnections: config.OCPP_MAX_CONNECTIONS,
    maxConnectionsPerAddress: config.OCPP_MAX_CONNECTIONS_PER_ADDRESS,
    maxHandshakes: config.OCPP_MAX_HANDSHAKES,
    maxLoginFailures: config.OCPP_LOGIN_FAILURES,
    maxLoginFailuresPerAddress: config.OCPP_LOGIN_FAILURES_PER_ADDRESS,
    maxTakeovers: config.OCPP_MAX_TAKEOVERS,
    maxMessageRate: config.OCPP_MESSAGE_RATE,
    maxMessageBurst: config.OCPP_MESSAGE_BURST,
    maxPayload: config.OCPP_MAX_MESSAGE_SIZE,
    maxBufferedAmount: config.OCPP_MAX_BUFFERED,
    slowReaderTimeout: config.OCPP_SLOW_READER_TIMEOUT,
    maxHeapUsage: config.MAX_HEAP_USAGE
  } satisfies EndpointOptions
}
