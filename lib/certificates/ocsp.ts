import { randomBytes, type X509Certificate } from 'node:crypto'
import type { Log } from '../log.js'
import { foldSerial } from '../serial-number.js'
import type { HashData } from './hash-data.js'
import { post } from './http.js'
import type { OcspAnswer } from './ocsp-messages.js'
import { isAllowed } from './responders.js'

/** The revocation status of a certificate. */
export interface OcspResult {
  /** `revoked` even if the answer could not be verified: in case of doubt, charging is refused. */
  status: 'good' | 'revoked' | 'unknown' | 'failed'
  /**
   * The answer itself, for a client that can verify it even if the issuer is unknown here. Absent if there is no answer
   * or it is forged.
   */
  der?: Buffer
  /** Epoch milliseconds. Absent: the status may change at any time. */
  nextUpdate?: number
}

/**
 * `unverified`: the issuer is unknown here; `cached`: no responder was asked; `denied`: the responder is not allowed.
 */
export type OcspOutcome = OcspAnswer['status'] | 'unverified' | 'failed' | 'cached' | 'denied'

export interface OcspOptions {
  /** Allowed beginnings of responder addresses. */
  responders: readonly string[]
  /** Certificates that may include the issuers. */
  known: readonly X509Certificate[]
  log: Pick<Log, 'warn'>
  onOutcome?: (outcome: OcspOutcome) => void
  /** Timeout of an answer in milliseconds. Default: 5000. */
  timeout?: number
}

const TIMEOUT_MS = 5_000
const MAX_BYTES = 32 * 1024
const MAX_CACHED = 2_000
/** Maximum time for which a status is cached, even if the responder allows more. Milliseconds. */
const MAX_CACHE_MS = 86_400_000
/**
 * Maximum number of requests at a time, and of those that wait. The last one has its answer before the charge point
 * times out.
 */
const MAX_RUNNING = 8
const MAX_WAITING = 16
const NONCE_BYTES = 32
const HEADERS = { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' }

interface Cached {
  result: OcspResult
  until: number
}

/** Asks the allowed OCSP responders, and caches their answers for as long as they are valid. */
export class OcspClient {
  readonly #options: OcspOptions
  /** In the order of last use. */
  readonly #cache = new Map<string, Cached>()
  readonly #asking = new Map<string, Promise<OcspResult>>()
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(options: OcspOptions) {
    this.#options = options
  }

  /**
   * The status of a certificate. Never throws.
   *
   * @param issuers further certificates that may include the issuer
   */
  async status(data: HashData, url: string, issuers: readonly X509Certificate[] = []): Promise<OcspResult> {
    const { responders, onOutcome, log } = this.#options
    if (!isAllowed(url, responders)) {
      log.warn({ responder: url }, 'did not ask an OCSP responder, because OCSP_RESPONDERS does not allow it')
      onOutcome?.('denied')
      return { status: 'failed' }
    }
    const key = keyOf(data, url)
    const cached = this.#cached(key)
    if (cached !== undefined) {
      onOutcome?.('cached')
      return cached
    }
    const asking = this.#asking.get(key) ?? this.#inTurn(key, () => this.#ask(data, url, issuers))
    this.#asking.set(key, asking)
    return asking
  }

  #cached(key: string): OcspResult | undefined {
    const found = this.#cache.get(key)
    if (found === undefined) return undefined
    this.#cache.delete(key)
    if (found.until <= Date.now()) return undefined
    this.#cache.set(key, found)
    return found.result
  }

  async #inTurn(key: string, ask: () => Promise<OcspResult>): Promise<OcspResult> {
    const { onOutcome, log } = this.#options
    try {
      await this.#turn()
    } catch (err) {
      this.#asking.delete(key)
      log.warn({ err }, 'could not ask an OCSP responder')
      onOutcome?.('failed')
      return { status: 'failed' }
    }
    try {
      const result = await ask()
      onOutcome?.(result.status === 'failed' && result.der !== undefined ? 'unverified' : result.status)
      this.#remember(key, result)
      return result
    } finally {
      this.#asking.delete(key)
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }

  /** @throws if too many requests wait */
  async #turn(): Promise<void> {
    if (this.#running < MAX_RUNNING) {
      this.#running++
      return
    }
    if (this.#waiting.length >= MAX_WAITING) throw new Error('too many OCSP requests are waiting')
    // A finished request passes its turn to the next one.
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  async #ask(data: HashData, url: string, issuers: readonly X509Certificate[]): Promise<OcspResult> {
    const { known, log, timeout = TIMEOUT_MS } = this.#options
    const nonce = randomBytes(NONCE_BYTES)
    try {
      const { writeRequest, readResponse } = await import('./ocsp-messages.js')
      const body = writeRequest(data, nonce)
      const der = await post({ url, headers: HEADERS, body, maxBytes: MAX_BYTES, timeout })
      const answer = await readResponse(der, { data, nonce, known: [...known, ...issuers] })
      if (answer.signer === 'verified') return verified(answer, der)
      log.warn({ responder: url, ...answer }, 'could not verify the signature of an OCSP response')
      const status = answer.status === 'revoked' ? 'revoked' : 'failed'
      return { status, ...(answer.signer === 'unverified' && { der }) }
    } catch (error) {
      log.warn({ responder: url, reason: (error as Error).message }, 'an OCSP responder gave no usable answer')
      return { status: 'failed' }
    }
  }

  /** Only a verified answer says how long it is valid. */
  #remember(key: string, result: OcspResult): void {
    if (result.nextUpdate === undefined) return
    const until = Math.min(result.nextUpdate, Date.now() + MAX_CACHE_MS)
    this.#cache.set(key, { result, until })
    const [oldest] = this.#cache.keys()
    if (this.#cache.size > MAX_CACHED && oldest !== undefined) this.#cache.delete(oldest)
  }
}

function verified({ status, nextUpdate }: OcspAnswer, der: Buffer): OcspResult {
  return { status, der, ...(nextUpdate !== undefined && { nextUpdate }) }
}

function keyOf({ hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }: HashData, url: string): string {
  return [hashAlgorithm, issuerNameHash.toLowerCase(), issuerKeyHash.toLowerCase(), foldSerial(serialNumber), url].join(
    ' '
  )
}
