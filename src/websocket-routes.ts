import { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { InvalidUpgradeError } from './errors.js'
import type { EventHub } from './events.js'
import type { RefusalRule } from './types.js'
import { refuseWhenUnwanted } from './unwanted-websocket.js'

/** In the `config` of a route, which is all that Fastify tells of a route to the hooks of a request. */
const IS_WEBSOCKET = Symbol('ocpp.isWebSocket')

interface Kind {
  [IS_WEBSOCKET]?: boolean
}

/** What is known of the routes that were registered before the plugin. */
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
 * Refuses upgrades of routes that are no WebSocket routes, before any other hook of the scope runs. @fastify/websocket
 * accepts such an upgrade, closes the WebSocket, and waits for the client to do the same.
 */
export function refuseForeignUpgrades(app: FastifyInstance, events: EventHub, older: OlderRoutes): void {
  const report = (request: FastifyRequest, { rule, reason }: Refusal) => {
    events.publish('refused', { rule, status: BAD_REQUEST, remoteAddress: request.ip ?? '' })
    events.lines.line(rule, (more) => {
      request.log.info({ ...more, rule, status: BAD_REQUEST, reason }, 'upgrade refused')
    })
  }
  app.addHook('onRoute', markRoute)
  app.addHook('onRequest', async (request, reply) => {
    if (!request.ws) return
    const isWebSocket = kindOf(request, older)
    const refusal = hasHost(request.raw) ? isWebSocket === false && NO_WEBSOCKET : NO_HOST
    if (refusal) {
      report(request, refusal)
      // Stays 400 with an error handler that sets no status.
      reply.code(BAD_REQUEST).header('connection', 'close')
      throw new InvalidUpgradeError(refusal.reason)
    }
    if (isWebSocket === undefined)
      refuseWhenUnwanted(app.websocketServer, request.raw, () => {
        report(request, NO_WEBSOCKET)
        return NO_WEBSOCKET.reason
      })
  })
}

function markRoute(route: RouteOptions): void {
  const isWebSocket = route.websocket === true || route.wsHandler !== undefined
  const config: Kind = { ...route.config, [IS_WEBSOCKET]: isWebSocket }
  route.config = config as NonNullable<RouteOptions['config']>
}

/** Whether the route is a WebSocket route, as far as that is known. */
function kindOf({ is404, method, routeOptions }: FastifyRequest, older: OlderRoutes): boolean | undefined {
  // Answered 404 like any other request.
  if (is404) return true
  const isWebSocket = (routeOptions.config as Kind)[IS_WEBSOCKET]
  if (isWebSocket !== undefined) return isWebSocket
  return older === 'unknown' && method === 'GET' ? undefined : false
}

/** Node.js does not look at the Host header of an upgrade. [RFC 9112 §3.2] */
function hasHost(raw: IncomingMessage): boolean {
  // The request of injectWS comes from no socket and has none.
  if (!(raw instanceof IncomingMessage) || raw.httpVersion === '1.0') return true
  return raw.headersDistinct.host?.length === 1
}
