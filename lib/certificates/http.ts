import type { IncomingMessage } from 'node:http'
import { HttpClient, HttpTimeoutError } from '../http/client.js'

/** The cause of a failed request, for the log. */
export class FetchError extends Error {
  override readonly name = 'FetchError'
  /** The HTTP status, if there was an answer. */
  readonly status: number | undefined
  constructor(message: string, status?: number) {
    super(message)
    this.status = status
  }
}

export interface Post {
  url: string
  headers: Readonly<Record<string, string>>
  body: Uint8Array | string
  /** Maximum size of the answer, in bytes. */
  maxBytes: number
  /** Timeout of the whole request, in milliseconds. */
  timeout: number
  signal?: AbortSignal
}

const client = new HttpClient()

/**
 * Sends a request and reads the response. Redirects are not followed: only the server that the operator named is asked.
 *
 * @throws FetchError
 */
export async function post({ url, headers, body, maxBytes, timeout, signal }: Post): Promise<Buffer> {
  const deadline = AbortSignal.timeout(timeout)
  const stop = signal === undefined ? deadline : AbortSignal.any([deadline, signal])
  try {
    const response = await client.post(new URL(url), { headers, body, timeout, signal: stop })
    const answer = await readBody(response, maxBytes)
    const { statusCode = 0 } = response
    if (statusCode < 200 || statusCode > 299) throw new FetchError(`the server answered ${statusCode}`, statusCode)
    return answer
  } catch (error) {
    if (error instanceof FetchError) throw error
    if (deadline.aborted || error instanceof HttpTimeoutError) throw new FetchError(`no answer within ${timeout} ms`)
    const { message, code } = error as NodeJS.ErrnoException
    // An error about several addresses of one name has a code, but no message.
    throw new FetchError(message || (code ?? 'the request failed'))
  }
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop closes the connection.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) throw new FetchError(`the answer is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
