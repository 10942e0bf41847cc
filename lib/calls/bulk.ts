import { randomUUID } from 'node:crypto'
import { NotConnectedError, type Ocpp, redact } from 'fastify-ocpp'
import { problem } from 'fastify-ocpp/rest'
import { UnknownChargePointError } from '../charge-points/errors.js'
import type { Store } from '../charge-points/store.js'
import type { Dialect } from '../database/dialect.js'
import { chunks } from '../events/scope.js'
import { type BulkItem, endBulk, failItem, insertBulk, insertItems } from './bulk-rows.js'
import type { Caller } from './caller.js'
import { checkCallOfAny } from './check.js'
import type { OfflineQueue } from './offline-queue.js'

export interface BulkCallsOptions {
  store: Pick<Store, 'write' | 'find'>
  ocpp: Pick<Ocpp, 'chargePoints' | 'protocols'>
  calls: Pick<Caller, 'start'>
  offlineCalls: Pick<OfflineQueue, 'add'>
  dialect: Dialect
  /** Of this process. */
  runId: string
  /** Whether the process is shutting down, so that no new call may be sent. */
  isDraining(): boolean
  onError(error: unknown): void
}

/** One call to many charge points. */
export interface BulkCommand {
  /** Default: a random UUID. */
  bulkId?: string | undefined
  operator: string
  action: string
  payload: unknown
  /** Each once, without regard to case. */
  identities: readonly string[]
  /** Calls at a time. */
  concurrency: number
  /** Milliseconds for each. */
  timeout?: number | undefined
  /** Epoch milliseconds until which calls wait for charge points that are away; without it they fail. */
  expiresAt?: number | undefined
}

export interface StartedBulk {
  bulkId: string
  /** Resolves when no more calls are made and those that were sent have ended. */
  done: Promise<void>
}

/** Calls many charge points, so many at a time. What is begun by a process that ends is not gone on with by the next. */
export class BulkCalls {
  readonly #options: BulkCallsOptions
  readonly #running = new Set<Promise<void>>()
  #isStopped = false

  constructor(options: BulkCallsOptions) {
    this.#options = options
  }

  /**
   * Writes down who is to be called, and begins.
   *
   * @throws `OCPP_ERR_UNKNOWN_ACTION`, `OCPP_ERR_INVALID_PAYLOAD` when no version allows it, StorageError
   */
  async start({ bulkId = randomUUID(), ...command }: BulkCommand): Promise<StartedBulk> {
    const { store, ocpp, runId, dialect } = this.#options
    const { operator, action, payload } = command
    checkCallOfAny(ocpp.protocols, action, payload)
    const request = JSON.stringify(redact(payload))
    const id = await store.write((trx) => insertBulk({ trx }, { bulkId, operator, action, request, runId }))
    const items = command.identities.map((identity): BulkItem => ({ identity, messageId: randomUUID() }))
    for (const part of chunks(items)) await store.write((trx) => insertItems({ trx }, id, part, dialect))
    // Perhaps nobody waits for it.
    const done = this.#run(id, command, items)
      .catch(this.#options.onError)
      .finally(() => this.#running.delete(done))
    this.#running.add(done)
    return { bulkId, done }
  }

  /** Makes no more calls. Resolves when those that were made have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#running)
  }

  get #isEnding(): boolean {
    return this.#isStopped || this.#options.isDraining()
  }

  async #run(id: number, command: BulkCommand, items: readonly BulkItem[]): Promise<void> {
    let next = 0
    const work = async () => {
      while (next < items.length && !this.#isEnding) {
        const item = items[next++]
        if (item !== undefined) await this.#call(command, item)
      }
    }
    await Promise.all(Array.from({ length: Math.min(command.concurrency, items.length) }, work))
    const status = next < items.length ? 'interrupted' : 'completed'
    await this.#save(() => this.#options.store.write((trx) => endBulk({ trx }, id, status)))
  }

  async #call(command: BulkCommand, item: BulkItem): Promise<void> {
    try {
      await this.#ask(command, item)
    } catch (error) {
      const failed = { messageId: item.messageId, problem: problem(await this.#reason(error, item)) }
      await this.#save(() => this.#options.store.write((trx) => failItem({ trx }, failed)))
    }
  }

  async #ask({ operator, action, payload, timeout, expiresAt }: BulkCommand, item: BulkItem): Promise<void> {
    const { ocpp, calls, offlineCalls } = this.#options
    const command = { ...item, operator, action, payload, timeout }
    if (expiresAt !== undefined && !ocpp.chargePoints.has(item.identity)) {
      await offlineCalls.add({ ...command, expiresAt })
      return
    }
    const { answer } = await calls.start(command)
    await answer
  }

  async #reason(error: unknown, { identity }: BulkItem): Promise<unknown> {
    if (!(error instanceof NotConnectedError)) return error
    // When the database does not tell, the charge point counts as known.
    const isKnown = await this.#options.store.find(identity).then(
      (row) => row !== undefined,
      () => true
    )
    return isKnown ? error : new UnknownChargePointError(identity)
  }

  /** What cannot be written down must not end the others. */
  async #save(write: () => Promise<void>): Promise<void> {
    await write().catch((error) => this.#options.onError(error))
  }
}
