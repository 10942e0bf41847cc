/** Answered as a 404 problem. */
export class UnknownCallError extends Error {
  readonly statusCode = 404
  readonly code = 'UNKNOWN_CALL'
  constructor(messageId: string) {
    super(`no call ${messageId}`)
  }
}

/** Answered as a 409 problem: a call that was sent cannot be cancelled. */
export class NotCancellableError extends Error {
  readonly statusCode = 409
  readonly code = 'NOT_CANCELLABLE'
  constructor(status: string) {
    super(`only a call that waits for its charge point can be cancelled; this one is ${status}`)
  }
}

/** Answered as a 422 problem. */
export class KeyReusedError extends Error {
  readonly statusCode = 422
  readonly code = 'IDEMPOTENCY_KEY_REUSED'
  constructor() {
    super('the Idempotency-Key was used for another request')
  }
}

/** Answered as a 409 problem. */
export class StillRunningError extends Error {
  readonly statusCode = 409
  readonly code = 'IDEMPOTENT_REQUEST_RUNNING'
  readonly messageId: string
  constructor(messageId: string) {
    super('the first request with this Idempotency-Key is not answered yet')
    this.messageId = messageId
  }
}

/** Answered as a 504 problem: the first request may have been carried out, so it is not carried out again. */
export class OutcomeUnknownError extends Error {
  readonly statusCode = 504
  readonly code = 'OCPP_ERR_OUTCOME_UNKNOWN'
  readonly messageId: string
  constructor(messageId: string) {
    super('the back-end was restarted before the first request was answered: the charge point may have acted')
    this.messageId = messageId
  }
}
