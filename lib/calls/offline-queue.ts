import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ChargePoint,
  DisconnectedError,
  InvalidPayloadError,
  NotConnectedError,
  type Ocpp,
  QueueFullError,
  TimeoutError
} from 'fastify-ocpp'
import type { Store } from '../charge-points/store.js'
import { connectionHere } from '../charge-points/whereabouts.js'
import { StorageError } from '../database/errors.js'
import type { EventData, NewEvent } from '../events/event.js'
import { fold } from '../events/scope.js'
import type { CallAnswer, CallCommand, Caller } from './caller.js'
import { checkCall, checkCallOfAny } from './check.js'
import { notCancellable, unknownCall } from './errors.js'
import { newMessageId } from './message-id.js'
import {
  awaited,
  dueCalls,
  type Ending,
  end,
  enqueue,
  findQueued,
  firstQueued,
  putBack,
  type QueuedCall,
  take
} from './offline-rows.js'
import { RecordedCall } from './record.js'

export interface OfflineQueueOptions {
  store: Pick<Store, 'db' | 'find' | 'require' | 'commit'>
  ocpp: Pick<Ocpp, 'chargePoints' | 'cluster' | 'protocols'>
  calls: Pick<Caller, 'send'>
  /** The id of this process. */
  runId: string
  /** Whether the back-end may call over this connection already. */
  isSettled(live: ChargePoint): boolean
  /** Maximum number of calls that wait for one charge point. */
  limit: number
  /** Whether the process is shutting down, so that no new call may be sent. */
  isDraining(): boolean
  publish(event: NewEvent): void
  onError(error: unknown, message: string): void
}

export interface OfflineCommand extends Omit<CallCommand, 'signal'> {
  /** Epoch milliseconds. */
  expiresAt: number
}

/** The outcome of a call that somebody waits for. */
export type QueueOutcome = { answer: CallAnswer } | { error: unknown } | 'waits'

/** A queued call. */
export interface Enqueued {
  messageId: string
  /**
   * If the charge point is connected: settles when the call ends, or when the charge point disconnects before it is
   * sent.
   */
  outcome: Promise<QueueOutcome> | undefined
}

interface Watcher {
  /** Whether the call is in the database already. */
  isQueued: boolean
  resolve(outcome: QueueOutcome): void
}

const RETRY_MS = 1_000

/**
 * Calls that wait for disconnected charge points. They are sent in order after the charge point is connected and
 * accepted. Each call is marked as sent, durably, before it is sent.
 */
export class OfflineQueue {
  readonly #options: OfflineQueueOptions
  /** Charge points with waiting calls, by folded identity. */
  #awaited = new Set<string>()
  /** Charge points whose calls are being sent. `again`: there may be more calls than were read. */
  readonly #running = new Map<string, 'once' | 'again'>()
  readonly #lanes = new Set<Promise<void>>()
  /** Callbacks for the outcome of a call, by charge point and message id. */
  readonly #watchers = new Map<string, Map<string, Watcher>>()
  #isStopped = false

  constructor(options: OfflineQueueOptions) {
    this.#options = options
  }

  /** The charge points with waiting calls. */
  get size(): number {
    return this.#awaited.size
  }

