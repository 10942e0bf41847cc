import type { IncomingMessage } from 'node:http'
import type { SecureContextOptions } from 'node:tls'
import { type ClientOptions, WebSocket } from 'ws'
import { defineError } from '../define-error.js'
import { PROTOCOLS } from '../protocol.js'
import type { Protocol } from '../types/protocol.js'

/** The CSMS answered the upgrade with the HTTP status in `status` instead of 101. */
export class RefusedError extends defineError('OCPP_ERR_REFUSED', 'the CSMS refused %s with HTTP %s: %s', 502) {
  readonly status: number
  /** Seconds of the Retry-After header, or `undefined` without one. */
  readonly retryAfter: number | undefined

  constructor(identity: string, status: number, text: string, retryAfter?: number) {
    super(identity, status, text)
    this.status = status
    this.retryAfter = retryAfter
  }
}

/**
 * No WebSocket connection: the host is not reachable, TLS failed, the server closed the connection during the handshake,
 * agreed on no subprotocol, or was too slow.
 */
export const UnreachableError = defineError('OCPP_ERR_UNREACHABLE', 'cannot connect %s to %s: %s', 504)

/** TLS options of the client: CA certificates for the CSMS; key and certificate for security profile 3. */
export interface TlsOptions extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'passphrase'> {
  /** Whether the certificate of the server is verified. `false` is for tests only. Default: true. */
  rejectUnauthorized?: boolean
  servername?: string
}

export interface OpenOptions {
  url: string
  identity: string
  password: string | Uint8Array | undefined
  protocols: readonly Protocol[]
  tls: TlsOptions
  /** Timeout of the handshake. Milliseconds. */
  timeout: number
  maxPayload: number
  /** Whether permessage-deflate is offered with 2.x. Default: true. */
  compression?: boolean
  signal: AbortSignal
}

const COLON = Buffer.from(':')
/** Milliseconds to wait for the CSMS to close its end of the TCP connection. */
const CLOSE_TIMEOUT = 2000
/** Maximum number of characters of the refusal that the error repeats. */
const MAX_REFUSAL = 200

/** The URL of a charge point: `url/identity`, with the identity percent-encoded. [OCPP-J §3.1.1] */
export function connectionUrl(url: string, identity: string): string {
  return `${url.replace(/\/+$/, '')}/${encodeURIComponent(identity)}`
}

/** The Authorization header of security profiles 1 and 2. Pass a 1.6 key as its bytes. [A00.FR.204, A00.FR.205] */
export function basicAuthorization(identity: string, password: string | Uint8Array): string {
  const bytes = typeof password === 'string' ? Buffer.from(password, 'utf8') : password
  return `Basic ${Buffer.concat([Buffer.from(identity, 'utf8'), COLON, bytes]).toString('base64')}`
}

/**
 * Opens the WebSocket. `accept` is called in the same turn of the event loop in which the socket opens; later, its first
 * frame would be lost.
 *
 * @throws `OCPP_ERR_REFUSED`, `OCPP_ERR_UNREACHABLE`
 */
export function open<T>(options: OpenOptions, accept: (socket: WebSocket, protocol: string) => T): Promise<T> {
  const { identity, password, protocols, tls, timeout, maxPayload, compression = true, signal } = options
  const url = connectionUrl(options.url, identity)
  const headers = password === undefined ? {} : { authorization: basicAuthorization(identity, password) }
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new UnreachableError(identity, url, reason))
    let socket: WebSocket
    try {
      socket = new WebSocket(url, [...protocols], {
        ...tls,
        headers,
        maxPayload,
        closeTimeout: CLOSE_TIMEOUT,
        perMessageDeflate: compression && protocols.some((protocol) => PROTOCOLS[protocol].hasCompression),
        followRedirects: false
      } as ClientOptions)
    } catch (error) {
      fail((error as Error).message)
      return
    }
    let refusal: IncomingMessage | undefined
    const giveUp = (reason: string) => {
      end()
      // A refusal that was already received is reported instead of the timeout.
      if (refusal === undefined) fail(reason)
      socket.terminate()
    }
    // One timer for the whole attempt: a timeout of the socket would start again with each byte.
    const timer = setTimeout(giveUp, timeout, `no answer within ${timeout} ms`)
    const abort = () => giveUp('aborted')
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    socket.once('unexpected-response', (_request, response) => {
      refusal = response
      readRefusal(response, identity).then(reject, reject).finally(end)
    })
    socket.on('error', (error) => {
      if (refusal !== undefined) return
      end()
      fail(error.message || (error as NodeJS.ErrnoException).code || 'connection failed')
    })
    socket.once('open', () => {
      end()
      try {
        resolve(accept(socket, socket.protocol))
      } catch (error) {
        reject(error)
      }
    })
  })
}

async function readRefusal(response: IncomingMessage, identity: string): Promise<Error> {
  let text = ''
  response.setEncoding('utf8')
  try {
    for await (const chunk of response) {
      text += chunk
      if (text.length > MAX_REFUSAL) break
    }
  } catch {
    // The connection broke within the body: the status is enough for the error.
  }
  response.destroy()
  const retryAfter = Number.parseInt(response.headers['retry-after'] ?? '', 10)
  const status = response.statusCode ?? 0
  return new RefusedError(identity, status, text.trim().slice(0, MAX_REFUSAL), retryAfter || undefined)
}
