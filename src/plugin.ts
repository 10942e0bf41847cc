import type { Server } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import fastifyWebsocket from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import fp from 'fastify-plugin'
import type { WebSocket } from 'ws'
import { Admission } from './admission.js'
import { type Admitted, CLOSE_TIMEOUT, type Endpoint } from './endpoint.js'
import { WebsocketExistsError } from './errors.js'
import { OcppCore } from './ocpp.js'
import type { Ocpp } from './ocpp-api.js'
import { type EndpointSettings, type FastifyOcppOptions, resolveOptions } from './options.js'
import { PROTOCOLS } from './protocol.js'
import { pathBelow } from './route-path.js'
import { UpgradeGuard } from './upgrade-guard.js'
import { type OlderRoutes, refuseForeignUpgrades } from './websocket-routes.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The handlers, calls and live charge points of OCPP. */
    ocpp: Ocpp
  }
}

async function fastifyOcpp(app: FastifyInstance, options: FastifyOcppOptions): Promise<void> {
  const settings = resolveOptions(options)
  if (settings.authenticate === undefined) {
    app.log.warn({ path: settings.path }, 'OCPP security profile 0: everybody who can reach this endpoint is let in')
  }
  checkCloseTime(app, settings)
  const isOurs = app.websocketServer === undefined
  if (isOurs) await registerWebsocket(app, settings)
  else checkWebsocket(app, settings)
  const guard = UpgradeGuard.of(app)
  app.addHook('preClose', async () => guard.close())
  const core = decorate(app, isOurs ? 'none is a WebSocket' : 'unknown')
  if (settings.cluster !== undefined) core.join(settings.cluster)
  const route = pathBelow(app.prefix, settings.path)
  guard.add(route, settings.authenticateTimeout + GRACE)
  const endpoint = core.addEndpoint(settings, { log: app.log, route })
  const admission = new Admission(settings, core.events, endpoint, () => core.isDraining)
  addRoute(app, { admission, endpoint, guard, path: settings.path })
}

/** `pluginTimeout` also limits `app.close()`, which rejects if draining takes longer. */
function checkCloseTime(
  { initialConfig, log }: FastifyInstance,
  { drainTimeout, drainSpread }: EndpointSettings
): void {
  const { pluginTimeout = DEFAULT_PLUGIN_TIMEOUT } = initialConfig
  const needed = drainTimeout + drainSpread + CLOSE_TIMEOUT
  if (pluginTimeout === 0 || needed < pluginTimeout) return
  log.warn(
    { drainTimeout, drainSpread, pluginTimeout },
    `app.close() rejects after ${pluginTimeout} ms but draining may take ${needed} ms: ` +
      'lower drainTimeout or drainSpread, or raise pluginTimeout of Fastify'
  )
}

/** The default of Fastify 5, in milliseconds. */
const DEFAULT_PLUGIN_TIMEOUT = 10_000

/** A scope has one `ocpp`, even if several endpoints are registered in it. */
function decorate(app: FastifyInstance, older: OlderRoutes): OcppCore {
  if (app.hasDecorator('ocpp')) return app.ocpp as OcppCore
  const core = new OcppCore(app)
  app.decorate('ocpp', core)
  refuseForeignUpgrades(app, core.events, older)
  app.addHook('preClose', () => core.drain())
  app.addHook('onClose', async () => core.leave())
  return core
}

/** Servers whose upgrades are already routed by one of our scopes. */
const servers = new WeakSet<Server>()

async function registerWebsocket(app: FastifyInstance, settings: EndpointSettings): Promise<void> {
  const listeners = new Set(app.server.listeners('upgrade'))
  await app.register(fastifyWebsocket, {
    options: {
      maxPayload: settings.maxPayload,
      maxFragments: settings.maxFragments,
      maxBufferedChunks: settings.maxBufferedChunks,
      maxPendingAutoPongs: settings.maxPendingPongs,
      // Do not wait for a charge point that never answers a close frame.
      closeTimeout: CLOSE_TIMEOUT,
      perMessageDeflate: settings.compression && DEFLATE
    } as NonNullable<Parameters<typeof fastifyWebsocket>[1]>['options'] & object
  })
  // Each registration of @fastify/websocket handles every upgrade, so two scopes side by side would answer twice.
  for (const listener of app.server.listeners('upgrade')) {
    if (servers.has(app.server) && !listeners.has(listener))
      app.server.removeListener('upgrade', listener as () => void)
  }
  servers.add(app.server)
  explainSecondWebsocket(app)
}

