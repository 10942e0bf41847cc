import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { AddressNotAllowedError } from './addresses.js'
import { type Message, signedHeaders } from './signature.js'
import { hostOf, type TargetRules } from './target.js'

/** Where a message goes, and what proves that it is ours. */
export interface Target {
  url: string
  secrets: readonly string[]
}

/** How an attempt went; an answer that is not 2xx is one that failed. */
export interface Answer {
  isOk: boolean
  /** Absent when there was no answer. */
  status?: number
  /** What went wrong, as a code. */
  error?: string
  /** Milliseconds that it asked us to wait. [RFC 9110 §10.2.3] */
  retryAfter?: number
}

export interface SenderOptions {
  rules: TargetRules
  /** Milliseconds for one attempt, from the look-up of the name to the head of the answer. Default: 10 s. */
  timeout?: number
}

export const ATTEMPT_TIMEOUT_MS = 10_000
/** Nobody reads the body of an answer; more than this is not even taken. */
const MAX_BODY = 65_536
const IDLE_TIMEOUT_MS = 4_000

/** Sends messages, each once. Redirects are not followed. */
export class Sender {
  readonly #rules: TargetRules
  readonly #timeout: number
  readonly #http: HttpAgent
  readonly #https: HttpsAgent

  constructor({ rules, timeout = ATTEMPT_TIMEOUT_MS }: SenderOptions) {
    this.#rules = rules
    this.#timeout = timeout
    // Shorter than most servers keep an idle connection, so that few are closed while a request is on its way.
    const options = { keepAlive: true, timeout: IDLE_TIMEOUT_MS, scheduling: 'lifo' } as const
    this.#http = new HttpAgent(options)
    this.#https = new HttpsAgent(options)
  }

  /** Never rejects. */
  async send(target: Target, message: Message, signal?: AbortSignal): Promise<Answer> {
    const { answer, wasStale } = await this.#attempt(target, message, signal)
    // The server had given the idle connection up. Should the message have reached it, it knows it by its id.
    return wasStale ? (await this.#attempt(target, message, signal)).answer : answer
  }

  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }

  #attempt({ url, secrets }: Target, message: Message, signal?: AbortSignal) {
    return new Promise<{ answer: Answer; wasStale: boolean }>((resolve) => {
      const fail = (error: unknown, wasStale = false) => {
        resolve({ answer: { isOk: false, error: codeOf(error) }, wasStale })
      }
      try {
        const request = this.#request(new URL(url), signedHeaders(message, secrets), signal)
        const timer = setTimeout(() => request.destroy(new TimeoutError()), this.#timeout)
        request.on('error', (error) => fail(error, request.reusedSocket && codeOf(error) === 'ECONNRESET'))
        request.on('close', () => clearTimeout(timer))
        request.on('response', (response) => {
          discard(response)
          resolve({ answer: answerOf(response), wasStale: false })
        })
        request.end(message.body)
      } catch (error) {
        fail(error)
      }
    })
  }

  #request(url: URL, headers: Record<string, string>, signal: AbortSignal | undefined): ClientRequest {
    const { addresses, allowHttp } = this.#rules
    const host = hostOf(url)
    // An address is never looked up.
    if (isIP(host) !== 0 && !addresses.allows(host)) throw new AddressNotAllowedError('the address is not allowed')
    const isSecure = url.protocol === 'https:'
    if (!isSecure && !allowHttp) throw new NotSecureError()
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'fastify-ocpp', ...headers },
      lookup: addresses.lookup,
      ...(signal !== undefined && { signal })
    }
    return isSecure
      ? requestHttps(url, { ...options, agent: this.#https })
      : requestHttp(url, { ...options, agent: this.#http })
  }
}

class TimeoutError extends Error {
  readonly code = 'TIMEOUT'
}

class NotSecureError extends Error {
  readonly code = 'HTTP_NOT_ALLOWED'
}

/** Takes the body, so that the connection can be used again, unless it is too long. */
function discard(response: IncomingMessage): void {
  let length = 0
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > MAX_BODY) response.destroy()
  })
  response.on('error', () => undefined)
}

function answerOf({ statusCode = 0, headers }: IncomingMessage): Answer {
  const isOk = statusCode >= 200 && statusCode < 300
  const seconds = /^\d{1,6}$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) : 0
  return {
    isOk,
    status: statusCode,
    ...(!isOk && { error: `HTTP_${statusCode}` }),
    ...(seconds > 0 && { retryAfter: 1000 * seconds })
  }
}

/** No message: it may hold an address that is nobody's business. */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown }
  if (name === 'AbortError') return 'ABORTED'
  return typeof code === 'string' ? code : 'FAILED'
}
