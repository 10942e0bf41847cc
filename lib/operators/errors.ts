import { ProblemError } from '../problem-error.js'

const UNAUTHORIZED = {
  'no-token': { code: 'UNAUTHORIZED', message: 'an operator token is needed: Authorization: Bearer <token>' },
  'invalid-token': { code: 'INVALID_TOKEN', message: 'unknown operator token, or it was revoked' },
  'expired-token': { code: 'EXPIRED_TOKEN', message: 'the operator token has expired' },
  'invalid-sign-in': { code: 'INVALID_SIGN_IN', message: 'unknown sign-in, or it has ended: sign in again' },
  'foreign-origin': {
    code: 'FOREIGN_ORIGIN',
    message: 'a sign-in counts for requests of our own pages only; Sec-Fetch-Site or Origin tells of another page'
  }
} as const

/** Answered as a 401 problem. [RFC 6750 §3] */
export class UnauthorizedError extends ProblemError {
  readonly reason: keyof typeof UNAUTHORIZED

  constructor(reason: keyof typeof UNAUTHORIZED) {
    const { code, message } = UNAUTHORIZED[reason]
    super(401, code, message)
    this.reason = reason
  }

  /** The value of the header `WWW-Authenticate`. A request without a token gets no error code. [RFC 6750 §3.1] */
  get challenge(): string {
    return this.reason.endsWith('-token') && this.reason !== 'no-token' ? 'Bearer error="invalid_token"' : 'Bearer'
  }
}

/** The scopes of a token are unknown, because the database does not answer. */
export function tokensUnavailable(cause: unknown): ProblemError {
  const reason = 'could not read the operator tokens: the database does not answer'
  return new ProblemError(503, 'TOKENS_UNAVAILABLE', reason, { cause })
}
