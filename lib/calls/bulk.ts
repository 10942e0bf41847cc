import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AbortedError, NotConnectedError, redact } from 'fastify-ocpp'
import { problem } from 'fastify-ocpp/rest'
import { unknownChargePoint } from '../charge-points/errors.js'
import type { Store } from '../charge-points/store.js'
import type { Dialect } from '../database/dialect.js'
import { StorageError } from '../database/errors.js'
import type { EventData, NewEvent } from '../events/event.js'
import { chunks } from '../events/scope.js'
import { ProblemError } from '../problem-error.js'
import type { Ask, Asked } from './bulk-ask.js'
import {
  type BulkItem,
  endBulk,
  findBulk,
  insertBulk,
  insertItems,
  queuedItems,
  queuedItemsOfStopped,
  saveItem,
  stopBulk
} from './bulk-rows.js'
import { bulkCallOver, unknownBulkCall } from './errors.js'
import { newMessageId } from './message-id.js'
import type { OfflineQueue } from './offline-queue.js'

export interface BulkCallsOptions {
  store: Pick<Store, 'write' | 'find' | 'db'>
  offlineCalls: Pick<OfflineQueue, 'cancel'>
  dialect: Dialect
  /** Id of this process. */
  runId: string
  /** Whether other processes may stop a bulk call of this one. */
  isShared: boolean
  /** Whether the process that made a bulk call is alive. */
  isAlive(runId: string): Promise<boolean>
  /** Whether the process is shutting down, so that no new call may be sent. */
  isDraining(): boolean
  publish(event: NewEvent): void
  onError(error: unknown): void
}

/** One call or operation for many charge points. */
export interface BulkCommand {
  /** Default: a random UUID. */
  bulkId?: string | undefined
  operator: string
  kind: 'call' | 'operation'
  /** Action of the call, or name of the operation. */
  action: string
  /** Payload of the call, or body of the operation. */
  request: unknown
  /** Identities, without duplicates that differ in case only. */
  identities: readonly string[]
  /** Maximum number of charge points that are asked at a time. */
  concurrency: number
  ask: Ask
}

export interface StartedBulk {
  bulkId: string
  /** Resolves when no more calls are made and all calls that were sent have ended. */
  done: Promise<void>
}

type BulkTold = EventData['bulk-call']

/** A bulk call of this process, until its calls have ended. */
interface RunningBulk extends BulkTold {
  id: number
  ended: Promise<void>
  stopping: AbortController
}

/** Milliseconds between two looks at a running bulk call: for events of its progress, and for a stop by another process. */
const TICK_MS = 1_000
/** Milliseconds until what could not be saved is saved again. */
const RETRIES_MS = [200, 1_000, 5_000]
/** Calls that are cancelled at the same time. */
const CANCELLED_TOGETHER = 100

/**
 * Calls many charge points with limited concurrency. If the process ends, no other process continues its bulk calls.
 */
export class BulkCalls {
  readonly #options: BulkCallsOptions
  readonly #running = new Map<number, RunningBulk>()
  #isStopped = false

  constructor(options: BulkCallsOptions) {
    this.#options = options
  }

