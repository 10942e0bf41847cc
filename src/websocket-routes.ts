import { IncomingMessage } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { InvalidUpgradeError } from './errors.js'
import type { EventHub } from './events.js'
import type { RefusalRule } from './types/events.js'
import { refuseUnwanted, want } from './unwanted-websocket.js'

/** In the `config` of a route, which is all that Fastify tells of a route to the hooks of a request. */
const IS_WEBSOCKET = Symbol('ocpp.isWebSocket')

interface Kind {
  [IS_WEBSOCKET]?: boolean
}

/** Facts about the routes that were registered before the plugin. */
export type OlderRoutes = 'none is a WebSocket' | 'unknown'

interface Refusal {
  readonly rule: RefusalRule
  readonly reason: string
}

const NO_WEBSOCKET: Refusal = {
  rule: 'not-a-websocket',
  reason: 'there is no WebSocket here: send the request without an Upgrade header'
}
const NO_HOST: Refusal = { rule: 'host', reason: 'a request of HTTP/1.1 has one Host header' }
const BAD_REQUEST = 400

/**
 * Refuses upgrades of routes that are no WebSocket routes, before their own hooks and handlers run. @fastify/websocket
 * accepts such an upgrade, closes the WebSocket, and waits for the client to do the same.
 */
export function refuseForeignUpgrades(app: FastifyInstance, events: EventHub, older: OlderRoutes): void {
  const report = ({ rule, reason }: Refusal, log: FastifyBaseLogger, remoteAddress = '') => {
    events.publish('refused', { rule, status: BAD_REQUEST, remoteAddress })
    events.lines.line(rule, (more) => log.info({ ...more, rule, status: BAD_REQUEST, reason }, 'upgrade refused'))
  }
  app.addHook('onRoute', markRoute)
  // Not async: it runs for every request of the host.
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = request.ws ? refusalOf(request, older) : undefined
    if (refusal === undefined) {
      done()
      return
    }
    report(refusal, request.log, request.ip)
    // Stays 400 with an error handler that sets no status.
    reply.code(BAD_REQUEST).header('connection', 'close')
    done(new InvalidUpgradeError(refusal.reason))
  })
  if (older === 'none is a WebSocket') return
  refuseUnwanted(app.websocketServer, ({ socket }) => {
    report(NO_WEBSOCKET, app.log, socket.remoteAddress)
    return NO_WEBSOCKET.reason
  })
}

function markRoute(route: RouteOptions): void {
  const isWebSocket = route.websocket === true || route.wsHandler !== undefined
  const config: Kind = { ...route.config, [IS_WEBSOCKET]: isWebSocket }
  route.config = config as NonNullable<RouteOptions['config']>
}

function refusalOf(request: FastifyRequest, older: OlderRoutes): Refusal | undefined {
  const { raw, is404, method, routeOptions } = request
  if (!hasHost(raw)) return NO_HOST
  // Answered 404 like any other request.
  if (is404) return undefined
  const isWebSocket = (routeOptions.config as Kind)[IS_WEBSOCKET]
  if (isWebSocket && older === 'unknown') want(raw)
  // One that is not known is looked at when it is upgraded.
  const mayBeWebSocket = isWebSocket ?? (older === 'unknown' && method === 'GET')
  return mayBeWebSocket ? undefined : NO_WEBSOCKET
}

/** Node.js does not look at the Host header of an upgrade. [RFC 9112 §3.2] */
function hasHost(raw: IncomingMessage): boolean {
  // The request of injectWS comes from no socket and has none.
  if (!(raw instanceof IncomingMessage) || raw.httpVersion === '1.0') return true
  // `headersDistinct` would make lists of all headers.
  let hosts = 0
  for (let index = 0; index < raw.rawHeaders.length; index += 2) {
    if (raw.rawHeaders[index]?.toLowerCase() === 'host') hosts++
  }
  return hosts === 1
}
