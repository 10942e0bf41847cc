import { createHmac, randomBytes } from 'node:crypto'
import { AgedMap } from './aged-map.js'
import { TokenBucket } from './token-bucket.js'

export interface LoginLimits {
  /** Failed logins of one identity from one address before further ones are slowed down. 0: no limit. */
  maxLoginFailures: number
  /** Failed logins per minute from one address, with any identities. 0: no limit. */
  maxLoginFailuresPerAddress: number
}

/** The origin of a login. */
export interface Login {
  /** In lower case. */
  identity: string
  /** In the form of `addressKey`. */
  address: string
  password: Uint8Array | undefined
  /** Fingerprint of the TLS certificate. */
  certificate: string | undefined
}

export type LoginRule = 'login-failures' | 'login-failures-per-address'

/** The answer to a login whose credentials are not checked. */
export interface LoginRefusal {
  rule: LoginRule
  /** Seconds. */
  retryAfter: number
}

/** The failures of one identity at one address. */
interface Pair {
  failures: number
  /** Logins that are being verified, all of which may fail. */
  pending: number
  failedAt: number
  /** Digest of the credentials that failed last. */
  failed: string
}

const MAX_PAIRS = 20_000
const MAX_ADDRESSES = 20_000
const MAX_KNOWN = 100_000
const FIRST_DELAY_MS = 1000
const MAX_DELAY_MS = 60_000
/** Failures are forgotten after this time without a further one, in milliseconds. */
const FORGET_MS = 15 * 60_000
const DIGEST_LENGTH = 22

/**
 * Slows down guessing of passwords, before credentials are verified. Failures never count against an identity alone,
 * because then anybody could lock a charger out. The credentials of the last successful login are remembered, as a
 * digest with a key of this process, and are always verified, whatever other clients did. Unknown credentials are
 * verified at least once a minute. [PROTOCOL V3; 1.3]
 */
export class LoginLimiter {
  readonly #limits: LoginLimits
  readonly #now: () => number
  readonly #pairs = new AgedMap<Pair>(MAX_PAIRS)
  readonly #addresses = new AgedMap<TokenBucket>(MAX_ADDRESSES)
  readonly #known = new AgedMap<string>(MAX_KNOWN)
  readonly #key = randomBytes(32)

  constructor(limits: LoginLimits, now: () => number = () => performance.now()) {
    this.#limits = limits
    this.#now = now
  }

  /** Begins a login. The returned attempt must be told the outcome. */
  begin(login: Login): LoginAttempt | LoginRefusal {
    const key = `${login.address} ${login.identity}`
    const pair = this.#pair(key)
    const refusal = this.#refuse(login, pair)
    if (refusal !== undefined && !this.#isKnown(login)) return refusal
    pair.pending++
    this.#pairs.set(key, pair)
    return new LoginAttempt((outcome) => this.#end(login, key, pair, outcome))
  }

  #pair(key: string): Pair {
    const pair = this.#pairs.get(key)
    const isOld = pair !== undefined && pair.pending === 0 && this.#now() - pair.failedAt > FORGET_MS
    return pair === undefined || isOld ? { failures: 0, pending: 0, failedAt: 0, failed: '' } : pair
  }

  #refuse({ address }: Login, pair: Pair): LoginRefusal | undefined {
    const { maxLoginFailures, maxLoginFailuresPerAddress } = this.#limits
    const now = this.#now()
    if (maxLoginFailures > 0 && pair.failures + pair.pending >= maxLoginFailures) {
      const wait = pair.failedAt + delay(pair.failures - maxLoginFailures) - now
      if (pair.pending > 0 || wait > 0) {
        return { rule: 'login-failures', retryAfter: Math.max(1, Math.ceil(wait / 1000)) }
      }
    }
    const bucket = maxLoginFailuresPerAddress > 0 ? this.#addresses.get(address) : undefined
    if (bucket === undefined || bucket.has(now)) return undefined
    return { rule: 'login-failures-per-address', retryAfter: bucket.wait(now) }
  }

  #end(login: Login, key: string, pair: Pair, outcome: LoginOutcome): void {
    pair.pending--
    if (outcome === 'accepted') {
      this.#pairs.delete(key)
      if (login.password !== undefined || login.certificate !== undefined) {
        this.#known.set(login.identity, this.#digest(login))
      }
    } else if (outcome === 'refused') this.#fail(login, pair)
    else if (pair.pending === 0 && pair.failures === 0) this.#pairs.delete(key)
  }

  #fail(login: Login, pair: Pair): void {
    const digest = this.#digest(login)
    // The credentials are not valid any more.
    if (this.#known.get(login.identity) === digest) this.#known.delete(login.identity)
    // A charger with a wrong password sends it again and again. That is no guess, and must not count against its
    // neighbours.
    if (digest !== pair.failed) this.#charge(login.address)
    pair.failures++
    pair.failedAt = this.#now()
    pair.failed = digest
  }

  #charge(address: string): void {
    const perMinute = this.#limits.maxLoginFailuresPerAddress
    if (perMinute === 0) return
    const now = this.#now()
    let bucket = this.#addresses.get(address)
    if (bucket === undefined) {
      bucket = new TokenBucket({ burst: perMinute, perSecond: perMinute / 60 }, now)
      this.#addresses.set(address, bucket)
    }
    bucket.charge(now)
  }

  #isKnown(login: Login): boolean {
    return this.#known.get(login.identity) === this.#digest(login)
  }

  #digest({ identity, certificate = '', password }: Login): string {
    const hmac = createHmac('sha256', this.#key).update(`${identity} ${certificate} ${password === undefined}`)
    if (password !== undefined) hmac.update(password)
    return hmac.digest('base64').slice(0, DIGEST_LENGTH)
  }
}

type LoginOutcome = 'accepted' | 'refused' | 'undecided'

/** A login that is being verified. It ends once. */
export class LoginAttempt {
  #end: ((outcome: LoginOutcome) => void) | undefined

  constructor(end: (outcome: LoginOutcome) => void) {
    this.#end = end
  }

  /** The credentials were right. */
  accepted(): void {
    this.#settle('accepted')
  }

  /** The credentials were wrong. */
  refused(): void {
    this.#settle('refused')
  }

  /** The credentials could not be verified. */
  undecided(): void {
    this.#settle('undecided')
  }

  #settle(outcome: LoginOutcome): void {
    this.#end?.(outcome)
    this.#end = undefined
  }
}

/** The delay doubles with every failure beyond the free ones. */
function delay(beyond: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, Math.min(beyond, 10)))
}
