import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { HttpClient } from '../http/client.js'
import { NotAllowedError } from './errors.js'
import { type Message, signedHeaders } from './signature.js'
import { hostOf, type TargetRules } from './target.js'

/** The address of a receiver, and the secrets that sign messages to it. */
export interface Target {
  url: string
  secrets: readonly string[]
}

/** The outcome of an attempt. Any answer but 2xx is a failure. */
export interface Answer {
  isOk: boolean
  /** Absent if there was no answer. */
  status?: number
  /** The error, as a code. */
  error?: string
  /** Milliseconds that the receiver asked to wait. [RFC 9110 §10.2.3] */
  retryAfter?: number
}

export interface SenderOptions {
  rules: TargetRules
  /** Timeout of one attempt in milliseconds, from the DNS look-up to the head of the answer. Default: 10 s. */
  timeout?: number
}

export const ATTEMPT_TIMEOUT_MS = 10_000
/** Maximum number of bytes that are read of the body of an answer. The body is ignored. */
const MAX_BODY = 65_536

/** Sends each message once. Redirects are not followed. */
export class Sender {
  readonly #rules: TargetRules
  readonly #timeout: number
  readonly #client: HttpClient

  constructor({ rules, timeout = ATTEMPT_TIMEOUT_MS }: SenderOptions) {
    this.#rules = rules
    this.#timeout = timeout
    this.#client = new HttpClient(rules.addresses.lookup)
  }

  /** Never rejects. The receiver can recognise a message that arrives twice by its id. */
  async send({ url, secrets }: Target, message: Message, signal?: AbortSignal): Promise<Answer> {
    try {
      const target = new URL(url)
      this.#check(target)
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'fastify-ocpp',
        ...signedHeaders(message, secrets)
      }
      const response = await this.#client.post(target, { headers, body: message.body, timeout: this.#timeout, signal })
      discard(response)
      return answerOf(response)
    } catch (error) {
      return { isOk: false, error: codeOf(error) }
    }
  }

  close(): void {
    this.#client.close()
  }

  /** @throws NotAllowedError */
  #check(url: URL): void {
    const { addresses, allowHttp } = this.#rules
    const host = hostOf(url)
    // The HTTP client calls its look-up for names only, not for addresses.
    if (isIP(host) !== 0 && !addresses.allows(host)) {
      throw new NotAllowedError('ADDRESS_NOT_ALLOWED', 'the address is not allowed')
    }
    if (url.protocol !== 'https:' && !allowHttp) throw new NotAllowedError('HTTP_NOT_ALLOWED', 'only https is allowed')
  }
}

/** Reads the body, so that the connection can be used again, unless the body is too long. */
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

/** Without the message of the error, which may contain an internal address. */
function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown }
  if (name === 'AbortError') return 'ABORTED'
  return typeof code === 'string' ? code : 'FAILED'
}
