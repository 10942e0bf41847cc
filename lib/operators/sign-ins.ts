import { hash as digestOf, randomBytes } from 'node:crypto'
import type { Database } from '../database/service.js'
import type { Log } from '../log.js'
import type { FailureLimit } from './authentication.js'
import { BUILT_IN_OPERATOR, type BuiltInToken, slowDigest } from './built-in-token.js'
import { tokensUnavailable, UnauthorizedError } from './errors.js'
import type { Operator } from './scopes.js'
import {
  deleteSignIn,
  type FoundSignIn,
  findSignIn,
  insertSignIn,
  listSignIns,
  markSignInUsed,
  type SignInPage,
  validSignInIds
} from './sign-in-rows.js'
import { TokenBook, USE_INTERVAL_MS } from './token-book.js'
import { markTokenUsed, scopesOf } from './tokens.js'
import { TokenWatch } from './watch.js'

export interface SignInsOptions {
  builtIn: BuiltInToken
  database: Pick<Database, 'db' | 'writer'>
  /** Hours without use after which a sign-in ends. */
  hours: number
  log: Pick<Log, 'warn' | 'error'>
}

/** The browser that signs in. */
export interface Browser {
  remoteAddress: string | undefined
  userAgent: string | undefined
}

const HOUR_MS = 3_600_000
/** Every sign-in ends after this time. */
const MAX_AGE_MS = 7 * 24 * HOUR_MS
const SECRET_BYTES = 32
const SECRET = /^[A-Za-z0-9_-]{43}$/
const MAX_USER_AGENT = 300

/** The sign-ins of browsers: each stands for an operator token, and ends with it. */
export class SignIns {
  readonly #options: SignInsOptions
  readonly #book: TokenBook<FoundSignIn>
  readonly #watch: TokenWatch
  readonly #operators = new WeakMap<FoundSignIn, Operator>()
  #digest: Promise<string> | undefined

