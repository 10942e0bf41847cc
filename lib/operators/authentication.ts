import { createHash, timingSafeEqual } from 'node:crypto'
import type { Database } from '../database/service.js'
import type { BuiltInToken } from './built-in-token.js'
import { TokensUnavailableError, UnauthorizedError } from './errors.js'
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
  /** Rejects if the address has sent too many wrong tokens. */
  demandPatience(): Promise<void>
  countFailure(): Promise<void>
}

/** The operator that has the built-in token. */
const OPERATOR: Operator = { name: 'operator', scopes: ['admin'] }

/** Finds the operator that a token belongs to. */
export class Authentication {
  readonly #builtIn: Buffer
  readonly #isBuiltInRandom: boolean
  readonly #book: TokenBook
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
   * @throws UnauthorizedError
   * @throws TokensUnavailableError
   */
  async identify(token: string | undefined, limit: FailureLimit): Promise<Operator> {
    if (token === undefined) throw new UnauthorizedError('no-token')
    const hash = digest(token)
    if (!this.#isBeyondGuessing(hash)) await limit.demandPatience()
    if (timingSafeEqual(hash, this.#builtIn)) return OPERATOR
    const operator = isToken(token) ? await this.#find(hash) : undefined
    if (operator !== undefined && (operator.expiresAt ?? Number.POSITIVE_INFINITY) > Date.now()) return operator
    await limit.countFailure()
    throw new UnauthorizedError(operator === undefined ? 'invalid-token' : 'expired-token')
  }

  /** Calls `end` when the token of the operator is revoked or expires. The returned function ends the watch. */
  watch(operator: Operator, end: () => void): () => void {
    return this.#watch.add(operator, end)
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
  #isBeyondGuessing(hash: Buffer): boolean {
    if (this.#book.has(hash.toString('hex'))) return true
    return this.#isBuiltInRandom && timingSafeEqual(hash, this.#builtIn)
  }

  async #find(hash: Buffer): Promise<Operator | undefined> {
    try {
      const row = await this.#book.use(hash.toString('hex'))
      return row && this.#operatorOf(row)
    } catch (error) {
      throw new TokensUnavailableError(error)
    }
  }

  /** The same object for the same row, because rows are cached. */
  #operatorOf(row: OperatorTokenRow): Operator {
    const operator = this.#operators.get(row) ?? operatorOf(row)
    this.#operators.set(row, operator)
    return operator
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function operatorOf(row: OperatorTokenRow): Operator {
  const { name, id: tokenId, expires_at: expiresAt } = row
  return { name, scopes: scopesOf(row), tokenId, ...(expiresAt !== null && { expiresAt }) }
}
