/** Answered as a 404 problem. */
export class UnknownCallError extends Error {
  readonly statusCode = 404
  readonly code = 'UNKNOWN_CALL'
  constructor(messageId: string) {
    super(`no call ${messageId}`)
  }
}

/** Answered as a 409 problem: what went out cannot be called back. */
export class NotCancellableError extends Error {
  readonly statusCode = 409
  readonly code = 'NOT_CANCELLABLE'
  constructor(status: string) {
    super(`only a call that waits for its charge point can be cancelled; this one is ${status}`)
  }
}
