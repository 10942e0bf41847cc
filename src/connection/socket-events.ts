import type { RawData, WebSocket } from 'ws'

/** Receives the events of one socket. */
export interface SocketListener {
  message(data: RawData, isBinary: boolean): void
  /** A ping or pong of the peer. */
  heard(): void
  failed(error: Error): void
  /** The socket is closed. */
  ended(code: number): void
}

const LISTENER = Symbol('ocpp.connection')

type BoundSocket = WebSocket & { [LISTENER]: SocketListener }

/** Passes the events of a socket to `listener`. */
export function listenTo(socket: WebSocket, listener: SocketListener): void {
  ;(socket as BoundSocket)[LISTENER] = listener
  // The last error listener is that of @fastify/websocket: its closure would keep the upgrade request in memory.
  const foreign = socket.listeners('error').at(-1)
  socket.on('error', onError)
  if (foreign !== undefined) socket.removeListener('error', foreign as () => void)
  socket.on('message', onMessage)
  socket.on('ping', onHeard)
  socket.on('pong', onHeard)
  socket.on('close', onClose)
}

// The same functions for all sockets: with a closure for each event, every idle connection would need more memory.
function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  ;(this as BoundSocket)[LISTENER].message(data, isBinary)
}

function onHeard(this: WebSocket): void {
  ;(this as BoundSocket)[LISTENER].heard()
}

function onClose(this: WebSocket, code: number): void {
  ;(this as BoundSocket)[LISTENER].ended(code)
}

function onError(this: WebSocket, error: Error): void {
  ;(this as BoundSocket)[LISTENER].failed(error)
}
