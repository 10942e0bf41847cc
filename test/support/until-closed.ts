import { connect, type Socket } from 'node:net'
import { after } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { deferred, until, within } from './wait.js'

/** All that the server sends on a connection that the client leaves open, until the server closes it. */
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

/** The same over a TCP connection of its own. */
export function answerUntilClosed(port: number, request: string): Promise<string> {
  return untilClosed(connect(port, '127.0.0.1'), request)
}

/** Waits until the server has no TCP connection. */
export async function noConnectionLeft({ server }: Pick<FastifyInstance, 'server'>): Promise<void> {
  let count = -1
  const look = () => server.getConnections((_error, found) => (count = found))
  await until('no connection is left', () => {
    look()
    return count === 0
  })
}
