/** Answered as a 401 problem. [RFC 6750 §3] */
export class UnauthorizedError extends Error {
  readonly statusCode = 401
  readonly code: 'UNAUTHORIZED' | 'INVALID_TOKEN' | 'EXPIRED_TOKEN'

  constructor(code: UnauthorizedError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Answered as a 403 problem. [RFC 6750 §3.1] */
export class InsufficientScopeError extends Error {
  readonly statusCode = 403
  readonly code = 'INSUFFICIENT_SCOPE'
}

/** Answered as a 429 problem. [RFC 6585 §4] */
export class TooManyRequestsError extends Error {
  readonly statusCode = 429
  readonly code: 'TOO_MANY_FAILURES' | 'TOO_MANY_REQUESTS'

  constructor(code: TooManyRequestsError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** Answered as a 503 problem: the database does not answer, so the scopes of the token are unknown. */
export class TokensUnavailableError extends Error {
  readonly statusCode = 503
  readonly code = 'TOKENS_UNAVAILABLE'

  constructor(cause: unknown) {
    super('could not read the operator tokens: the database does not answer', { cause })
  }
}
