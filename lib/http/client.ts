import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'

export interface PostOptions {
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array
  /** Timeout in milliseconds, from the DNS look-up to the head of the response. */
  timeout: number
  /** Aborts the request, or the response while it is read. */
  signal?: AbortSignal | undefined
}

/** Shorter than the time for which most servers keep an idle connection, so that few are closed during a request. */
const IDLE_TIMEOUT_MS = 4_000

/** The head of the response did not arrive in time. */
export class HttpTimeoutError extends Error {
  readonly code = 'TIMEOUT'
}

/** Sends requests to other servers over kept connections. Never follows redirects. */
export class HttpClient {
  readonly #http: HttpAgent
  readonly #https: HttpsAgent
  readonly #lookup: LookupFunction | undefined

  /** @param lookup resolves host names. Default: the one of Node.js */
  constructor(lookup?: LookupFunction) {
    this.#lookup = lookup
    const options = { keepAlive: true, timeout: IDLE_TIMEOUT_MS, scheduling: 'lifo' } as const
    this.#http = new HttpAgent(options)
    this.#https = new HttpsAgent(options)
  }

  /**
   * Sends a POST request. Resolves with the head of the response, whatever its status. If the server has closed a kept
   * connection, the request is sent once more, so it may arrive twice.
   *
   * @throws HttpTimeoutError, the errors of `node:http`, `node:net` and `node:tls`
   */
  async post(url: URL, options: PostOptions): Promise<IncomingMessage> {
    try {
      return await this.#attempt(url, options)
    } catch (error) {
      if (!(error instanceof StaleConnectionError)) throw error
      return this.#attempt(url, options).catch((again) => {
        throw again instanceof StaleConnectionError ? again.cause : again
      })
    }
  }

  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }

  #attempt(url: URL, { headers, body, timeout, signal }: PostOptions): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = {
        method: 'POST',
        headers,
        ...(this.#lookup !== undefined && { lookup: this.#lookup }),
        ...(signal !== undefined && { signal })
      }
      const request =
        url.protocol === 'https:'
          ? requestHttps(url, { ...options, agent: this.#https })
          : requestHttp(url, { ...options, agent: this.#http })
      const timer = setTimeout(() => request.destroy(new HttpTimeoutError(`no answer within ${timeout} ms`)), timeout)
      request.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = request.reusedSocket && error.code === 'ECONNRESET'
        reject(isStale ? new StaleConnectionError('the kept connection was closed', { cause: error }) : error)
      })
      request.on('close', () => clearTimeout(timer))
      request.on('response', (response) => {
        clearTimeout(timer)
        resolve(response)
      })
      request.end(body)
    })
  }
}

class StaleConnectionError extends Error {}
