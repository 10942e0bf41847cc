const UNAUTHORIZED = {
  'no-token': { code: 'UNAUTHORIZED', message: 'an operator token is needed: Authorization: Bearer <token>' },
  'invalid-token': { code: 'INVALID_TOKEN', message: 'unknown operator token, or it was revoked' },
  'expired-token': { code: 'EXPIRED_TOKEN', message: 'the operator token has expired' }
} as const

/** Answered as a 401 problem. [RFC 6750 §3] */
export class UnauthorizedError extends Error {
  readonly statusCode = 401
  readonly code: 'UNAUTHORIZED' | 'INVALID_TOKEN' | 'EXPIRED_TOKEN'
  readonly reason: keyof typeof UNAUTHORIZED

  constructor(reason: keyof typeof UNAUTHORIZED) {
    const { code, message } = UNAUTHORIZED[reason]
    super(message)
    this.code = code
    this.reason = reason
  }

  /** The value of the header `WWW-Authenticate`. A request without a token gets no error code. [RFC 6750 §3.1] */
  get challenge(): string {
    return this.reason === 'no-token' ? 'Bearer' : 'Bearer error="invalid_token"'
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
