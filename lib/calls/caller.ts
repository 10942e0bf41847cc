import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  CallError,
  type CallEvent,
  type ChargePoint,
  type CsmsAction,
  NotConnectedError,
  type Ocpp,
  type Protocol,
  type RequestOf,
  type ResponseOf,
  type SentEvent,
  validatePayload
} from 'fastify-ocpp'
import type { Store } from '../charge-points/store.js'
import { connectionHere } from '../charge-points/whereabouts.js'
import { BatchedCommits } from '../database/batch.js'
import type { Dialect } from '../database/dialect.js'
import type { Recording } from '../events/commits.js'
import { type Change, fold, type Reader, type Scope, together } from '../events/scope.js'
import { checkCall } from './check.js'
import { newMessageId } from './message-id.js'
import { RecordedCall } from './record.js'
import { giveUpCalls, type OwnedCall, saveCalls } from './rows.js'

/** A call that an operator wants made to a charge point. */
export interface CallCommand {
  identity: string
  action: string
  /** Default: `{}`. */
  payload?: unknown
  /** Name of the operator's token: `request.operator.name`. */
  operator: string
  /** Milliseconds. Default: OCPP_CALL_TIMEOUT. */
  timeout?: number | undefined
  /** Aborts the call while it waits for others; a call that was sent is waited for all the same. */
  signal?: AbortSignal | undefined
  /** As the option of `app.ocpp.call`. */
  priority?: number | undefined
  /** Default: a new UUID. */
  messageId?: string | undefined
  /** Saved with the call. */
  idempotencyKey?: string | undefined
}

/** A call that the charge point answered with a CALLRESULT. */
export interface CallAnswer {
  messageId: string
  action: string
  /** The charge point's own answer. A `Rejected` in it is data, not an error. */
  result: unknown
}

/** A call that is saved and on its way. */
export interface StartedCall {
  messageId: string
  /** Settles when the end of the call is saved. A rejection that nobody handles is harmless. */
  answer: Promise<CallAnswer>
}

/** Which call it is. */
export type CallKey = Pick<RecordedCall, 'identity' | 'messageId'>

/** A call that was answered, and who has made it. */
export type AnsweredCall = Pick<RecordedCall, 'identity' | 'messageId' | 'operator'>

/** The change to commit together with the answer to a call, or `undefined`. */
export type Consequence<P extends Protocol, A> = (
  request: RequestOf<P, A>,
  response: ResponseOf<P, A>,
  call: AnsweredCall
) => Change | undefined

/** The change to commit when a call was sent and nobody knows whether it was carried out, or `undefined`. */
export type Doubt<P extends Protocol, A> = (request: RequestOf<P, A>, call: CallKey) => Change | undefined

/** A change to commit before an operator's call is sent, and the change that undoes it if the call had no effect. */
export interface Preparation {
  prepare?: Change
  /** Rows to be added. A preparation that is nothing else costs least. */
  rowsOf?: Recording['rowsOf']
  undo: Change
}

/** Several preparations as one. */
export function prepareAll(...preparations: readonly Preparation[]): Preparation {
  return {
    prepare: together(...preparations.map(changeOf)),
    undo: together(...preparations.map(({ undo }) => undo))
  }
}

function changeOf({ prepare, rowsOf }: Preparation): Change {
  return async (scope) => {
    await prepare?.(scope)
    if (rowsOf !== undefined) scope.append(rowsOf(scope))
  }
}

type AnyPreparation = (request: unknown, call: CallKey) => Preparation | undefined
type AnyDoubt = (request: unknown, call: CallKey) => Change | undefined
type AnyConsequence = (request: unknown, response: unknown, call: AnsweredCall) => Change | undefined

type CallerStore = Pick<Store, 'commit' | 'append' | 'write' | 'knownId' | 'chargePointId'>

export interface CallerOptions {
  ocpp: Ocpp
  store: CallerStore
  dialect: Dialect
  /** Id of this process among those that serve the database. */
  runId: string
  /** Called when a call could not be saved. */
  onError(error: unknown, call: { identity: string; action: string; messageId: string }): void
}

/** How a call is made. */
export interface SendOptions {
  /** Milliseconds. Default: OCPP_CALL_TIMEOUT. */
  timeout?: number | undefined
  /** Aborts the call while it waits for others; a call that was sent is waited for, so that its end is known. */
  signal?: AbortSignal | undefined
  priority?: number | undefined
  /** Whether the call is saved before it is sent. Default: false. */
  isDurable?: boolean
  /** Called once the call waits for its answer, or for other calls before it. */
  onAccepted?: () => void
}

/**
 * Makes the calls of operators, saves every call to a charge point, also those of the back-end itself, and commits the
 * consequences of the answers.
 */
