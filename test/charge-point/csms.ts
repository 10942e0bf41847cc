import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { after } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import { type ChargePointClient, type ConnectOptions, createChargePoint } from 'fastify-ocpp/charge-point'
import { type ServerOptions, WebSocketServer } from 'ws'
import { type CallHandler, Charger } from '../support/charger.js'
import { until, within } from '../support/wait.js'

/** The quickest back-off: the first new attempt after 1 ms. */
export const QUICK = { waitMinimum: 1, randomRange: 0, repeatTimes: 3 }

/** A charge point, closed when the calling test is over. */
export function chargePoint<const P extends Protocol>(
  url: string,
  options: Partial<ConnectOptions<P>> & { protocols: readonly P[] }
): ChargePointClient<P> {
  const client = createChargePoint<P>({ url, identity: 'CP-1', reconnect: QUICK, ...options })
  after(() => client.close())
  return client
}

/** A CSMS that checks nothing and does what it is told, so it can break every rule. */
export interface FakeCsms {
  readonly url: string
  readonly port: number
  readonly server: WebSocketServer
  /** All connections there were, as the other end of what {@link Charger} was written for. */
  readonly connections: Charger[]
  /** Those that are open. */
  readonly open: Charger[]
  /** Connection number `index`, when it is there. */
  connection(index: number): Promise<Charger>
}

/** @param answer of every CALL; without one the test reads and answers them itself */
export async function startCsms(answer?: CallHandler, options: ServerOptions = {}): Promise<FakeCsms> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options })
  const connections: Charger[] = []
  server.on('connection', (ws, request) => {
    const connection = new Charger(ws, request.url ?? '')
    if (answer !== undefined) connection.onCall(answer)
    connections.push(connection)
  })
  await once(server, 'listening')
  after(() => {
    for (const { ws } of connections) ws.terminate()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${port}/ocpp`,
    port,
    server,
    connections,
    get open() {
      return connections.filter(({ ws }) => ws.readyState === ws.OPEN)
    },
    async connection(index) {
      await until(`connection ${index} is there`, () => connections.length > index)
      return connections[index] as Charger
    }
  }
}

/** A TCP server that does with every socket what the test says; `sockets` are those that came. */
export async function startTcp(onSocket: (socket: Socket) => void = () => {}) {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    sockets.push(socket)
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `ws://127.0.0.1:${port}/ocpp`, port, sockets }
}

/** Answers the first request on a socket with the same text. */
export function answerHttp(text: string): (socket: Socket) => void {
  return (socket) => socket.once('data', () => socket.write(text))
}

/** The error that `promise` rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const error = await within(
    'a rejection',
    promise.then(
      () => undefined,
      (reason: unknown) => reason
    )
  )
  if (error instanceof Error) return error as Error & Record<string, unknown>
  throw new Error(`resolved, or rejected with ${String(error)}`)
}
