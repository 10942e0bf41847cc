import { type CallEvent, type CallOutcome, type Protocol, redact } from 'fastify-ocpp'
import type { CallStatus } from '../database/schema-operators.js'

const STATUSES: Record<CallOutcome, CallStatus> = {
  result: 'answered',
  callerror: 'error',
  'invalid-response': 'error',
  timeout: 'timeout',
  disconnected: 'failed',
  aborted: 'cancelled',
  'queue-full': 'failed'
}

/** Outcomes of a call that was answered. */
const ANSWERED: ReadonlySet<CallOutcome> = new Set(['result', 'callerror', 'invalid-response'])

/** Maximum length of a stored error code. */
const MAX_CODE = 64

export interface NewCall {
  identity: string
  messageId: string
  action: string
  request: unknown
  /** Name of the operator's token; `null` if the back-end itself makes the call. */
  operator: string | null
  idempotencyKey?: string | null
  protocol?: Protocol | undefined
  /** Epoch milliseconds. Default: now. */
  createdAt?: number
  /** Whether the database has a row of the call already. Default: false. */
  isStored?: boolean
}

/** The failure of a call: a CALLERROR, or an error of the back-end. */
export interface CallFailure {
  code: string
  description?: string | null
  details?: unknown
}

/** A call to a charge point as it is stored, from the request to the end. */
export class RecordedCall {
  readonly identity: string
  readonly messageId: string
  readonly action: string
  readonly request: unknown
  readonly operator: string | null
  readonly idempotencyKey: string | null
  readonly createdAt: number
  protocol: Protocol | undefined
  status: CallStatus = 'pending'
  response: unknown
  failure: CallFailure | undefined
  sentAt: number | null = null
  answeredAt: number | null = null
  duration: number | null = null
  /** Whether the database has a row of the call. */
  isStored: boolean
  /** Whether the call goes back to the queue of its charge point if it could not be sent. */
  isQueued = false
  /** Settles when the latest change is saved. Never rejects. */
  saving: Promise<void> | undefined

  constructor(call: NewCall) {
    const { idempotencyKey = null, createdAt = Date.now(), isStored = false } = call
    this.identity = call.identity
    this.messageId = call.messageId
    this.action = call.action
    this.request = call.request
    this.operator = call.operator
    this.protocol = call.protocol
    this.idempotencyKey = idempotencyKey
    this.createdAt = createdAt
    this.isStored = isStored
  }

  get isSent(): boolean {
    return this.sentAt !== null
  }

  get isOver(): boolean {
    return this.status !== 'pending' && this.status !== 'sent'
  }

  /** Whether the charge point may have carried out the call, or not. */
  get isDoubtful(): boolean {
    const isUnclear = this.failure?.code === ('invalid-response' satisfies CallOutcome)
    return this.isSent && (this.status === 'timeout' || this.status === 'unknown' || isUnclear)
  }

  /** Marks the call as written to the socket. */
  send(protocol: Protocol): void {
    this.protocol = protocol
    this.status = 'sent'
    this.sentAt = Date.now()
  }

  end({ outcome, response, error, duration }: Pick<CallEvent, 'outcome' | 'response' | 'error' | 'duration'>): void {
    // The charge point may have carried out a call that was sent but not waited for until the end.
    const isUnseen = this.isSent && (outcome === 'disconnected' || outcome === 'aborted')
    this.status = isUnseen ? 'unknown' : STATUSES[outcome]
    this.duration = duration
    if (ANSWERED.has(outcome)) this.answeredAt = Date.now()
    this.response = response
    if (outcome === 'callerror') this.failure = error
    else if (outcome !== 'result') this.failure = failureOf(outcome, error)
  }

  /** Ends a call that was never sent. */
  refuse(failure: CallFailure): void {
    this.status = 'failed'
    this.failure = failure
    this.duration = Date.now() - this.createdAt
  }

  /** JSON without secrets. */
  get requestText(): string {
    return write(this.request)
  }

  /** The columns that change after the row was inserted. */
  outcome() {
    const { response, failure } = this
    return {
      protocol: this.protocol ?? '',
      status: this.status,
      response: response === undefined ? null : write(response),
      error_code: failure?.code.slice(0, MAX_CODE) ?? null,
      error_description: failure?.description ?? null,
      error_details: failure?.details === undefined ? null : write(failure.details),
      sent_at: this.sentAt,
      answered_at: this.answeredAt,
      duration: this.duration
    }
  }

  /** The row without the charge point. */
  row() {
    return {
      message_id: this.messageId,
      action: this.action,
      request: this.requestText,
      operator: this.operator,
      idempotency_key: this.idempotencyKey,
      created_at: this.createdAt,
      ...this.outcome()
    }
  }
}

/** Only an invalid response needs a description; the other outcomes need none. */
function failureOf(outcome: CallOutcome, error: CallEvent['error']): CallFailure {
  if (outcome !== 'invalid-response' || error === undefined) return { code: outcome }
  return { code: outcome, description: error.description }
}

/** JSON without secrets. */
function write(value: unknown): string {
  return JSON.stringify(redact(value)) ?? 'null'
}
