import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  CallError,
  type CallEvent,
  type ChargePoint,
  type CsmsAction,
  type Ocpp,
  type Protocol,
  type RequestOf,
  type ResponseOf,
  type SentEvent,
  validatePayload
} from 'fastify-ocpp'
import type { Store } from '../charge-points/store.js'
import { BatchedCommits } from '../database/batch.js'
import type { Dialect } from '../database/dialect.js'
import { type Change, fold, together } from '../events/scope.js'
import { RecordedCall } from './record.js'
import { type OwnedCall, saveCalls } from './rows.js'

/** What follows from a call that a charge point has answered: what to commit, if anything. */
export type Consequence<P extends Protocol, A> = (
  request: RequestOf<P, A>,
  response: ResponseOf<P, A>
) => Change | undefined

/** What has to be safe before an operator's call goes out, and what undoes it when nothing came of the call. */
export interface Preparation {
  prepare: Change
  undo: Change
}

type AnyPreparation = (request: unknown) => Preparation | undefined
type AnyConsequence = (request: unknown, response: unknown) => Change | undefined

type JournalStore = Pick<Store, 'commit' | 'write' | 'knownId' | 'chargePointId'>

export interface CallJournalOptions {
  store: JournalStore
  dialect: Dialect
  /** Of this process. */
  runId: string
  /** Told what could not be written down. */
  onError(error: unknown, call: { identity: string; action: string; messageId: string }): void
}

/** A call that is to be made. */
export interface Asking {
  call: RecordedCall
  timeout?: number | undefined
  /** Gives it up while it waits; one that went out is waited for, so that its end is known. */
  signal?: AbortSignal | undefined
  /** Whether it is written down before it goes out. */
  isDurable?: boolean
  /** Called once it waits for the charge point, or for others before it. */
  onAccepted?: () => void
}

/**
 * Writes down every call to a charge point, whoever makes it, and hands the answered ones to whom they concern.
 */
export class CallJournal {
  readonly #store: JournalStore
  readonly #options: CallJournalOptions
  readonly #consequences = new Map<string, AnyConsequence[]>()
  readonly #preparations = new Map<string, AnyPreparation>()
  /** By charge point and message id, until they are over. */
  readonly #asked = new Map<string, RecordedCall>()
  /** The one that is on the wire: OCPP allows one. [OCPP-J §4.1.1] */
  readonly #outstanding = new Map<ChargePoint, RecordedCall>()
  /** On the wire and not written down yet. */
  readonly #fresh = new Set<RecordedCall>()
  #freshTimer: NodeJS.Timeout | undefined
  readonly #ending = new Set<Promise<void>>()
  readonly #book: BatchedCommits<RecordedCall>

  constructor(options: CallJournalOptions) {
    this.#options = options
    this.#store = options.store
    this.#book = new BatchedCommits((calls) => this.#write(calls))
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
    preparation: (request: RequestOf<P, A>) => Preparation | undefined
  ): this {
    this.#preparations.set(`${protocol} ${String(action)}`, preparation as AnyPreparation)
    return this
  }

  /**
   * Makes a call. Settles when its end is written down.
   *
   * @throws the errors of `ocpp.call`, StorageError
   */
  async ask(ocpp: Ocpp, { call, timeout, signal, isDurable = false, onAccepted }: Asking): Promise<unknown> {
    const { identity, messageId, action, request } = call
    const preparation = this.#preparationOf(ocpp.chargePoints.get(identity)?.protocol, action, request)
    if (preparation !== undefined) await this.#store.commit(identity, preparation.prepare)
    const key = keyOf(identity, messageId)
    try {
      if (isDurable) await this.#book.add(call)
      this.#asked.set(key, call)
      const answer = ocpp.call(identity, action, request, {
        messageId,
        ...(timeout !== undefined && { timeout }),
        ...(signal !== undefined && { signal: whileWaiting(call, signal) })
      })
      // What is refused is refused at once.
      if (onAccepted !== undefined) Promise.race([answer, nextTurn()]).then(onAccepted, () => undefined)
      return await answer
    } catch (error) {
      if (isDurable && !call.isOver) await this.#refuse(call, error)
      // Whether a call without an answer was heeded nobody knows.
      const isVain = !call.isSent || error instanceof CallError
      if (preparation !== undefined && isVain) await this.#store.commit(identity, preparation.undo)
      throw call.isOver ? Object.assign(error as Error, { messageId }) : error
    } finally {
      await call.saving
      this.#asked.delete(key)
    }
  }

