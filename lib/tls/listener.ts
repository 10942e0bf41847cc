import { once } from 'node:events'
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { LogLines } from '../limits/log-lines.js'
import { serverOptions } from '../limits/server.js'
import type { Log } from '../log.js'
import type { Config } from '../settings/settings.js'
import type { Material } from './material.js'

/** Timeout from the connection to the end of the handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 10_000
/** How long to wait for remaining connections at shutdown, in milliseconds. Chargers were told to reconnect before. */
const CLOSE_TIMEOUT_MS = 5_000

/** The part of the app that the listener uses. */
export interface ListeningApp {
  readonly server: Server | HttpServer
  readonly config: Config
  readonly log: Log
  routing(request: IncomingMessage, response: ServerResponse): void
}

export interface ListenerOptions {
  app: ListeningApp
  material: Material
  /** Called with the error code of each failed handshake. */
  onFailure: (code: string) => void
}

/** A second listener of the app, for TLS. Its requests are handled as those without TLS. */
export class TlsListener {
  readonly server: Server
  readonly #app: ListeningApp
  readonly #sockets = new Set<Socket>()
  readonly #onFailure: (code: string) => void
  readonly #lines = new LogLines()

  constructor({ app, material, onFailure }: ListenerOptions) {
    this.#app = app
    this.#onFailure = onFailure
    const { http, keepAliveTimeout } = serverOptions(app.config)
    this.server = createServer({
      ...http,
      keepAliveTimeout,
      ...material.context,
      // A client without a certificate may have a password. `authenticate` decides, and answers with an HTTP status.
      // [A00.FR.006]
      requestCert: material.authorities.length > 0,
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS
    })
    this.#connect()
  }

  /** Replaces the TLS files for new handshakes. Open connections keep theirs. */
  renew({ context }: Material): void {
    this.server.setSecureContext(context)
  }

  /** Rejects with the error of the operating system. */
  async listen(port: number, host: string): Promise<void> {
    this.server.listen({ port, host })
    await once(this.server, 'listening')
  }

  /** Stops listening. Resolves when the last connection is closed. */
  async close(): Promise<void> {
    if (!this.server.listening) return
    const timer = setTimeout(() => this.#destroy(), CLOSE_TIMEOUT_MS)
    await new Promise((resolve) => this.server.close(resolve))
    clearTimeout(timer)
  }

  #connect(): void {
    const { server } = this
    const { server: main } = this.#app
    server.on('connection', (socket: Socket) => this.#watch(socket))
    server.on('request', (request, response) => this.#app.routing(request, response))
    server.on('upgrade', (request, socket, head) => main.emit('upgrade', request, socket, head))
    // Node turns tlsClientError into clientError, which Fastify would answer in plain text.
    server.removeAllListeners('tlsClientError')
    server.on('tlsClientError', (error, socket) => this.#fail(error, socket))
    server.on('clientError', (error, socket) => main.emit('clientError', error, socket))
  }

  #watch(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #destroy(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Most failures come from port scanners and health checks. The identity of the charge point is not known yet. */
  #fail({ code = 'UNKNOWN', message }: NodeJS.ErrnoException, socket: TLSSocket): void {
    const { remoteAddress } = socket
    socket.destroy()
    this.#onFailure(code)
    const security = { type: 'tls-handshake-failed', remoteAddress, code, detail: message }
    this.#lines.line(code, (more) => this.#app.log.warn({ ...more, security }, 'a TLS handshake failed'))
  }
}
