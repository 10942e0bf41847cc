/** What may be wrong with an answer, in words for the log. */
export class FetchError extends Error {
  override readonly name = 'FetchError'
  /** Of the answer, if there was one. */
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
  /** Bytes of the answer, at most. */
  maxBytes: number
  /** Milliseconds for all of it. */
  timeout: number
  signal?: AbortSignal
}

/**
 * Sends a request and reads the answer. Redirections are not followed: only where the operator said is asked.
 *
 * @throws FetchError
 */
export async function post({ url, headers, body, maxBytes, timeout, signal }: Post): Promise<Buffer> {
  const deadline = AbortSignal.timeout(timeout)
  const stop = signal === undefined ? deadline : AbortSignal.any([deadline, signal])
  try {
    const init = { method: 'POST', headers, body, redirect: 'error', signal: stop } as const
    const response = await fetch(url, init)
    const answer = await readBody(response, maxBytes)
    if (!response.ok) throw new FetchError(`it answered ${response.status}`, response.status)
    return answer
  } catch (error) {
    if (error instanceof FetchError) throw error
    if (deadline.aborted) throw new FetchError(`no answer within ${timeout} ms`)
    const { cause = error } = error as { cause?: unknown }
    throw new FetchError((cause as Error).message)
  }
}

async function readBody({ body }: Response, maxBytes: number): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop ends the connection.
  for await (const chunk of body) {
    length += chunk.length
    if (length > maxBytes) throw new FetchError(`the answer is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
