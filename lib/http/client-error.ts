import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { problem } from 'fastify-ocpp/rest'

const STATUSES: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }
const MESSAGES: Readonly<Record<number, string>> = {
  408: 'the request took too long to arrive',
  431: 'the URL or the headers are too long'
}

/** The latest request of each connection that was answered before it had arrived. */
const answeredEarly = new WeakMap<Socket, IncomingMessage>()

/** To be called before a request is answered: if the rest of it is malformed, it gets no second answer. */
export function noteAnswer(request: IncomingMessage): void {
  if (!request.complete) answeredEarly.set(request.socket, request)
}

/**
 * Answers a malformed request in the form of all other errors. There is no route, and therefore no error handler, for
 * it. [RFC 9457]
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const statusCode = STATUSES[error.code ?? ''] ?? 400
  const message = MESSAGES[statusCode] ?? 'this is not HTTP'
  const answer = problem(Object.assign(new Error(message), { statusCode, code: 'NO_REQUEST' }))
  const body = JSON.stringify(answer)
  const head = [
    `HTTP/1.1 ${statusCode} ${answer.title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close'
  ]
  const isAnswered = answeredEarly.get(socket)?.complete === false
  if (socket.writable && !isAnswered) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroy(error)
}
