import { ProblemError } from '../problem-error.js'

export function unknownWebhook(id: string): ProblemError {
  return new ProblemError(404, 'UNKNOWN_WEBHOOK', `no webhook ${id}`)
}

/** A delivery that may not be sent to its URL. The delivery keeps the code. */
export class NotAllowedError extends Error {
  readonly code: string

  constructor(code: 'ADDRESS_NOT_ALLOWED' | 'HTTP_NOT_ALLOWED', message: string) {
    super(message)
    this.code = code
  }
}
