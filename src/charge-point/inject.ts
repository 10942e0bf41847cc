import type { FastifyInstance } from 'fastify'
import type { WebSocket } from 'ws'
import { InvalidOptionsError } from '../errors.js'
import type { Protocol } from '../types/protocol.js'
import { ChargePointClient } from './client.js'
import { basicAuthorization, RefusedError, UnreachableError } from './open.js'
import type { ChargePointOptions } from './options.js'

/** Options of a charge point that connects to an application in the same process. */
export interface InjectOptions<P extends Protocol>
  extends Omit<ChargePointOptions<P>, 'protocols' | 'reconnect' | 'retryFirst' | 'onRetry'> {
  /** The version that the charge point speaks. */
  protocol: P
  /** Password of HTTP Basic. */
  password?: string | Uint8Array
  /** Route of the endpoint as registered, with its prefix. Default: the first endpoint that speaks the version. */
  path?: string
  /** Additional headers of the upgrade request. */
  headers?: Readonly<Record<string, string>>
}

/** An endpoint of the application. */
export interface InjectTarget {
  url: string
  protocols: readonly Protocol[]
}

/** The socket of the request, as with `app.inject()`: a handler may read `request.ip`. */
const IN_PROCESS = { remoteAddress: '127.0.0.1' } as const

/** The method that @fastify/websocket adds to the application. */
interface InjectWS {
  injectWS(
    path: string,
    context: { headers: Record<string, string>; socket: typeof IN_PROCESS },
    options: { onOpen(socket: WebSocket): void }
  ): Promise<WebSocket>
}

/** Connects a charge point without a port. The upgrade is complete: identity, authentication, subprotocol. */
export async function inject<const P extends Protocol>(
  app: FastifyInstance,
  targets: readonly InjectTarget[],
  options: InjectOptions<P>
): Promise<ChargePointClient<P>> {
  const { protocol, password, path, headers, ...rest } = options
  const url = path ?? targets.find(({ protocols }) => protocols.includes(protocol))?.url
  if (url === undefined) throw new InvalidOptionsError(`no endpoint of this application speaks ${protocol}`)
  const authorization: Record<string, string> =
    password === undefined ? {} : { authorization: basicAuthorization(options.identity, password) }
  const upgrade = { ...authorization, ...headers, 'sec-websocket-protocol': protocol }
  const client = new ChargePointClient<P>(
    { pingInterval: 0, ...rest, protocols: [protocol], reconnect: false },
    async (accept) => {
      await ready(app)
      const target = url.replace(/:\w+$/, encodeURIComponent(options.identity))
      // A closed application would never answer.
      if (app.server.listenerCount('upgrade') === 0) throw new RefusedError(target, 503, 'the application is closed')
      const upgraded = upgradeInProcess(app as unknown as InjectWS, target, upgrade, (socket) =>
        accept(socket, protocol)
      )
      return within(upgraded, options.identity, target)
    }
  )
  await client.connect()
  return client
}

/** Uses the callback of `ready()`: in a scope that is already ready, its promise never settles. */
function ready(app: FastifyInstance): Promise<void> {
  return new Promise((resolve, reject) => {
    app.ready((error) => (error ? reject(error) : resolve()))
  })
}

/** Milliseconds. Longer than `authenticate` may take, so that only an upgrade without any answer times out. */
const UPGRADE_TIMEOUT = 30_000

async function within<T>(upgraded: Promise<T>, identity: string, target: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_resolve, reject) => {
    const error = new UnreachableError(identity, target, `no answer within ${UPGRADE_TIMEOUT} ms`)
    timer = setTimeout(reject, UPGRADE_TIMEOUT, error)
  })
  try {
    return await Promise.race([upgraded, expired])
  } finally {
    clearTimeout(timer)
  }
}

async function upgradeInProcess<T>(
  app: InjectWS,
  target: string,
  headers: Record<string, string>,
  accept: (socket: WebSocket) => T
): Promise<T> {
  let accepted: Promise<T> | undefined
  // An error of accept() must not reach the stream that calls onOpen.
  const onOpen = (socket: WebSocket) => {
    accepted = new Promise<T>((resolve) => resolve(accept(socket)))
    accepted.catch(() => {})
  }
  try {
    await app.injectWS(target, { headers, socket: IN_PROCESS }, { onOpen })
  } catch (error) {
    throw refusal(error as Error, target)
  }
  if (accepted === undefined) throw new InvalidOptionsError('@fastify/websocket is too old for inject()')
  return accepted
}

// The error of @fastify/websocket has the HTTP status only in its message.
function refusal(error: Error, target: string): Error {
  const status = /^Unexpected server response: (\d{3})$/.exec(error.message)?.[1]
  return status === undefined ? error : new RefusedError(target, Number(status), 'see the log of the application')
}
