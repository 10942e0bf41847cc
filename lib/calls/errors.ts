import { ProblemError } from '../problem-error.js'

export function unknownCall(messageId: string): ProblemError {
  return new ProblemError(404, 'UNKNOWN_CALL', `no call ${messageId}`)
}

/** A call that was sent cannot be cancelled. */
export function notCancellable(status: string): ProblemError {
  const reason = `only a call that waits for its charge point can be cancelled; this one is ${status}`
  return new ProblemError(409, 'NOT_CANCELLABLE', reason)
}

export function unknownBulkCall(bulkId: string): ProblemError {
  return new ProblemError(404, 'UNKNOWN_BULK_CALL', `no bulk call ${bulkId}`)
}

/** Nothing of a bulk call can be stopped any more. */
export function bulkCallOver(status: string): ProblemError {
  const reason = `nothing is left to stop: the bulk call is ${status}, and none of its calls waits for its charge point`
  return new ProblemError(409, 'BULK_CALL_OVER', reason)
}

export function keyReused(): ProblemError {
  return new ProblemError(422, 'IDEMPOTENCY_KEY_REUSED', 'the Idempotency-Key was used for another request')
}

/** The first request with an Idempotency-Key has no answer yet, or will never have one. */
export class EarlierRequestError extends ProblemError {
  /** Message id of the call that the first request makes. */
  readonly messageId: string

  constructor(statusCode: number, code: string, message: string, messageId: string) {
    super(statusCode, code, message)
    this.messageId = messageId
  }
}

export function stillRunning(messageId: string): EarlierRequestError {
  const reason = 'the first request with this Idempotency-Key is not answered yet'
  return new EarlierRequestError(409, 'IDEMPOTENT_REQUEST_RUNNING', reason, messageId)
}

/** The first request may have been carried out, so the second one is not. */
export function outcomeUnknown(messageId: string): EarlierRequestError {
  const reason = 'the back-end was restarted before the first request was answered: the charge point may have acted'
  return new EarlierRequestError(504, 'OCPP_ERR_OUTCOME_UNKNOWN', reason, messageId)
}
