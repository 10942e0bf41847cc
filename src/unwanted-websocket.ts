import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'

const wanted = new WeakSet<IncomingMessage>()
const watched = new WeakSet<WebSocketServer>()

/** The upgrade is that of a WebSocket route. */
export function want(request: IncomingMessage): void {
  wanted.add(request)
}

/**
 * Refuses upgrades whose route turns out to be no WebSocket route. Of a route that was registered before the plugin
 * only @fastify/websocket knows that: it upgrades the socket in any case, and closes the WebSocket in the same turn when
 * there is nobody to have it. Until the end of that turn nothing is written to the socket.
 *
 * @param refuse tells of a refusal and returns its text
 */
export function refuseUnwanted(server: WebSocketServer, refuse: (request: IncomingMessage) => string): void {
  if (watched.has(server)) return
  watched.add(server)
  const held = new WeakMap<IncomingMessage, HeldSocket>()
  server.on('headers', (_headers, request) => {
    const { socket } = request
    // Those of injectWS are no sockets.
    if (!wanted.has(request) && socket instanceof Socket) held.set(request, new HeldSocket(socket))
  })
  server.on('connection', (webSocket, request) => {
    const socket = held.get(request)
    if (socket === undefined) return
    process.nextTick(() => {
      if (isUnwanted(webSocket)) socket.answer(refuse(request))
      else socket.release()
    })
  })
}

function isUnwanted(webSocket: WebSocket): boolean {
  return webSocket.readyState === webSocket.CLOSING && webSocket.listenerCount('message') === 0
}

type Write = Parameters<Socket['write']>

/** A socket whose writes wait. */
class HeldSocket {
  readonly #socket: Socket
  readonly #writes: Write[] = []

  constructor(socket: Socket) {
    this.#socket = socket
    socket.write = (...write: unknown[]) => {
      this.#writes.push(write as Write)
      return true
    }
  }

  /** Writes what was held back. */
  release(): void {
    this.#restore()
    if (this.#socket.destroyed) return
    for (const write of this.#writes) this.#socket.write(...write)
  }

  /** Drops what was held back, answers 400 and closes the connection. */
  answer(text: string): void {
    this.#restore()
    const head = ['HTTP/1.1 400 Bad Request', 'Connection: close', 'Content-Type: text/plain; charset=utf-8']
    this.#socket.once('finish', () => this.#socket.destroy())
    this.#socket.end(`${head.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(text) + 1}\r\n\r\n${text}\n`)
  }

  #restore(): void {
    Reflect.deleteProperty(this.#socket, 'write')
  }
}
