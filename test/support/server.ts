import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import fastifyOcpp, { type Authenticate, type EndpointOptions } from 'fastify-ocpp'
import { within } from './wait.js'

/** A Fastify app that listens on 127.0.0.1. */
export interface TestServer {
  readonly app: FastifyInstance
  readonly port: number
  /** `ws://127.0.0.1:port` */
  readonly url: string
  close(): Promise<void>
  /** Whether somebody closes it, or has. */
  isClosed(): boolean
}

/** Options of the plugin in a test. Without `authenticate` the endpoint has `securityProfile: 0`. */
export interface ServerOptions extends EndpointOptions {
  authenticate?: Authenticate | undefined
  securityProfile?: 0 | undefined
}

/** Milliseconds that closing the app waits for a charger that never answers; the default would slow the tests down. */
const TEST_OPTIONS: EndpointOptions = { drainTimeout: 200, drainSpread: 0 }

/**
 * An app with the plugin, closed when the calling test is over.
 *
 * @param setup registers handlers and whatever else before the app listens
 */
export async function startServer(
  { authenticate, securityProfile = 0, ...options }: ServerOptions = {},
  setup: (app: FastifyInstance) => void | Promise<void> = () => undefined,
  fastifyOptions: FastifyServerOptions = {}
): Promise<TestServer> {
  const app = Fastify(fastifyOptions)
  const common = { ...TEST_OPTIONS, ...options }
  await app.register(fastifyOcpp, authenticate ? { ...common, authenticate } : { ...common, securityProfile })
  await setup(app)
  return listen(app)
}

/** Lets `app` listen on a free port of 127.0.0.1 and closes it when the calling test is over. */
export async function listen(app: FastifyInstance): Promise<TestServer> {
  const server = await listenUntilClosed(app)
  after(server.close)
  return server
}

/** The same, but whoever calls it closes it. */
export async function listenUntilClosed(app: FastifyInstance): Promise<TestServer> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const { close, isClosed } = closing(app)
  return { app, port, url: `ws://127.0.0.1:${port}`, close, isClosed }
}

/** Keeps no app that is closed: the runner keeps the hooks of a test until its whole process ends. */
function closing(app: FastifyInstance): Pick<TestServer, 'close' | 'isClosed'> {
  let open: FastifyInstance | undefined = app
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= open?.close().then(() => {
      open = undefined
    })
    return within('the app to close', closed ?? Promise.resolve(), 15_000)
  }
  const isClosed = () => closed !== undefined || open?.server.listening !== true
  return { close, isClosed }
}

/** Answers BootNotification (Accepted) and Heartbeat in all versions. */
export function answerBasics({ ocpp }: FastifyInstance): void {
  const currentTime = () => new Date().toISOString()
  ocpp
    .on('BootNotification', () => ({ status: 'Accepted', currentTime: currentTime(), interval: 300 }))
    .on('Heartbeat', () => ({ currentTime: currentTime() }))
}
