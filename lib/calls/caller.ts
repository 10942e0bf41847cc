import { randomUUID } from 'node:crypto'
import { NotConnectedError, type Ocpp } from 'fastify-ocpp'
import { checkCall } from './check.js'
import type { CallJournal } from './journal.js'
import { RecordedCall } from './record.js'

/** What is asked of a charge point. */
export interface CallWish {
  identity: string
  action: string
  /** Default: `{}`. */
  payload?: unknown
  /** Who asks: `request.operator.name`. */
  operator: string
  /** Milliseconds. Default: OCPP_CALL_TIMEOUT. */
  timeout?: number | undefined
  /** Gives the call up while it waits; what was sent is waited for all the same. */
  signal?: AbortSignal | undefined
  /** Default: a random UUID. */
  messageId?: string | undefined
  /** Written down beside the call. */
  idempotencyKey?: string | undefined
}

/** A call that the charge point answered with a CALLRESULT. */
export interface CallAnswer {
  messageId: string
  action: string
  /** The charge point's own answer; its `Rejected` is data. */
  result: unknown
}

/** A call that is on its way, and written down. */
export interface StartedCall {
  messageId: string
  /** Settles when the end of the call is written down; a rejection that nobody reads is harmless. */
  answer: Promise<CallAnswer>
}

/** Calls charge points, and has every call written down. */
export class Caller {
  readonly #ocpp: Ocpp
  readonly #journal: CallJournal

  constructor(ocpp: Ocpp, journal: CallJournal) {
    this.#ocpp = ocpp
    this.#journal = journal
  }

  /**
   * Sends a CALL in the version that the charge point speaks, waits for the answer and writes both down.
   *
   * @throws the errors of `app.ocpp.call`
   */
  async call(wish: CallWish): Promise<CallAnswer> {
    const call = recordOf(wish)
    const { messageId, action } = call
    const result = await this.#journal.ask(this.#ocpp, { call, timeout: wish.timeout, signal: wish.signal })
    return { messageId, action, result }
  }

  /**
   * Writes a call down before it goes out, and does not wait for the answer. What is wrong with it is told at once.
   *
   * @throws the errors of `app.ocpp.call` that come before anything is sent, StorageError
   */
  async start(wish: CallWish): Promise<StartedCall> {
    const call = recordOf(wish)
    const { messageId, action, identity, request } = call
    const live = this.#ocpp.chargePoints.get(identity)
    if (live === undefined) throw new NotConnectedError(identity)
    checkCall(live.protocol, action, request)
    const { promise: accepted, resolve: onAccepted } = withResolvers()
    const asking = { call, timeout: wish.timeout, signal: wish.signal, isDurable: true, onAccepted }
    const answer = this.#journal.ask(this.#ocpp, asking).then((result) => ({ messageId, action, result }))
    answer.catch(() => undefined)
    await Promise.race([accepted, answer])
    return { messageId, answer }
  }
}

function recordOf({ messageId = randomUUID(), payload = {}, ...wish }: CallWish): RecordedCall {
  const { identity, action, operator, idempotencyKey = null } = wish
  return new RecordedCall({ identity, messageId, action, request: payload, operator, idempotencyKey })
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((onResolve) => {
    resolve = onResolve
  })
  return { promise, resolve }
}
