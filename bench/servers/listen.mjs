import { once } from 'node:events'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { serve } from './serve.mjs'

/** Connections that may wait to be accepted, as many as the kernel allows. */
export const BACKLOG = 65_535

/**
 * A `ws` server with nothing around it.
 *
 * @param {(this: import('ws').WebSocket, data: import('ws').RawData) => void} onMessage
 */
export async function listen(onMessage) {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.on('message', onMessage))
  server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG })
  await once(server, 'listening')
  serve(server.address().port)
}
