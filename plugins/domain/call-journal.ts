import { randomUUID } from 'node:crypto'
import {
  CallError,
  type CallEvent,
  type CallOptions,
  type CallOutcome,
  type CsmsAction,
  type FrameEvent,
  type Ocpp,
  type Protocol,
  type Request,
  type Response,
  redact,
  validatePayload
} from 'fastify-ocpp'
import type { CallStatus } from '../database/schema.js'
import { insertCall, updateCall } from './calls.js'
import { type Change, fold, together } from './scope.js'
import type { Store } from './store.js'

/** What follows from a call that a charge point has answered: what to commit, if anything. */
export type Consequence<P extends Protocol, A> = (
  request: Request<P, A>,
  response: Response<P, A>
) => Change | undefined

/** What has to be safe before an operator's call goes out, and what undoes it when nothing came of the call. */
export interface Preparation {
  prepare: Change
  undo: Change
}

type AnyPreparation = (request: unknown) => Preparation | undefined
type AnyConsequence = (request: unknown, response: unknown) => Change | undefined

/** A call that went out and has not ended. */
interface OpenCall {
  request: unknown
  sentAt: number
  /** Of the row. */
  id: Promise<number | undefined>
  response?: unknown
  error?: { code: string; description: string; details: unknown }
}

export interface CallJournalOptions {
  store: Pick<Store, 'commit'>
  /** Told what could not be written down. */
  onError(error: unknown, call: { identity: string; action: string; messageId: string }): void
}

const STATUSES: Record<CallOutcome, CallStatus> = {
  result: 'answered',
  callerror: 'error',
  'invalid-response': 'error',
  timeout: 'timeout',
  disconnected: 'failed',
  aborted: 'failed',
  'queue-full': 'failed'
}

/**
 * Writes down every call to a charge point, and hands the answered ones to whom they concern. The frames tell what was
 * asked and answered, whoever asked; the end of a call tells how it went.
 */
export class CallJournal {
  readonly #store: Pick<Store, 'commit'>
  readonly #onError: CallJournalOptions['onError']
  readonly #consequences = new Map<string, AnyConsequence[]>()
  readonly #preparations = new Map<string, AnyPreparation>()
  /** Who asks and what, by message id: until the call has ended. */
  readonly #asked = new Map<string, { operator: string; request: unknown; isSent: boolean }>()
  readonly #open = new Map<string, OpenCall>()
  readonly #ending = new Map<string, Promise<void>>()

  constructor({ store, onError }: CallJournalOptions) {
    this.#store = store
    this.#onError = onError
  }

  /** Commits what follows from an answer to this action, together with the answer. */
  after<const P extends Protocol, A extends CsmsAction<P>>(
    protocol: P,
    action: A,
    consequence: Consequence<P, A>
  ): this {
    const key = `${protocol} ${String(action)}`
    this.#consequences.set(key, [...(this.#consequences.get(key) ?? []), consequence as AnyConsequence])
    return this
  }

  /** Commits something before an operator's call of this action goes out. */
  before<const P extends Protocol, A extends CsmsAction<P>>(
    protocol: P,
    action: A,
    preparation: (request: Request<P, A>) => Preparation | undefined
  ): this {
    this.#preparations.set(`${protocol} ${String(action)}`, preparation as AnyPreparation)
    return this
  }

  /** The same API, whose calls are those of an operator: they end when they are written down. */
  attributed(ocpp: Ocpp, operator: string): Ocpp {
    const { v16, v201, v21, chargePoints, events } = ocpp
    return {
      v16,
      v201,
      v21,
      chargePoints,
      events,
      get protocols() {
        return ocpp.protocols
      },
      call: (identity, action, payload, options = {}) => {
        const attributed = { ...options, messageId: options.messageId ?? randomUUID() }
        return this.#ask({ ocpp, operator, identity, action, request: payload, options: attributed })
      },
      inject: (options) => ocpp.inject(options),
      drain: () => ocpp.drain()
    }
  }

  /** A frame of any charge point. */
  frame({ chargePoint, direction, text }: FrameEvent): void {
    if (direction === 'outbound') {
      if (text.startsWith('[2,')) this.#sent(chargePoint.identity, chargePoint.protocol, JSON.parse(text) as unknown[])
    } else if (this.#open.size > 0 && /^\s*\[\s*[34]\s*,/.test(text)) {
      this.#answered(chargePoint.identity, text)
    }
  }

