import type { IncomingMessage } from 'node:http'
import type { SecureContextOptions } from 'node:tls'
import { type ClientOptions, WebSocket } from 'ws'
import { defineError } from '../define-error.js'
import { PROTOCOLS } from '../protocol.js'
import type { Protocol } from '../types/protocol.js'

/** The CSMS answered the upgrade with another HTTP status than 101; `status` is that one. */
export class RefusedError extends defineError('OCPP_ERR_REFUSED', 'the CSMS refused %s with HTTP %s: %s', 502) {
  readonly status: number
  /** Seconds of Retry-After, when there were any. */
  readonly retryAfter: number | undefined

  constructor(identity: string, status: number, text: string, retryAfter?: number) {
    super(identity, status, text)
    this.status = status
    this.retryAfter = retryAfter
  }
}

/** There is no WebSocket at the URL: not reachable, TLS failed, closed in the middle, no subprotocol, too slow. */
export const UnreachableError = defineError('OCPP_ERR_UNREACHABLE', 'cannot connect %s to %s: %s', 504)

/** TLS of the client side: CA certificates for the CSMS, key and certificate for security profile 3. */
export interface TlsOptions extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'passphrase'> {
  /** Default true. False accepts any server: for tests only. */
  rejectUnauthorized?: boolean
  servername?: string
}

export interface OpenOptions {
  url: string
  identity: string
  password: string | Uint8Array | undefined
  protocols: readonly Protocol[]
  tls: TlsOptions
  /** Milliseconds for the handshake. */
  timeout: number
  maxPayload: number
  /** Whether permessage-deflate is offered with 2.x. Default true. */
  compression?: boolean
  signal: AbortSignal
}

const COLON = Buffer.from(':')
/** Milliseconds. */
const CLOSE_TIMEOUT = 2000
/** Most bytes of an HTTP refusal that are repeated in an error. */
const MAX_REFUSAL = 200

/** `url/identity`, the identity percent-encoded. [OCPP-J §3.1.1] */
export function connectionUrl(url: string, identity: string): string {
  return `${url.replace(/\/+$/, '')}/${encodeURIComponent(identity)}`
}

/** The Authorization header of security profiles 1 and 2. A 1.6 key is given as its bytes. [A00.FR.204, A00.FR.205] */
export function basicAuthorization(identity: string, password: string | Uint8Array): string {
  const bytes = typeof password === 'string' ? Buffer.from(password, 'utf8') : password
  return `Basic ${Buffer.concat([Buffer.from(identity, 'utf8'), COLON, bytes]).toString('base64')}`
}

/**
 * Opens the WebSocket. `accept` gets it in the very turn in which it opens: later its first frame would be lost.
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
        // Where the CSMS closes, but not its end of the TCP connection.
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
      // What was refused already is told as such.
      if (refusal === undefined) fail(reason)
      socket.terminate()
    }
    // Of the whole attempt: a time-out of the socket would begin anew with every byte.
    const timer = setTimeout(giveUp, timeout, `no answer within ${timeout} ms`)
    const abort = () => giveUp('given up')
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
    // The status says enough.
  }
  response.destroy()
  const retryAfter = Number.parseInt(response.headers['retry-after'] ?? '', 10)
  const status = response.statusCode ?? 0
  return new RefusedError(identity, status, text.trim().slice(0, MAX_REFUSAL), retryAfter || undefined)
}