export class Caller {
  readonly #ocpp: Ocpp
  readonly #store: CallerStore
  readonly #options: CallerOptions
  readonly #consequences = new Map<string, AnyConsequence[]>()
  readonly #preparations = new Map<string, AnyPreparation>()
  readonly #doubts = new Map<string, AnyDoubt>()
  /** Calls of operators by charge point and message id, until they have ended. */
  readonly #asked = new Map<string, RecordedCall>()
  /** The call that was sent and has not ended: OCPP allows one for each charge point. [OCPP-J §4.1.1] */
  readonly #outstanding = new Map<ChargePoint, RecordedCall>()
  /** Calls that were sent and are not saved yet. */
  readonly #fresh = new Set<RecordedCall>()
  #freshTimer: NodeJS.Timeout | undefined
  /** Calls that have ended and are not saved yet. */
  readonly #ending = new Set<RecordedCall>()
  readonly #saves: BatchedCommits<RecordedCall>

  constructor(options: CallerOptions) {
    this.#options = options
    this.#ocpp = options.ocpp
    this.#store = options.store
    this.#saves = new BatchedCommits((calls) => this.#write(calls))
  }

  /** Commits the consequence of an answer to this action, in these versions, in one transaction with the answer. */
  after<const P extends Protocol, A extends CsmsAction<P>>(
    protocols: P | readonly P[],
    action: A,
    consequence: Consequence<P, A>
  ): this {
    for (const protocol of [protocols].flat()) {
      const key = `${protocol} ${String(action)}`
      this.#consequences.set(key, [...(this.#consequences.get(key) ?? []), consequence as AnyConsequence])
    }
    return this
  }

  /**
   * Commits a change together with the end of a call of this action, in these versions, that was sent and not answered
   * in a way that can be understood.
   */
  unanswered<const P extends Protocol, A extends CsmsAction<P>>(
    protocols: P | readonly P[],
    action: A,
    doubt: Doubt<P, A>
  ): this {
    for (const protocol of [protocols].flat()) this.#doubts.set(`${protocol} ${String(action)}`, doubt as AnyDoubt)
    return this
  }

  /** Commits a change before an operator's call of this action, in these versions, is sent. */
  before<const P extends Protocol, A extends CsmsAction<P>>(
    protocols: P | readonly P[],
    action: A,
    preparation: (request: RequestOf<P, A>, call: CallKey) => Preparation | undefined
  ): this {
    for (const protocol of [protocols].flat()) {
      this.#preparations.set(`${protocol} ${String(action)}`, preparation as AnyPreparation)
    }
    return this
  }

  /**
   * Sends a CALL in the version that the charge point speaks, waits for the answer and saves both.
   *
   * @throws the errors of `app.ocpp.call`, StorageError
   */
  async call(command: CallCommand): Promise<CallAnswer> {
    const call = recordOf(command)
    const { messageId, action } = call
    return { messageId, action, result: await this.send(call, command) }
  }

  /**
   * Saves a call, sends it, and does not wait for the answer.
   *
   * @throws the errors of `app.ocpp.call` that come before anything is sent, StorageError
   */
  async start(command: CallCommand): Promise<StartedCall> {
    const call = recordOf(command)
    const { messageId, action, identity, request } = call
    const { timeout, signal, priority } = command
    const live = connectionHere(this.#ocpp, identity)
    if (live === undefined) throw new NotConnectedError(identity)
    checkCall(live.protocol, action, request)
    return new Promise((resolve, reject) => {
      const onAccepted = () => resolve({ messageId, answer })
      const answer = this.send(call, { timeout, signal, priority, isDurable: true, onAccepted }).then((result) => ({
        messageId,
        action,
        result
      }))
      answer.then(onAccepted, reject)
    })
  }

  /**
   * Sends a call. Settles when its end is saved.
   *
   * @throws the errors of `app.ocpp.call`, StorageError
   */
  async send(call: RecordedCall, options: SendOptions): Promise<unknown> {
    const { timeout, signal, priority, isDurable = false, onAccepted } = options
    const { identity, messageId, action, request } = call
    const preparation = this.#preparationOf(call)
    if (preparation !== undefined) await this.#prepare(identity, preparation)
    const key = keyOf(identity, messageId)
    try {
      if (isDurable) await this.#saves.add(call)
      // Another node would make it and save it a second time.
      if (connectionHere(this.#ocpp, identity) === undefined) throw new NotConnectedError(identity)
      this.#asked.set(key, call)
      const answer = this.#ocpp.call(identity, action, request, {
        messageId,
        ...(timeout !== undefined && { timeout }),
        ...(priority !== undefined && { priority }),
        ...(signal !== undefined && { signal: whileWaiting(call, signal) })
      })
      // The library rejects a call that it does not accept within this turn of the event loop.
      if (onAccepted !== undefined) Promise.race([answer, nextTurn()]).then(onAccepted, () => undefined)
      return await answer
    } catch (error) {
      if (isDurable && !call.isOver) await this.#refuse(call, error)
      // Without an answer the charge point may have acted: then the preparation stays.
      const hadNoEffect = !call.isSent || error instanceof CallError
      if (preparation !== undefined && hadNoEffect) await this.#store.commit(identity, preparation.undo)
      throw call.isOver ? Object.assign(error as Error, { messageId }) : error
    } finally {
      await call.saving
      this.#asked.delete(key)
    }
  }

  /** To be called with every `sent` event of the library: a CALL was written to the socket. */
  sent({ chargePoint, messageId, action, request }: SentEvent): void {
    const { identity, protocol } = chargePoint
    const call =
      this.#asked.get(keyOf(identity, messageId)) ??
      new RecordedCall({ identity, messageId, action, request, operator: null, protocol })
    call.send(protocol)
    this.#outstanding.set(chargePoint, call)
    this.#saveSoon(call)
  }

  /** To be called with every `call` event of the library: a CALL has ended. */
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
    this.#ending.add(call)
    call.saving = this.#finish(call)
  }

