import { type CallEvent, type CallOutcome, type Protocol, redact } from 'fastify-ocpp'
import type { CallStatus } from '../database/schema-operators.js'

const STATUSES: Record<CallOutcome, CallStatus> = {
  result: 'answered',
  callerror: 'error',
  'invalid-response': 'error',
  timeout: 'timeout',
  disconnected: 'failed',
  aborted: 'failed',
  'queue-full': 'failed'
}

/** Outcomes of calls to which an answer came. */
const ANSWERED: ReadonlySet<CallOutcome> = new Set(['result', 'callerror', 'invalid-response'])

/** Longest code that is written down. */
const MAX_CODE = 64

export interface NewCall {
  identity: string
  messageId: string
  action: string
  request: unknown
  /** Who asks; null is the back-end itself. */
  operator: string | null
  idempotencyKey?: string | null
  protocol?: Protocol | undefined
  /** Epoch milliseconds. Default: now. */
  createdAt?: number
  /** Whether it is written down already. Default: false. */
  isStored?: boolean
}

/** How a call failed: a CALLERROR, or an error of ours. */
export interface CallFailure {
  code: string
  description?: string | null
  details?: unknown
}

/** A call to a charge point from the moment it is asked for to its end, as it is written down. */
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
  /** Whether there is a row of it. */
  isStored: boolean
  /** Whether it goes back to the queue of its charge point when it could not be sent. */
  isQueued = false
  /** Settles, and never rejects, once what was last told of it is written down. */
  saving: Promise<void> | undefined

  constructor({ idempotencyKey = null, createdAt = Date.now(), isStored = false, ...call }: NewCall) {
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

  /** It is on the wire. */
  send(protocol: Protocol): void {
    this.protocol = protocol
    this.status = 'sent'
    this.sentAt = Date.now()
  }

  end({ outcome, response, error, duration }: Pick<CallEvent, 'outcome' | 'response' | 'error' | 'duration'>): void {
    // What became of a call that went out and was not waited for to the end nobody knows.
    const isUnseen = this.isSent && (outcome === 'disconnected' || outcome === 'aborted')
    this.status = isUnseen ? 'unknown' : STATUSES[outcome]
    this.duration = duration
    if (ANSWERED.has(outcome)) this.answeredAt = Date.now()
    this.response = response
    if (outcome === 'callerror') this.failure = error
    else if (outcome !== 'result') this.failure = failureOf(outcome, error)
  }

  /** It never came to a call. */
  refuse(failure: CallFailure): void {
    this.status = 'failed'
    this.failure = failure
    this.duration = Date.now() - this.createdAt
  }

  /** What changes in its row after it was made. */
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

  /** Its row, without whose it is. */
  row() {
    return {
      message_id: this.messageId,
      action: this.action,
      request: write(this.request),
      operator: this.operator,
      idempotency_key: this.idempotencyKey,
      created_at: this.createdAt,
      ...this.outcome()
    }
  }
}

/** What is wrong with an answer is worth a description; the other outcomes say all. */
function failureOf(outcome: CallOutcome, error: CallEvent['error']): CallFailure {
  if (outcome !== 'invalid-response' || error === undefined) return { code: outcome }
  return { code: outcome, description: error.description }
}

/** Without secrets. */
function write(value: unknown): string {
  return JSON.stringify(redact(value)) ?? 'null'
}
