import type { FastifyInstance } from 'fastify'
import type { WebSocket } from 'ws'
import { InvalidOptionsError } from '../errors.js'
import type { Protocol } from '../types/protocol.js'
import { ChargePointClient } from './client.js'
import { basicAuthorization, RefusedError, UnreachableError } from './open.js'
import type { ChargePointOptions } from './options.js'

/** A charge point in this process. */
export interface InjectOptions<P extends Protocol>
  extends Omit<ChargePointOptions<P>, 'protocols' | 'reconnect' | 'retryFirst' | 'onRetry'> {
  /** The version it speaks. */
  protocol: P
  /** Password of HTTP Basic. */
  password?: string | Uint8Array
  /** Route of the endpoint, as it was registered and with its prefix. Default: the first one that speaks the version. */
  path?: string
  /** More headers of the upgrade. */
  headers?: Readonly<Record<string, string>>
}

/** An endpoint of the application. */
export interface InjectTarget {
  url: string
  protocols: readonly Protocol[]
}

/** What the request says of its socket, as that of `app.inject()` does. Who reads `request.ip` may need it. */
const IN_PROCESS = { remoteAddress: '127.0.0.1' } as const

/** What @fastify/websocket adds. */
interface InjectWS {
  injectWS(
    path: string,
    context: { headers: Record<string, string>; socket: typeof IN_PROCESS },
    options: { onOpen(socket: WebSocket): void }
  ): Promise<WebSocket>
}

/** Connects a charge point without a port, through the whole upgrade: identity, authentication, subprotocol. */
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
      // An application that is closed answers nothing at all.
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

/** With a callback: the promise of a scope that is ready already is never settled. */
function ready(app: FastifyInstance): Promise<void> {
  return new Promise((resolve, reject) => {
    app.ready((error) => (error ? reject(error) : resolve()))
  })
}

/** Milliseconds. Longer than `authenticate` may take: only an upgrade that is never answered comes to this. */
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
  // What accept() throws must not reach the stream that calls this.
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

// It says the status in its message only.
function refusal(error: Error, target: string): Error {
  const status = /^Unexpected server response: (\d{3})$/.exec(error.message)?.[1]
  return status === undefined ? error : new RefusedError(target, Number(status), 'see the log of the application')
}
