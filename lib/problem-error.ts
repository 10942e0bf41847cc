export interface ProblemOptions extends ErrorOptions {
  /** JSON pointer to the member of the body that is at fault. [RFC 6901] */
  pointer?: string
  /** Fault of that member. Default: the message. */
  detail?: string
}

/** A rejected request. The answer is problem details with this status, code and message. [RFC 9457] */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly statusCode: number
  readonly code: string
  /** The message is for whoever sent the request, also with a status of 5xx. */
  readonly expose = true
  /** The one entry of `errors` in the answer. */
  readonly violation?: { pointer: string; message: string }

  constructor(
    statusCode: number,
    code: string,
    message: string,
    { pointer, detail = message, ...options }: ProblemOptions = {}
  ) {
    super(message, options)
    this.statusCode = statusCode
    this.code = code
    if (pointer !== undefined) this.violation = { pointer, message: detail }
  }
}