  /**
   * Gives up the calls of processes that died: each is `unknown`, with the changes that `unanswered` has for it. A call
   * that was not known to be sent may have been.
   */
  async giveUp({ trx, tell, append }: Pick<Scope, 'trx' | 'tell' | 'append'>): Promise<void> {
    for (const { chargePointId, protocol, action, request, messageId } of await giveUpCalls({ trx })) {
      const doubt = this.#doubts.get(`${protocol} ${action}`)
      if (doubt === undefined) continue
      const identity = await identityOf(trx, chargePointId)
      await doubt(request, { identity, messageId })?.({ trx, tell, append, chargePointId, now: Date.now() })
    }
  }

  /** Resolves when all calls that have ended are saved. */
  async idle(): Promise<void> {
    await Promise.all([...this.#ending].map(({ saving }) => saving))
  }

  #preparationOf(call: RecordedCall): Preparation | undefined {
    const { identity, action, request } = call
    const protocol = this.#ocpp.chargePoints.get(identity)?.protocol
    const preparation = this.#preparations.get(`${protocol} ${action}`)
    if (protocol === undefined || preparation === undefined) return undefined
    return validatePayload(protocol, action, 'request', request) === undefined ? preparation(request, call) : undefined
  }

  #prepare(identity: string, preparation: Preparation): Promise<void> {
    const { prepare, rowsOf } = preparation
    if (prepare === undefined && rowsOf !== undefined) return this.#store.append(identity, rowsOf)
    return this.#store.commit(identity, changeOf(preparation))
  }

  #save(call: RecordedCall): void {
    call.saving = this.#saves.add(call).catch((error) => this.#options.onError(error, call))
  }

  /** Most calls end within milliseconds: waiting a moment saves writing their row once more. */
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
    await this.#saves.add(call).catch((reason) => this.#options.onError(reason, call))
  }

  async #finish(call: RecordedCall): Promise<void> {
    this.#fresh.delete(call)
    try {
      const follows = call.status === 'answered' ? this.#follow(call) : this.#doubt(call)
      if (follows.length === 0) return await this.#saves.add(call)
      // An earlier save of the same call may still insert the row that this one updates.
      await call.saving
      const save: Change = (scope) => saveCalls(scope, [{ call, chargePointId: scope.chargePointId }], this.#options)
      await this.#store.commit(call.identity, together(save, ...follows))
      call.isStored = true
    } catch (error) {
      this.#options.onError(error, call)
    } finally {
      this.#ending.delete(call)
    }
  }

  #follow(call: RecordedCall): Change[] {
    const { protocol, action, request, response } = call
    const consequences = this.#consequences.get(`${protocol} ${action}`) ?? []
    return consequences.flatMap((consequence) => consequence(request, response, call) ?? [])
  }

  #doubt(call: RecordedCall): Change[] {
    const { protocol, action, request, isDoubtful } = call
    const doubt = isDoubtful ? this.#doubts.get(`${protocol} ${action}`) : undefined
    const change = doubt?.(request, call)
    return change === undefined ? [] : [change]
  }

  async #write(calls: readonly RecordedCall[]): Promise<void> {
    const owned: OwnedCall[] = []
    for (const call of new Set(calls)) {
      const chargePointId = this.#store.knownId(call.identity) ?? (await this.#store.chargePointId(call.identity))
      owned.push({ call, chargePointId })
    }
    await this.#store.write((trx, _tell, append) => saveCalls({ trx, append }, owned, this.#options))
    for (const { call } of owned) call.isStored = true
  }
}

async function identityOf(db: Reader, chargePointId: number): Promise<string> {
  const query = db.selectFrom('charge_points').select('identity').where('id', '=', chargePointId)
  return (await query.executeTakeFirstOrThrow()).identity
}

/** Longest time between sending a call and saving it as sent. */
const SAVE_AFTER_MS = 100

function keyOf(identity: string, messageId: string): string {
  return `${fold(identity)} ${messageId}`
}

/** A signal that aborts with `signal`, unless the call was sent before. */
function whileWaiting(call: RecordedCall, signal: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const abort = () => {
    if (!call.isSent) controller.abort(signal.reason)
  }
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return controller.signal
}

function recordOf(command: CallCommand): RecordedCall {
  const { identity, action, operator, payload = {}, messageId = newMessageId(), idempotencyKey = null } = command
  return new RecordedCall({ identity, messageId, action, request: payload, operator, idempotencyKey })
}