  /** A call goes out. */
  sent({ chargePoint, messageId, action, request }: SentEvent): void {
    const { identity, protocol } = chargePoint
    const call =
      this.#asked.get(keyOf(identity, messageId)) ??
      new RecordedCall({ identity, messageId, action, request, operator: null, protocol })
    call.send(protocol)
    this.#outstanding.set(chargePoint, call)
    if (call.isStored) this.#save(call)
    else this.#saveSoon(call)
  }

  /** A call has ended. */
  ended(event: CallEvent): void {
    const { chargePoint, messageId, action, request } = event
    const { identity, protocol } = chargePoint
    const outstanding = this.#outstanding.get(chargePoint)
    const isOutstanding = outstanding?.messageId === messageId
    if (isOutstanding) this.#outstanding.delete(chargePoint)
    const call =
      this.#asked.get(keyOf(identity, messageId)) ??
      (isOutstanding
        ? outstanding
        : new RecordedCall({ identity, messageId, action, request, operator: null, protocol }))
    if (call.isQueued && !call.isSent) return
    call.protocol ??= protocol
    call.end(event)
    const ending = this.#finish(call)
    call.saving = ending
    this.#ending.add(ending)
    ending.finally(() => this.#ending.delete(ending)).catch((error) => this.#options.onError(error, call))
  }

  /** Resolves when all that have ended are written down. */
  async idle(): Promise<void> {
    await Promise.all(this.#ending)
  }

  #preparationOf(protocol: Protocol | undefined, action: string, request: unknown): Preparation | undefined {
    const preparation = this.#preparations.get(`${protocol} ${action}`)
    if (protocol === undefined || preparation === undefined) return undefined
    return validatePayload(protocol, action, 'request', request) === undefined ? preparation(request) : undefined
  }

  #save(call: RecordedCall): void {
    call.saving = this.#book.add(call).catch((error) => this.#options.onError(error, call))
  }

  /** Most calls end so soon that their row need not be written twice. Nobody knows the message id of such a call yet. */
  #saveSoon(call: RecordedCall): void {
    this.#fresh.add(call)
    this.#freshTimer ??= setTimeout(() => {
      this.#freshTimer = undefined
      for (const each of this.#fresh) this.#save(each)
      this.#fresh.clear()
    }, SAVE_AFTER_MS).unref()
  }

  async #refuse(call: RecordedCall, error: unknown): Promise<void> {
    const { code, message } = error as { code?: unknown; message?: string }
    call.refuse({ code: typeof code === 'string' ? code : 'INTERNAL_ERROR', description: message ?? null })
    await this.#book.add(call).catch((reason) => this.#options.onError(reason, call))
  }

  async #finish(call: RecordedCall): Promise<void> {
    this.#fresh.delete(call)
    try {
      const follows = call.status === 'answered' ? this.#follow(call) : []
      if (follows.length === 0) return await this.#book.add(call)
      // Its row has to be there before it is changed.
      await call.saving
      const save: Change = ({ trx, chargePointId }) => saveCalls({ trx }, [{ call, chargePointId }], this.#options)
      await this.#store.commit(call.identity, together(save, ...follows))
      call.isStored = true
    } catch (error) {
      this.#options.onError(error, call)
    }
  }

  #follow({ protocol, action, request, response }: RecordedCall): Change[] {
    const consequences = this.#consequences.get(`${protocol} ${action}`) ?? []
    return consequences.flatMap((consequence) => consequence(request, response) ?? [])
  }

  async #write(calls: readonly RecordedCall[]): Promise<void> {
    const owned: OwnedCall[] = []
    for (const call of new Set(calls)) {
      const chargePointId = this.#store.knownId(call.identity) ?? (await this.#store.chargePointId(call.identity))
      owned.push({ call, chargePointId })
    }
    await this.#store.write((trx) => saveCalls({ trx }, owned, this.#options))
    for (const { call } of owned) call.isStored = true
  }
}

/** Longest time that a call is on the wire and not written down. */
const SAVE_AFTER_MS = 100

function keyOf(identity: string, messageId: string): string {
  return `${fold(identity)} ${messageId}`
}

/** Aborted with the signal, unless the call has gone out by then. */
function whileWaiting(call: RecordedCall, signal: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const abort = () => {
    if (!call.isSent) controller.abort(signal.reason)
  }
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return controller.signal
}
