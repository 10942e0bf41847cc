import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** A proxy must neither cache nor buffer the stream. */
const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  connection: 'close'
}

/** Begins an answer of server-sent events, which ends with the connection, or when the token of the request ends. */
export function eventStream(
  { operators }: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply
): ServerResponse {
  reply.hijack()
  const { raw } = reply
  // Without chunked encoding the same buffer can be written to all readers; the stream ends with the connection.
  raw.removeHeader('transfer-encoding')
  raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS })
  raw.once(
    'close',
    operators.watch(request, () => raw.destroy())
  )
  return raw
}