  constructor(options: SignInsOptions) {
    const { database, log } = options
    const { db } = database
    this.#options = options
    this.#book = new TokenBook({
      read: async (hash) => findSignIn(db, hash, await this.#present()),
      markUsed: (row, now) => this.#markUsed(row, now)
    })
    this.#watch = new TokenWatch({
      valid: async (ids) => validSignInIds(db, ids, await this.#present()),
      onError: (err) => log.error({ err }, 'could not close a stream whose sign-in has ended')
    })
  }

  /**
   * Begins a sign-in of an operator whose token was identified. Returns the value of its cookie, and when it ends unless
   * it is used again.
   *
   * @throws UnauthorizedError if the token was revoked meanwhile
   */
  async begin({ tokenId, expiresAt }: Operator, { remoteAddress, userAgent }: Browser) {
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const { now, builtIn } = await this.#present()
    const signIn = {
      cookieHash: hashOf(secret),
      tokenId,
      builtIn,
      remoteAddress: remoteAddress ?? null,
      userAgent: userAgent?.slice(0, MAX_USER_AGENT) ?? null,
      expiresAt: this.#expiryOf(now, now)
    }
    const isThere = await this.#options.database.writer.write((trx) => insertSignIn({ trx, now }, signIn))
    if (!isThere) throw new UnauthorizedError('invalid-token')
    // Known from now on, so that it counts even if its address has sent too many wrong ones.
    await this.#book.use(signIn.cookieHash)
    return { secret, endsAt: Math.min(now + this.#idleTime, expiresAt ?? Number.POSITIVE_INFINITY) }
  }

  /**
   * The operator that a cookie stands for, at once if it was used recently.
   *
   * @throws UnauthorizedError
   * @throws `TOKENS_UNAVAILABLE`
   */
  identify(secret: string, limit: FailureLimit): Operator | Promise<Operator> {
    const hash = hashOf(secret)
    const patience = this.#book.has(hash) ? undefined : limit.demandPatience()
    if (patience !== undefined) return patience.then(() => this.#find(secret, hash, limit))
    return this.#find(secret, hash, limit)
  }

  #find(secret: string, hash: string, limit: FailureLimit): Operator | Promise<Operator> {
    const used = SECRET.test(secret) ? this.#book.use(hash) : undefined
    if (used === undefined || used instanceof Promise || hasEnded(used)) return this.#admit(used, limit)
    return this.#operatorOf(used)
  }

  async #admit(
    found: FoundSignIn | undefined | Promise<FoundSignIn | undefined>,
    limit: FailureLimit
  ): Promise<Operator> {
    const row = await Promise.resolve(found).catch((error: unknown) => {
      throw tokensUnavailable(error)
    })
    if (row !== undefined && !hasEnded(row)) return this.#operatorOf(row)
    await limit.countFailure()
    throw new UnauthorizedError('invalid-sign-in')
  }

  /** Ends a sign-in. Returns whether there was one. */
  async end(id: number): Promise<boolean> {
    const wasThere = await this.#options.database.writer.write((trx) => deleteSignIn({ trx }, id))
    this.forget()
    return wasThere
  }

  /** Calls `end` when the sign-in has ended. The returned function ends the watch. */
  watch(signInId: number, end: () => void): () => void {
    return this.#watch.add(signInId, end)
  }

  /** To be called when a sign-in has ended, or an operator token was revoked: it is rejected from now on. */
  forget(): void {
    this.#book.forget()
    this.#watch.lookSoon()
  }

  /** A page of the sign-ins that have not ended, newest first. */
  async list(page: SignInPage): Promise<FoundSignIn[]> {
    return listSignIns(this.#options.database.db, page, await this.#present())
  }

  /** When a sign-in ends that is used now, and not again. */
  endOf({ expiresAt = Number.POSITIVE_INFINITY }: Operator, now: number): number {
    return Math.min(now + this.#idleTime, expiresAt)
  }

  /** When a sign-in of the list ends unless it is used again. */
  endOfRow(row: FoundSignIn): number {
    return Math.min(row.last_used_at + this.#idleTime, lastEndOf(row))
  }

  close(): void {
    this.#watch.stop()
  }

  get #idleTime(): number {
    return this.#options.hours * HOUR_MS
  }

  /** The use of a sign-in is saved once a minute only, so that it ends up to a minute after its time. */
  #expiryOf(createdAt: number, usedAt: number): number {
    return Math.min(usedAt + this.#idleTime + USE_INTERVAL_MS, createdAt + MAX_AGE_MS)
  }

  /** The digest of the built-in token takes some 50 ms of another thread, so it is made when it is first needed. */
  async #present() {
    this.#digest ??= slowDigest(this.#options.builtIn)
    const builtIn = await this.#digest
    return { now: Date.now(), builtIn }
  }

  #markUsed({ id, token_id: tokenId, created_at: createdAt }: FoundSignIn, now: number): void {
    const { database, log } = this.#options
    database.writer
      .write(async (trx) => {
        await markSignInUsed({ trx, now }, id, this.#expiryOf(createdAt, now))
        if (tokenId !== null) await markTokenUsed({ trx, now }, tokenId)
      })
      .catch((err) => log.warn({ err, id }, 'could not save when a sign-in was used'))
  }

  /** The same object for the same row, because rows are cached. */
  #operatorOf(row: FoundSignIn): Operator {
    const operator = this.#operators.get(row) ?? operatorOf(row)
    this.#operators.set(row, operator)
    return operator
  }
}

function hashOf(secret: string): string {
  return digestOf('sha256', secret)
}

/** When a sign-in ends even if it is used. */
function lastEndOf({ created_at, token_expires_at }: FoundSignIn): number {
  return Math.min(created_at + MAX_AGE_MS, token_expires_at ?? Number.POSITIVE_INFINITY)
}

function hasEnded(row: FoundSignIn): boolean {
  return Math.min(row.expires_at, lastEndOf(row)) <= Date.now()
}

function operatorOf(row: FoundSignIn): Operator {
  const { id: signInId, token_id: tokenId, token_name: name, token_scopes: scopes } = row
  const end = { signInId, expiresAt: lastEndOf(row) }
  if (tokenId === null || name === null || scopes === null) return { ...BUILT_IN_OPERATOR, ...end }
  return { name, scopes: scopesOf({ scopes }), tokenId, ...end }
}
