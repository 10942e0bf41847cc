import type { Socket } from 'node:net'
import { problem } from 'fastify-ocpp/rest'

const STATUSES: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }
const MESSAGES: Readonly<Record<number, string>> = {
  408: 'the request took too long to arrive',
  431: 'the URL or the headers are too long'
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
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroy(error)
}
