/** A rejected request. The answer is problem details with this status, code and message. [RFC 9457] */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly statusCode: number
  readonly code: string
  /** The message is for whoever sent the request, also with a status of 5xx. */
  readonly expose = true

  constructor(statusCode: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.statusCode = statusCode
    this.code = code
  }
}