  /** A call has ended. */
  ended(event: CallEvent): void {
    const { chargePoint, messageId } = event
    const key = keyOf(chargePoint.identity, messageId)
    const ending = this.#end(event, this.#open.get(key))
    this.#open.delete(key)
    this.#ending.set(key, ending)
    void ending.finally(() => this.#ending.delete(key))
  }

  /** Resolves when all that have ended are written down. */
  async idle(): Promise<void> {
    await Promise.all(this.#ending.values())
  }

  async #ask({ ocpp, operator, identity, action, request, options }: Asking): Promise<unknown> {
    const preparation = this.#preparationOf(ocpp.chargePoints.get(identity)?.protocol, action, request)
    if (preparation !== undefined) await this.#store.commit(identity, preparation.prepare)
    const asked = { operator, request, isSent: false }
    this.#asked.set(options.messageId, asked)
    try {
      return await ocpp.call(identity, action, request, options)
    } catch (error) {
      // Whether a call without an answer was heeded nobody knows.
      const isVain = !asked.isSent || error instanceof CallError
      if (preparation !== undefined && isVain) await this.#store.commit(identity, preparation.undo)
      throw error
    } finally {
      await this.#ending.get(keyOf(identity, options.messageId))
      this.#asked.delete(options.messageId)
    }
  }

  #preparationOf(protocol: Protocol | undefined, action: string, request: unknown): Preparation | undefined {
    const preparation = this.#preparations.get(`${protocol} ${action}`)
    if (protocol === undefined || preparation === undefined) return undefined
    return validatePayload(protocol, action, 'request', request) === undefined ? preparation(request) : undefined
  }

  #sent(identity: string, protocol: Protocol, [, messageId, action, request]: unknown[]): void {
    const id = String(messageId)
    const now = Date.now()
    const asked = this.#asked.get(id)
    if (asked !== undefined) asked.isSent = true
    const row = this.#insert({ identity, protocol, messageId: id, action: String(action), request, at: now })
    this.#open.set(keyOf(identity, id), { request, sentAt: now, id: row })
  }

  async #insert({ identity, protocol, messageId, action, request, at }: Entry): Promise<number | undefined> {
    const call = {
      message_id: messageId,
      protocol,
      action,
      request: JSON.stringify(redact(request)),
      operator: this.#asked.get(messageId)?.operator ?? null,
      created_at: at
    }
    try {
      return await this.#store.commit(identity, ({ trx, chargePointId }) => insertCall({ trx, chargePointId }, call))
    } catch (error) {
      this.#onError(error, { identity, action, messageId })
      return undefined
    }
  }

  #answered(identity: string, text: string): void {
    const [type, id, third, fourth, fifth] = parse(text)
    const call = this.#open.get(keyOf(identity, String(id)))
    if (call === undefined) return
    if (type === 3) call.response = third
    else call.error = { code: String(third), description: String(fourth), details: fifth }
  }

  async #end({ chargePoint, messageId, action, outcome, duration }: CallEvent, call: OpenCall | undefined) {
    const { identity, protocol } = chargePoint
    const now = Date.now()
    try {
      const request = call?.request ?? this.#asked.get(messageId)?.request ?? {}
      const entry = { identity, protocol, messageId, action, request, at: now - Math.round(duration) }
      const id = call === undefined ? await this.#insert(entry) : await call.id
      const follows = outcome === 'result' ? this.#follow(protocol, action, request, call?.response) : []
      const isAnswered = call?.response !== undefined || call?.error !== undefined
      const result = {
        status: STATUSES[outcome],
        response: call?.response === undefined ? null : JSON.stringify(redact(call.response)),
        error_code: call?.error?.code.slice(0, 64) ?? (outcome === 'result' ? null : outcome),
        error_description: call?.error?.description ?? null,
        error_details: call?.error === undefined ? null : JSON.stringify(redact(call.error.details)),
        sent_at: call?.sentAt ?? null,
        answered_at: isAnswered ? now : null,
        duration
      }
      const save: Change = async ({ trx }) => {
        if (id !== undefined) await updateCall({ trx }, id, result)
      }
      await this.#store.commit(identity, together(save, ...follows))
    } catch (error) {
      this.#onError(error, { identity, action, messageId })
    }
  }

  #follow(protocol: Protocol, action: string, request: unknown, response: unknown): Change[] {
    const consequences = this.#consequences.get(`${protocol} ${action}`) ?? []
    return consequences.flatMap((consequence) => consequence(request, response) ?? [])
  }
}

interface Asking {
  ocpp: Ocpp
  operator: string
  identity: string
  action: string
  request: unknown
  options: CallOptions & { messageId: string }
}

interface Entry {
  identity: string
  protocol: Protocol
  messageId: string
  action: string
  request: unknown
  at: number
}

function keyOf(identity: string, messageId: string): string {
  return `${fold(identity)} ${messageId}`
}

function parse(text: string): unknown[] {
  try {
    const frame: unknown = JSON.parse(text)
    return Array.isArray(frame) ? frame : []
  } catch {
    return []
  }
}
