import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { until } from '../support/wait.js'

/** An event as a webhook gets it. */
export interface ReceivedEvent {
  id: string
  type: string
  chargePoint: string
  at: string
  data: Record<string, unknown>
}

/** One request that came. */
export interface Received {
  readonly headers: IncomingMessage['headers']
  readonly method: string | undefined
  readonly path: string | undefined
  readonly body: string
  readonly event: ReceivedEvent
  /** When it had come, by performance.now(). */
  readonly at: number
}

/** The answer to a request: a status, or whatever is done with the response. */
export type Answering = (request: Received, response: ServerResponse) => number | undefined

export interface Receiver {
  readonly url: string
  readonly requests: Received[]
  answer(answering: Answering): void
  /** Resolves with them when so many requests have come. */
  received(count: number): Promise<readonly Received[]>
  close(): Promise<void>
}

const OK: Answering = () => 204
/** On a machine with a lot to do. */
const PATIENCE_MS = 30_000

/** Takes what webhooks are told, on a free port or the given one, until the calling test is over. */
export async function openReceiver({ port = 0, tls }: { port?: number; tls?: ServerOptions } = {}): Promise<Receiver> {
  const requests: Received[] = []
  let answering = OK
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('error', () => undefined)
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const { headers, method, url: path } = request
      const received: Received = { headers, method, path, body, event: JSON.parse(body), at: performance.now() }
      requests.push(received)
      const status = answering(received, response)
      if (status !== undefined) response.writeHead(status).end()
    })
  }
  const server = tls === undefined ? createServer(take) : createSecureServer(tls, take)
  await listenOn(server, port)
  const close = () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    return closed
  }
  after(close)
  return {
    url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    requests,
    answer(wanted) {
      answering = wanted
    },
    async received(count) {
      await until(`${count} requests have come`, () => requests.length >= count, PATIENCE_MS)
      return requests
    },
    close
  }
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
}

/** Whether one of the signatures is that of the secret. [standardwebhooks.com] */
export function isSigned({ headers, body }: Received, secret: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return String(signatures).split(' ').includes(`v1,${expected}`)
}

/** The events of each charge point, in the order in which they came. */
export function byChargePoint(requests: readonly Received[]): Map<string, ReceivedEvent[]> {
  const found = new Map<string, ReceivedEvent[]>()
  for (const { event } of requests) found.set(event.chargePoint, [...(found.get(event.chargePoint) ?? []), event])
  return found
}
