import { randomBytes, type X509Certificate } from 'node:crypto'
import type { Log } from '../log.js'
import { foldSerial } from '../serial-number.js'
import type { HashData } from './hash-data.js'
import { post } from './http.js'
import type { OcspAnswer } from './ocsp-messages.js'
import { isAllowed } from './responders.js'

/** What is known of a certificate. */
export interface OcspResult {
  /** `revoked` also when that could not be verified: a doubt is no reason to let anybody charge. */
  status: 'good' | 'revoked' | 'unknown' | 'failed'
  /**
   * The answer, for whoever can verify it: also where its issuer is not known here. Absent when there is none, or when it
   * is forged.
   */
  der?: Buffer
  /** Epoch milliseconds; absent: at any time. */
  nextUpdate?: number
}

/** `unverified`: its issuer is not known here; `cached`: nobody was asked; `denied`: nobody may be. */
export type OcspOutcome = OcspAnswer['status'] | 'unverified' | 'failed' | 'cached' | 'denied'

export interface OcspOptions {
  /** What the address of a responder has to start with. */
  responders: readonly string[]
  /** Among which the issuers of certificates are looked for. */
  known: readonly X509Certificate[]
  log: Pick<Log, 'warn'>
  onOutcome?: (outcome: OcspOutcome) => void
  /** Milliseconds for an answer. Default: 5000. */
  timeout?: number
}

const TIMEOUT_MS = 5_000
const MAX_BYTES = 32 * 1024
const MAX_CACHED = 2_000
/** Nothing is believed for longer, whatever the responder says. */
const MAX_CACHE_MS = 86_400_000
/** At a time, and those that wait for their turn: the last of them has an answer before the charge point gives up. */
const MAX_RUNNING = 8
const MAX_WAITING = 16
const NONCE_BYTES = 32
const HEADERS = { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' }

interface Cached {
  result: OcspResult
  until: number
}

/** Asks OCSP responders, those of a list only, and remembers what they said for as long as they say. */
export class OcspClient {
  readonly #options: OcspOptions
  /** In the order of their last use. */
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
   * @param issuers further certificates among which the issuer may be
   */
  async status(data: HashData, url: string, issuers: readonly X509Certificate[] = []): Promise<OcspResult> {
    const { responders, onOutcome, log } = this.#options
    if (!isAllowed(url, responders)) {
      log.warn({ responder: url }, 'an OCSP responder that OCSP_RESPONDERS does not allow was not asked')
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
      log.warn({ err }, 'an OCSP responder was not asked')
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

  /** @throws when too many wait */
  async #turn(): Promise<void> {
    if (this.#running < MAX_RUNNING) {
      this.#running++
      return
    }
    if (this.#waiting.length >= MAX_WAITING) throw new Error('too many requests wait')
    // Who is done hands its turn over.
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
      log.warn({ responder: url, ...answer }, 'the signature of an OCSP response could not be verified')
      const status = answer.status === 'revoked' ? 'revoked' : 'failed'
      return { status, ...(answer.signer === 'unverified' && { der }) }
    } catch (error) {
      log.warn({ responder: url, reason: (error as Error).message }, 'an OCSP responder gave no answer that counts')
      return { status: 'failed' }
    }
  }

  /** Only what was verified says for how long it holds. */
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