  /** Looks for calls in the database: at the start, and for those that other processes have queued. */
  async load(): Promise<void> {
    for (const key of await awaited(this.#options.store.db)) this.#awaited.add(key)
  }

  /**
   * Puts a call into the queue, durably, and sends it at once if its turn has come.
   *
   * @throws `OCPP_ERR_UNKNOWN_CHARGE_POINT`, `OCPP_ERR_UNKNOWN_ACTION`, `OCPP_ERR_INVALID_PAYLOAD`, `OCPP_ERR_QUEUE_FULL`,
   * StorageError
   */
  async add(command: OfflineCommand): Promise<Enqueued> {
    const { store, ocpp, limit } = this.#options
    const {
      action,
      operator,
      payload = {},
      messageId = newMessageId(),
      idempotencyKey = null,
      timeout = null
    } = command
    const row = await store.require(command.identity)
    const protocol =
      ocpp.chargePoints.get(command.identity)?.protocol ?? ocpp.protocols.find((one) => one === row.protocol)
    if (protocol === undefined) checkCallOfAny(ocpp.protocols, action, payload)
    else checkCall(protocol, action, payload)

    const { identity } = row
    const call = new RecordedCall({ identity, messageId, action, request: payload, operator, idempotencyKey })
    call.status = 'queued'
    const key = fold(identity)
    const outcome = this.#ready(key) === undefined ? undefined : this.#watch(key, messageId)
    if (!(await store.commit(identity, enqueue({ call, timeout, expiresAt: command.expiresAt, limit })))) {
      this.#tell(key, messageId, 'waits')
      throw new QueueFullError(limit, identity)
    }
    this.#awaited.add(key)
    this.#publish({ identity, messageId, action, outcome: 'queued', duration: 0 })
    const watcher = this.#watchers.get(key)?.get(messageId)
    if (watcher !== undefined) watcher.isQueued = true
    this.wake(key)
    if (!this.#running.has(key)) this.#tell(key, messageId, 'waits')
    return { messageId, outcome }
  }

  /**
   * Cancels a waiting call.
   *
   * @throws `UNKNOWN_CALL`, `NOT_CANCELLABLE`, StorageError
   */
  async cancel(messageId: string): Promise<void> {
    const { store } = this.#options
    const queued = await findQueued(store.db, messageId)
    const ending: Ending = { status: 'cancelled', code: 'cancelled' }
    if (queued !== undefined && (await this.#end(queued, ending))) return
    const row = await store.db
      .selectFrom('calls')
      .select('status')
      .where('message_id', '=', messageId)
      .executeTakeFirst()
    if (row === undefined) throw unknownCall(messageId)
    throw notCancellable(row.status)
  }

  /** To be called when a message of a charge point was answered, after which its calls may be sent. */
  heard({ identity }: Pick<ChargePoint, 'identity'>): void {
    if (this.#awaited.size === 0) return
    const key = fold(identity)
    if (this.#awaited.has(key)) setImmediate(() => this.wake(key))
  }

  /** Sends the waiting calls of a charge point, if they may be sent now. */
  wake(key: string): void {
    if (!this.#awaited.has(key)) return
    if (this.#running.has(key)) {
      this.#running.set(key, 'again')
      return
    }
    if (this.#ready(key) === undefined) return
    const lane = this.#run(key).finally(() => this.#lanes.delete(lane))
    this.#lanes.add(lane)
  }

  /** Expires calls that have waited too long, and sends the others where possible. */
  async tick(): Promise<void> {
    if (this.#awaited.size === 0) return
    for (const queued of await dueCalls(this.#options.store.db, Date.now())) await this.#end(queued, EXPIRED)
    for (const key of this.#awaited) this.wake(key)
  }

  /** Sends no further calls. Resolves when running ones have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#lanes)
  }

  // --- sending -------------------------------------------------------------------------------------------------

  /** The charge point, if it is connected, accepted, and not about to boot. [1.6 §4.2; 2.x B01-B03] */
  #ready(key: string): ChargePoint | undefined {
    if (this.#isStopped || this.#options.isDraining()) return undefined
    const live = connectionHere(this.#options.ocpp, key)
    if (live === undefined || live.registration !== 'Accepted' || live.booting) return undefined
    return this.#options.isSettled(live) ? live : undefined
  }

  async #run(key: string): Promise<void> {
    do {
      this.#running.set(key, 'once')
      try {
        await this.#sendAll(key)
      } catch (error) {
        this.#options.onError(error, 'calls that wait for their charge point were not sent; it is tried again')
      }
    } while (this.#running.get(key) === 'again' && this.#ready(key) !== undefined)
    this.#running.delete(key)
    for (const [messageId, { isQueued }] of this.#watchers.get(key) ?? []) {
      if (isQueued) this.#tell(key, messageId, 'waits')
    }
  }

  async #sendAll(key: string): Promise<void> {
    const row = await this.#options.store.find(key)
    if (row === undefined) return
    while (this.#ready(key) !== undefined) {
      const queued = await firstQueued(this.#options.store.db, row.id)
      if (queued === undefined) {
        if (this.#running.get(key) === 'once') this.#awaited.delete(key)
        return
      }
      if (!(await this.#send(key, queued))) return
    }
  }

  /** Whether the next call may follow. */
  async #send(key: string, queued: QueuedCall): Promise<boolean> {
    const live = this.#ready(key)
    if (live === undefined) return false
    if (queued.expires_at <= Date.now()) return this.#end(queued, EXPIRED).then(() => true)
    const payload: unknown = JSON.parse(queued.payload)
    const { protocol } = live
    try {
      checkCall(protocol, queued.action, payload)
    } catch (error) {
      await this.#refuse(queued, error)
      return true
    }
    const { store, runId } = this.#options
    if (!(await store.commit(queued.identity, ({ trx }) => take({ trx }, queued, { protocol, runId })))) return true
    return this.#ask(key, queued, payload)
  }

  async #ask(key: string, queued: QueuedCall, request: unknown): Promise<boolean> {
    const { identity, message_id: messageId, action, operator, created_at: createdAt, timeout } = queued
    const call = new RecordedCall({ identity, messageId, action, request, operator, createdAt, isStored: true })
    call.isQueued = true
    try {
      // The charge point may have disconnected or begun to boot while the call was marked.
      if (this.#ready(key) === undefined) throw new NotConnectedError(identity)
      const result = await this.#options.calls.send(call, { timeout: timeout ?? undefined })
      this.#tell(key, messageId, { answer: { messageId, action, result } })
      return true
    } catch (error) {
      if (call.isSent) {
        this.#tell(key, messageId, { error })
        return true
      }
      await this.#putBack(queued)
      if (mayBeSentLater(error)) return false
      await this.#refuse(queued, error)
      return true
    }
  }

  /** The call was not sent, and only this process knows that. So saving this is retried until it succeeds. */
  async #putBack(queued: QueuedCall): Promise<void> {
    const { store, onError } = this.#options
    for (;;) {
      try {
        return await store.commit(queued.identity, ({ trx }) => putBack({ trx }, queued))
      } catch (error) {
        onError(error, 'a call was not put back into the queue of its charge point')
        // If the process ends before, the outcome of the call counts as unknown.
        if (this.#isStopped) return
        await sleep(RETRY_MS, undefined, { ref: false })
      }
    }
  }

  // --- the end of calls that were never sent -------------------------------------------------------------------

  async #refuse(queued: QueuedCall, error: unknown): Promise<void> {
    const { code, message } = error as { code?: unknown; message?: string }
    const details = error instanceof InvalidPayloadError ? error.violation : undefined
    const ending = { status: 'failed', code: typeof code === 'string' ? code : 'INTERNAL_ERROR', details } as const
    this.#tell(fold(queued.identity), queued.message_id, { error })
    await this.#end(queued, { ...ending, ...(message !== undefined && { description: message }) })
  }

  async #end(queued: QueuedCall, ending: Ending): Promise<boolean> {
    const { identity, message_id: messageId, action, created_at } = queued
    const { store } = this.#options
    if (!(await store.commit(identity, ({ trx }) => end({ trx }, queued, ending)))) return false
    const outcome = ending.status === 'failed' ? 'refused' : ending.status
    this.#publish({ identity, messageId, action, outcome, duration: (Date.now() - created_at) / 1000 })
    this.#tell(fold(identity), messageId, 'waits')
    return true
  }

  #publish({ identity, ...data }: EventData['call'] & { identity: string }): void {
    this.#options.publish({ type: 'call', chargePoint: identity, data })
  }

  // --- watchers ------------------------------------------------------------------------------------------------

  #watch(key: string, messageId: string): Promise<QueueOutcome> {
    return new Promise((resolve) => {
      const watchers = this.#watchers.get(key) ?? new Map<string, Watcher>()
      watchers.set(messageId, { isQueued: false, resolve })
      this.#watchers.set(key, watchers)
    })
  }

  #tell(key: string, messageId: string, outcome: QueueOutcome): void {
    const watchers = this.#watchers.get(key)
    watchers?.get(messageId)?.resolve(outcome)
    watchers?.delete(messageId)
    if (watchers?.size === 0) this.#watchers.delete(key)
  }
}

const EXPIRED: Ending = { status: 'expired', code: 'expired' }

function mayBeSentLater(error: unknown): boolean {
  return (
    error instanceof NotConnectedError ||
    error instanceof DisconnectedError ||
    error instanceof TimeoutError ||
    error instanceof QueueFullError ||
    // A call that must be stored before it is sent was not stored.
    error instanceof StorageError
  )
}
