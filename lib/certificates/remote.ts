import type { Authority, SigningTask } from './authority.js'
import { FetchError, post } from './http.js'
import { RequestRefusedError } from './policy.js'

export interface RemoteAuthorityOptions {
  url: string
  token?: string | undefined
  /** Timeout in milliseconds. Default: 30 000. */
  timeout?: number
}

const TIMEOUT_MS = 30_000
const MAX_BYTES = 64 * 1024
/** HTTP statuses after which a retry may succeed. */
const TRANSIENT = new Set([401, 403, 404, 408, 425, 429])

/** Has certificates signed by a service of the operator. docs/certificates.md describes the requests. */
export class RemoteAuthority implements Authority {
  readonly #options: RemoteAuthorityOptions

  constructor(options: RemoteAuthorityOptions) {
    this.#options = options
  }

  async sign({ csr, chargePoint, use, isCombined }: SigningTask, signal: AbortSignal): Promise<string> {
    const { url, token, timeout = TIMEOUT_MS } = this.#options
    const headers = {
      'content-type': 'application/json',
      accept: 'application/pem-certificate-chain',
      ...(token !== undefined && { authorization: `Bearer ${token}` })
    }
    const body = JSON.stringify({ chargePoint, certificateType: use, combined: isCombined, csr })
    try {
      return (await post({ url, headers, body, maxBytes: MAX_BYTES, timeout, signal })).toString('utf8')
    } catch (error) {
      if (error instanceof FetchError && isFinal(error)) {
        throw new RequestRefusedError(`the authority refused the request: ${error.message}`)
      }
      throw error
    }
  }
}

/** Whether the status refuses this request. Other errors come from a service that is busy or badly configured. */
function isFinal({ status }: FetchError): boolean {
  return status !== undefined && status >= 400 && status < 500 && !TRANSIENT.has(status)
}
