import { connect, type Socket } from 'node:net'
import { after } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { deferred, until, within } from './wait.js'

/** Reads everything that the server sends, until the server closes the connection. The client leaves it open. */
export async function untilClosed(socket: Socket, request: string): Promise<string> {
  after(() => socket.destroy())
  const over = deferred<string>()
  let text = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.on('close', () => over.resolve(text))
  socket.write(request)
  return within(`the server to close the connection after ${JSON.stringify(text)}`, over.promise)
}

/** The same over a new TCP connection. */
export function answerUntilClosed(port: number, request: string): Promise<string> {
  return untilClosed(connect(port, '127.0.0.1'), request)
}

/** Waits until the server has no open TCP connection. */
export async function noConnectionLeft({ server }: Pick<FastifyInstance, 'server'>): Promise<void> {
  let count = -1
  const look = () => server.getConnections((_error, found) => (count = found))
  await until('no connection is left', () => {
    look()
    return count === 0
  })
}
