import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { unavailable } from './admission.js'
import { type RoutePath, segmentsOf, withoutExtraSlashes } from './route-path.js'

const guards = new WeakMap<Server, UpgradeGuard>()

/**
 * Node hands an upgrading socket over without any time-out, and only the hooks of @fastify/websocket close one
 * that is refused. What passes them by, such as an unknown URL outside their scope, would stay open for ever.
 */
export class UpgradeGuard {
  readonly #pending = new Map<TimedSocket, Quiet>()
  readonly #routes: RoutePath[] = []
  #timeout = 0
  /** Looks at the sockets that are still pending; one timer for all of them. */
  #sweeper: NodeJS.Timeout | undefined
  #isClosed = false
  /** The number of pending sockets from which it is worth while to look for those that are gone. */
  #crowd = CROWD

  constructor(app: FastifyInstance) {
    const onUpgrade = (request: IncomingMessage, socket: Duplex) => this.#watch(request, socket)
    // First of all listeners: another one may upgrade the socket at once, and that ends the time-out.
    app.server.prependListener('upgrade', onUpgrade)
    app.addHook('onClose', async () => {
      app.server.removeListener('upgrade', onUpgrade)
      guards.delete(app.server)
    })
  }

  /** The guard of the app's server, which all endpoints share: a socket is not known to be for one of them. */
  static of(app: FastifyInstance): UpgradeGuard {
    const guard = guards.get(app.server) ?? new UpgradeGuard(app)
    guards.set(app.server, guard)
    return guard
  }

  /**
   * Guards one more endpoint. `timeout`: milliseconds without traffic after which a socket that was not upgraded is
   * cut, unless another endpoint allows more.
   */
  add(route: string, timeout: number): void {
    this.#routes.push(segmentsOf(route))
    this.#timeout = Math.max(this.#timeout, timeout)
  }

  /** The socket is upgraded and somebody else's care. */
  release(socket: Duplex): void {
    if (hasTimeout(socket)) this.#pending.delete(socket)
  }

  /** The application is going down: cuts all that are still at the door, and turns away who comes now. */
  close(): void {
    this.#isClosed = true
    for (const socket of this.#pending.keys()) {
      if (isWaiting(socket)) socket.destroy()
    }
    this.#pending.clear()
    this.#stopSweeping()
  }

  #watch(request: IncomingMessage, socket: Duplex): void {
    if (this.#isClosed) {
      // @fastify/websocket has stopped listening: nobody else answers.
      if (!socket.writableEnded) socket.on('error', ignore).end(unavailableResponse())
      return
    }
    request.url = withoutExtraSlashes(decodable(request.url ?? '/'), this.#routes)
    if (!hasTimeout(socket)) return
    // Without a timer of its own, which costs more than all the rest here. `ws` sets it to 0 when it upgrades the socket.
    socket.timeout = this.#timeout
    this.#pending.set(socket, { bytes: 0, sweeps: 0 })
    if (this.#pending.size > this.#crowd) this.#forgetTheGone()
    this.#sweeper ??= setInterval(() => this.#sweep(), this.#timeout / SWEEPS).unref()
    process.nextTick(closeAfterAnswer, socket)
  }

  #sweep(): void {
    for (const [socket, quiet] of this.#pending) {
      const bytes = socket.bytesRead + socket.bytesWritten
      if (socket.destroyed || !isWaiting(socket)) this.#pending.delete(socket)
      else if (bytes !== quiet.bytes) {
        quiet.bytes = bytes
        quiet.sweeps = 0
      } else if (++quiet.sweeps >= SWEEPS) {
        this.#pending.delete(socket)
        socket.destroy()
      }
    }
    if (this.#pending.size === 0) this.#stopSweeping()
  }

  /** A flood of sockets that are refused at once must not be kept until the next sweep. */
  #forgetTheGone(): void {
    for (const socket of this.#pending.keys()) {
      if (socket.destroyed || !isWaiting(socket)) this.#pending.delete(socket)
    }
    this.#crowd = Math.max(CROWD, 2 * this.#pending.size)
  }

  #stopSweeping(): void {
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }
}

/** Sweeps without traffic after which a socket is cut: at most one sweep too late, and never too early. */
const SWEEPS = 8

const CROWD = 500

/** Counters of a socket at the last sweep. */
interface Quiet {
  bytes: number
  /** Sweeps without traffic. */
  sweeps: number
}

type TimedSocket = Duplex & { timeout: number | undefined; bytesRead: number; bytesWritten: number }

// Not the streams of injectWS.
function hasTimeout(socket: Duplex): socket is TimedSocket {
  return 'setTimeout' in socket
}

/** A socket to which the listener of @fastify/websocket has assigned a response. */
type AnsweredSocket = Duplex & { _httpMessage?: ServerResponse | null }

/**
 * A route outside the scope of @fastify/websocket answers an upgrade like a plain request, and nobody closes the
 * connection then: Node.js has handed it over. One that is upgraded has no answer.
 */
function closeAfterAnswer(socket: AnsweredSocket): void {
  socket._httpMessage?.once('finish', () => socket.destroy())
}

/** `ws` ends the time-out of a socket that it upgrades. */
function isWaiting(socket: TimedSocket): boolean {
  return (socket.timeout ?? 0) > 0
}

function ignore(): void {}

function unavailableResponse(): string {
  const { text, headers } = unavailable('draining')
  const lines = [`Retry-After: ${headers['retry-after']}`, 'Connection: close', 'Content-Type: text/plain']
  return `HTTP/1.1 503 Service Unavailable\r\n${lines.join('\r\n')}\r\nContent-Length: ${text.length + 1}\r\n\r\n${text}\n`
}

/**
 * A URL that cannot be decoded is answered by Fastify without any hook. Escaped it is a path like any other,
 * and "%" is in no identity.
 */
function decodable(url: string): string {
  if (!url.includes('%')) return url
  try {
    decodeURIComponent(url)
    return url
  } catch {
    return url.replaceAll('%', '%25')
  }
}