  /**
   * Stores the charge points to be called, and starts calling them.
   *
   * @throws StorageError
   */
  async start({ bulkId = randomUUID(), ...command }: BulkCommand): Promise<StartedBulk> {
    const { store, runId, dialect } = this.#options
    const { operator, kind, action, identities } = command
    const request = JSON.stringify(redact(command.request))
    const id = await store.write((trx) => insertBulk({ trx }, { bulkId, operator, kind, action, request, runId }))
    const items = identities.map((identity): BulkItem => ({ identity, messageId: newMessageId() }))
    const told: BulkTold = { bulkId, action, status: 'running', done: 0, total: items.length }
    const bulk: RunningBulk = { ...told, id, stopping: new AbortController(), ended: Promise.resolve() }
    this.#running.set(id, bulk)
    try {
      for (const part of chunks(items)) await store.write((trx) => insertItems({ trx }, id, part, dialect))
    } catch (error) {
      this.#running.delete(id)
      await this.#save(() => store.write((trx) => endBulk({ trx }, id, 'interrupted')))
      throw error
    }
    // The caller need not wait for the end, so its rejection is handled here.
    bulk.ended = this.#run(bulk, command, items)
      .catch(this.#options.onError)
      .finally(() => this.#running.delete(id))
    return { bulkId, done: bulk.ended }
  }

  /**
   * Sends no further calls of a bulk call, and cancels those that wait for their charge point. Calls that were sent are
   * waited for.
   *
   * @throws `UNKNOWN_BULK_CALL`, `BULK_CALL_OVER` if there was nothing to stop, StorageError
   */
  async cancel(bulkId: string): Promise<void> {
    const { store, isAlive, runId } = this.#options
    const row = await findBulk(store.db, bulkId)
    if (row === undefined) throw unknownBulkCall(bulkId)
    const isStopping = await store.write((trx) => stopBulk({ trx }, row.id))
    const running = this.#running.get(row.id)
    if (isStopping && running !== undefined) this.#halt(running)
    const isOver = async () => row.run_id === runId || !(await isAlive(row.run_id))
    if (isStopping && running === undefined && (await isOver())) {
      await store.write((trx) => endBulk({ trx }, row.id, 'interrupted'))
    }
    const cancelled = await this.#cancel(await queuedItems(store.db, row.id))
    if (isStopping || cancelled > 0 || row.status === 'stopping' || row.status === 'stopped') return
    throw bulkCallOver(row.status)
  }

  /**
   * Cancels the waiting calls of bulk calls that were stopped: the process that stopped one may have died before it did.
   *
   * @throws StorageError
   */
  async cancelLeft(): Promise<void> {
    await this.#cancel(await queuedItemsOfStopped(this.#options.store.db))
  }

  /** Makes no more calls. Resolves when the calls that were made have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all([...this.#running.values()].map(({ ended }) => ended))
  }

  get #isEnding(): boolean {
    return this.#isStopped || this.#options.isDraining()
  }

  async #run(bulk: RunningBulk, command: BulkCommand, items: readonly BulkItem[]): Promise<void> {
    const { id, stopping } = bulk
    let next = 0
    const work = async () => {
      while (next < items.length && !this.#isEnding && !stopping.signal.aborted) {
        const item = items[next++]
        if (item !== undefined) await this.#call(bulk, command, item)
      }
    }
    this.#tell(bulk)
    const ticks = this.#tick(bulk)
    await Promise.all(Array.from({ length: Math.min(command.concurrency, items.length) }, work))
    clearInterval(ticks)
    const status = next < items.length ? 'interrupted' : 'completed'
    await this.#save(async () => {
      bulk.status = await this.#options.store.write((trx) => endBulk({ trx }, id, status))
    })
    if (bulk.status === 'stopped')
      await this.#save(async () => this.#cancel(await queuedItems(this.#options.store.db, id)))
    this.#tell(bulk)
  }

  /** Publishes the progress of a bulk call at most once per interval, and looks whether another process has stopped it. */
  #tick(bulk: RunningBulk): NodeJS.Timeout {
    const { store, isShared, onError } = this.#options
    let told = bulk.done
    return setInterval(() => {
      if (bulk.done !== told) this.#tell(bulk)
      told = bulk.done
      if (!isShared || bulk.stopping.signal.aborted) return
      findBulk(store.db, bulk.bulkId).then((row) => {
        if (row?.status === 'stopping') this.#halt(bulk)
      }, onError)
    }, TICK_MS).unref()
  }

  #halt(bulk: RunningBulk): void {
    if (bulk.stopping.signal.aborted) return
    bulk.status = 'stopping'
    bulk.stopping.abort()
    this.#tell(bulk)
  }

  #tell({ bulkId, action, status, done, total }: BulkTold): void {
    this.#options.publish({ type: 'bulk-call', chargePoint: '', data: { bulkId, action, status, done, total } })
  }

  async #call(bulk: RunningBulk, command: BulkCommand, item: BulkItem): Promise<void> {
    const asked = await command.ask(item, bulk.stopping.signal).catch((error) => this.#failure(error, item))
    if (asked !== undefined) {
      await this.#save(() => this.#options.store.write((trx) => saveItem({ trx }, item.messageId, asked)))
    }
    bulk.done++
  }

  /** Cancels calls that wait for their charge point. Returns the number of those that still did. */
  async #cancel(waiting: readonly string[]): Promise<number> {
    const { offlineCalls } = this.#options
    let cancelled = 0
    const cancel = (messageId: string) =>
      offlineCalls.cancel(messageId).then(
        () => cancelled++,
        // It was sent, or has ended, a moment ago.
        (error) => {
          if (!(error instanceof ProblemError)) throw error
        }
      )
    for (let from = 0; from < waiting.length; from += CANCELLED_TOGETHER) {
      await Promise.all(waiting.slice(from, from + CANCELLED_TOGETHER).map(cancel))
    }
    return cancelled
  }

  /** Why there is no answer. `undefined`: the record of the call says it. */
  async #failure(error: unknown, { identity }: BulkItem): Promise<Asked | undefined> {
    // A call that was given up before it was sent is recorded as cancelled already.
    if (error instanceof AbortedError && !error.sent) return undefined
    const isKnown = !(error instanceof NotConnectedError) || (await this.#isKnown(identity))
    const { sent } = error as { sent?: unknown }
    const status = sent === true ? 'unknown' : 'failed'
    return { status, problem: problem(isKnown ? error : unknownChargePoint(identity)) }
  }

  /** If the database fails, the charge point counts as known. */
  #isKnown(identity: string): Promise<boolean> {
    return this.#options.store.find(identity).then(
      (row) => row !== undefined,
      () => true
    )
  }

  /** An error while saving one outcome must not end the other calls. */
  async #save(write: () => Promise<unknown>): Promise<void> {
    for (const delay of RETRIES_MS) {
      try {
        await write()
        return
      } catch (error) {
        this.#options.onError(error)
        if (!(error instanceof StorageError)) return
        await sleep(delay, undefined, { ref: false })
      }
    }
    await write().catch(this.#options.onError)
  }
}