/** A scope has one @fastify/websocket. For a second one Fastify only reports that a decorator `ws` exists. */
function explainSecondWebsocket(app: FastifyInstance): void {
  const { decorateRequest } = app
  app.decorateRequest = function (this: FastifyInstance, ...decoration: Parameters<typeof decorateRequest>) {
    if (decoration[0] === 'ws') throw new WebsocketExistsError()
    return decorateRequest.apply(this, decoration)
  } as typeof decorateRequest
}

/** Time of a handshake in addition to `authenticate`, in milliseconds. */
const GRACE = 5000

/**
 * permessage-deflate without context takeover, and not for short messages. [RFC 7692] `ws` keeps the zlib streams of a
 * socket after the first use: a small window and little memory make that 24 kB instead of 256 kB.
 */
const DEFLATE = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 11,
  zlibDeflateOptions: { level: 3, memLevel: 5 },
  concurrencyLimit: 4,
  threshold: 1024
}

/** The host registered @fastify/websocket, so its options apply. Warns if they are less strict than ours. */
function checkWebsocket(app: FastifyInstance, settings: EndpointSettings): void {
  const { maxPayload, perMessageDeflate } = app.websocketServer.options
  if (maxPayload === undefined || maxPayload > settings.maxPayload) {
    app.log.warn(
      { maxPayload },
      `@fastify/websocket was registered with a higher maxPayload than ${settings.maxPayload}`
    )
  }
  const hasCompression = settings.protocols.some((protocol) => PROTOCOLS[protocol].hasCompression)
  if (settings.compression && !perMessageDeflate && hasCompression) {
    app.log.warn('@fastify/websocket was registered without perMessageDeflate, which OCPP 2.x asks of a CSMS')
  }
}

interface Upgrade {
  admitted: Admitted
  reply: FastifyReply
}

interface Parts {
  admission: Admission
  endpoint: Endpoint
  guard: UpgradeGuard
  path: string
}

function addRoute(app: FastifyInstance, { admission, endpoint, guard, path }: Parts): void {
  const upgrades = new WeakMap<FastifyRequest, Upgrade>()
  app.route({
    method: 'GET',
    url: path,
    exposeHeadRoute: false,
    // Hides the route from @fastify/swagger: an upgrade is no operation.
    schema: { hide: true } as FastifySchema,
    // A global @fastify/rate-limit of the host would lock out a fleet that reconnects at once or shares one address.
    // This plugin has limits of its own: `maxHandshakes`, `maxLoginFailures` and others.
    config: { rateLimit: false } as object,
    onRequest: (request, reply, done) => {
      admission.admit(request, reply, (admitted) => {
        upgrades.set(request, { admitted, reply })
        done()
      })
    },
    handler: (_request, reply) => reply.code(426).send(),
    wsHandler: (socket: WebSocket, request: FastifyRequest) => {
      const upgrade = upgrades.get(request)
      if (upgrade === undefined) return socket.terminate()
      detach(app, guard, socket, upgrade.reply)
      endpoint.accept(socket, upgrade.admitted)
    }
  })
}

/**
 * Takes the socket over from the host: its broadcast to all WebSocket clients does not reach chargers, its shutdown
 * does not close their connections before they are drained, and the upgrade request can be freed.
 */
function detach(app: FastifyInstance, guard: UpgradeGuard, socket: WebSocket, { raw }: FastifyReply): void {
  app.websocketServer.clients.delete(socket)
  if (raw.socket === null) return
  guard.release(raw.socket)
  // The streams of injectWS end, but do not close on their own.
  if (!(raw.socket instanceof Socket)) (raw.socket as Duplex).once('end', destroy)
  raw.detachSocket(raw.socket)
}

function destroy(this: Duplex): void {
  this.destroy()
}

export default fp(fastifyOcpp, { fastify: '5.x', name: 'fastify-ocpp' })
