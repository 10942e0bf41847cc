/** A fault of one member of a request, as the operator API lists it. */
export interface FieldError {
  /** JSON pointer into the body. */
  pointer?: string
  detail: string
}

/** The members of a problem that the pages read. [RFC 9457] */
export interface ProblemBody {
  title?: string
  detail?: string
  code?: string
  errors?: FieldError[]
  /** Whether the call to a charge point was sent. */
  sent?: boolean
  [member: string]: unknown
}

/** An error that the operator API answered. `status` is 0 if there was no answer. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly body: ProblemBody
  /** Value of the Retry-After header. Seconds. */
  readonly retryAfter: number | undefined

  constructor(status: number, body: ProblemBody, retryAfter?: number) {
    super(body.detail ?? body.title ?? `status ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? (status === 0 ? 'NO_ANSWER' : `HTTP_${status}`)
    this.body = body
    this.retryAfter = retryAfter
  }

  /** Whether it is unknown if the server received the request. */
  get isLost(): boolean {
    return this.status === 0
  }

  get errors(): FieldError[] {
    return this.body.errors ?? []
  }
}
