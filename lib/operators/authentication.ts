import { hash as digestOf, timingSafeEqual } from 'node:crypto'
import type { Database } from '../database/service.js'
import { BUILT_IN_OPERATOR, type BuiltInToken } from './built-in-token.js'
import { tokensUnavailable, UnauthorizedError } from './errors.js'
import type { Operator } from './scopes.js'
import { TokenBook } from './token-book.js'
import { findTokenByHash, isToken, markTokenUsed, type OperatorTokenRow, scopesOf, validTokenIds } from './tokens.js'
import { TokenWatch } from './watch.js'

export interface AuthenticationOptions {
  builtIn: BuiltInToken
  database: Pick<Database, 'db' | 'writer'>
  log: {
    warn(details: object, message: string): void
    error(details: object, message: string): void
  }
}

/** The limit for wrong tokens that applies to the address of a request. */
export interface FailureLimit {
  /** Rejects if the address has sent too many wrong tokens. `undefined`: no address has for a minute. */
  demandPatience(): Promise<void> | undefined
  countFailure(): Promise<void>
}

/** Finds the operator that a token belongs to. */
export class Authentication {
  readonly #builtIn: string
  readonly #isBuiltInRandom: boolean
  readonly #book: TokenBook<OperatorTokenRow>
  readonly #watch: TokenWatch
  readonly #operators = new WeakMap<OperatorTokenRow, Operator>()

  constructor({ builtIn, database: { db, writer }, log }: AuthenticationOptions) {
    this.#builtIn = digest(builtIn.token)
    this.#isBuiltInRandom = builtIn.file !== undefined
    this.#book = new TokenBook({
      read: (hash) => findTokenByHash(db, hash),
      markUsed: ({ id, name }, now) => {
        writer
          .write((trx) => markTokenUsed({ trx, now }, id))
          .catch((err) => log.warn({ err, name }, 'could not save when an operator token was used'))
      }
    })
    this.#watch = new TokenWatch({
      valid: (ids) => validTokenIds(db, ids, Date.now()),
      onError: (err) => log.error({ err }, 'could not close a stream whose operator token was revoked')
    })
  }

  /**
   * The operator, at once if the token was used recently.
   *
   * @throws UnauthorizedError
   * @throws `TOKENS_UNAVAILABLE`
   */
  identify(token: string | undefined, limit: FailureLimit): Operator | Promise<Operator> {
    if (token === undefined) throw new UnauthorizedError('no-token')
    const hash = digest(token)
    const patience = this.#isBeyondGuessing(hash) ? undefined : limit.demandPatience()
    if (patience !== undefined) return patience.then(() => this.#compare(token, hash, limit))
    return this.#compare(token, hash, limit)
  }

  #compare(token: string, hash: string, limit: FailureLimit): Operator | Promise<Operator> {
    if (isSame(hash, this.#builtIn)) return BUILT_IN_OPERATOR
    const found = isToken(token) ? this.#find(hash) : undefined
    if (found === undefined || found instanceof Promise || isExpired(found)) return this.#admit(found, limit)
    return found
  }

  async #admit(found: Operator | undefined | Promise<Operator | undefined>, limit: FailureLimit): Promise<Operator> {
    const operator = await found
    if (operator !== undefined && !isExpired(operator)) return operator
    await limit.countFailure()
    throw new UnauthorizedError(operator === undefined ? 'invalid-token' : 'expired-token')
  }

  /** Calls `end` when the token of the operator is revoked or expires. The returned function ends the watch. */
  watch({ tokenId }: Operator, end: () => void): () => void {
    return tokenId === undefined ? () => undefined : this.#watch.add(tokenId, end)
  }

  /** To be called when a token was revoked: it is rejected from now on. */
  revoked(): void {
    this.#book.forget()
    this.#watch.lookSoon()
  }

  close(): void {
    this.#watch.stop()
  }

  /**
   * Whether this is a known random token. It is accepted even from an address with too many failures, so that somebody
   * who guesses tokens there cannot lock out others. A token that a person chose (OPERATOR_TOKEN) could be guessed.
   */
  #isBeyondGuessing(hash: string): boolean {
    if (this.#book.has(hash)) return true
    return this.#isBuiltInRandom && isSame(hash, this.#builtIn)
  }

  #find(hash: string): Operator | Promise<Operator | undefined> {
    const used = this.#book.use(hash)
    return used instanceof Promise ? this.#read(used) : this.#operatorOf(used)
  }

  async #read(reading: Promise<OperatorTokenRow | undefined>): Promise<Operator | undefined> {
    try {
      const row = await reading
      return row && this.#operatorOf(row)
    } catch (error) {
      throw tokensUnavailable(error)
    }
  }

  /** The same object for the same row, because rows are cached. */
  #operatorOf(row: OperatorTokenRow): Operator {
    const operator = this.#operators.get(row) ?? operatorOf(row)
    this.#operators.set(row, operator)
    return operator
  }
}

function isExpired({ expiresAt = Number.POSITIVE_INFINITY }: Operator): boolean {
  return expiresAt <= Date.now()
}

/** In hexadecimal digits. */
function digest(text: string): string {
  return digestOf('sha256', text)
}

/** Takes the same time wherever they differ. */
function isSame(hash: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(hash), Buffer.from(other))
}

function operatorOf(row: OperatorTokenRow): Operator {
  const { name, id: tokenId, expires_at: expiresAt } = row
  return { name, scopes: scopesOf(row), tokenId, ...(expiresAt !== null && { expiresAt }) }
}
