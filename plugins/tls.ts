import type { Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { observeTls } from '../lib/metrics/tls.js'
import { TlsListener } from '../lib/tls/listener.js'
import type {} from './limits.js'
import type {} from './metrics.js'
import type {} from './tls-material.js'

declare module 'fastify' {
  interface FastifyInstance {
    tls: Tls
  }
}

/** The TLS listener, if TLS_PORT is set. The app's own server is the listener without TLS. */
export interface Tls {
  readonly server: Server | undefined
  /** The address that it listens on, or `undefined`. */
  readonly address: AddressInfo | undefined
  /** Starts to listen, after the app is ready. */
  listen(): Promise<void>
}

/** One year, in seconds. [RFC 6797 §6.1] */
const HSTS = 'max-age=31536000'

async function tls(app: FastifyInstance): Promise<void> {
  const { TLS_PORT: port, TLS_HOST: host } = app.config
  const metrics = observeTls(app.metrics, app.tlsMaterial)
  if (port === undefined) {
    app.decorate('tls', { server: undefined, address: undefined, listen: async () => undefined })
    return
  }
  const listener = new TlsListener({ app, material: app.tlsMaterial.current, onFailure: metrics.onFailure })
  app.limits.guard(listener.server)
  app.tlsMaterial.onChange((material) => listener.renew(material))
  app.decorate('tls', {
    server: listener.server,
    get address() {
      const address = listener.server.address()
      return typeof address === 'object' && address !== null ? address : undefined
    },
    async listen() {
      await listener.listen(port, host)
      app.log.info({ address: listener.server.address() }, 'Server listening with TLS')
    }
  })
  app.addHook('onRequest', ({ raw }, reply, done) => {
    const socket: Socket | undefined = raw.socket
    if (socket !== undefined && 'encrypted' in socket) reply.header('strict-transport-security', HSTS)
    done()
  })
  let closing: Promise<void> | undefined
  // Registered after the hook that disconnects chargers at shutdown. Until then new ones are answered 503.
  app.addHook('preClose', async () => {
    closing = listener.close()
  })
  app.addHook('onClose', async () => closing)
}

export default fp(tls, {
  fastify: '5.x',
  name: 'tls',
  // Closed last, because requests need these plugins until the listener has stopped.
  dependencies: ['env', 'tls-material', 'limits', 'database', 'store', 'calls', 'publisher', 'ocpp', 'metrics']
})
