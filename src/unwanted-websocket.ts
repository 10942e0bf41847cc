import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'

/** Tells of a refusal and returns its text. */
type Refuse = () => string

const undecided = new WeakMap<IncomingMessage, Refuse>()
const watched = new WeakSet<WebSocketServer>()

/**
 * Refuses the upgrade when its route turns out to want no WebSocket. Whether a route that was registered before the
 * plugin is a WebSocket route, only @fastify/websocket knows: it upgrades the socket in any case, and closes the
 * WebSocket in the same turn when it is not. Until the end of that turn nothing is written to the socket.
 */
export function refuseWhenUnwanted(server: WebSocketServer, request: IncomingMessage, refuse: Refuse): void {
  if (!(request.socket instanceof Socket)) return
  undecided.set(request, refuse)
  if (watched.has(server)) return
  watched.add(server)
  const held = new WeakMap<IncomingMessage, HeldSocket>()
  server.on('headers', (_headers, upgrading) => {
    if (undecided.has(upgrading)) held.set(upgrading, new HeldSocket(upgrading.socket))
  })
  server.on('connection', (webSocket, upgraded) => {
    const socket = held.get(upgraded)
    if (socket !== undefined) process.nextTick(() => decide(webSocket, socket, undecided.get(upgraded)))
  })
}

function decide(webSocket: WebSocket, socket: HeldSocket, refuse: Refuse | undefined): void {
  const isUnwanted = webSocket.readyState === webSocket.CLOSING && webSocket.listenerCount('message') === 0
  if (isUnwanted && refuse !== undefined) socket.answer(refuse())
  else socket.release()
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
