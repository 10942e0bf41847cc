import { setMaxListeners } from 'node:events'
import type { Commits } from '../events/commits.js'
import type { PublishedEvent } from '../events/event.js'
import type { Publisher } from '../events/publisher.js'
import { type Change, held } from '../events/scope.js'
import {
  acceptStart,
  awaitStart,
  dueStarts,
  forgetStart,
  giveUpStarts,
  isAnyOpen,
  isPending,
  leftStarts,
  nextDeadline,
  type StartRequest,
  settleStarts
} from '../ledger/awaited-starts.js'
import type { Preparation } from './caller.js'

export interface RemoteStartsOptions {
  store: Pick<Commits, 'db' | 'now' | 'commit' | 'chargePointId'>
  publisher: Pick<Publisher, 'subscribe'>
  /** The id of this process. */
  runId: string
  /** Whether other processes may serve the same database, and die. */
  isShared: boolean
  /** Milliseconds from the answer of the charge point until its transaction counts as not seen. */
  timeout: number
  onError(error: unknown): void
}

/** Milliseconds between two looks for starts that a dead process has left, and after an error. */
const POLL_MS = 5_000
/** How far back a start is looked for that a dead process may have booked without saying so. */
const LEFT_MS = 3_600_000
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * Finds out whether a charge point that accepted a remote start has started a transaction. Everything is in the
 * database, and a transaction that comes after its time still counts.
 */
export class RemoteStarts {
  readonly #options: RemoteStartsOptions
  readonly #working = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #unsubscribe = () => {}

  constructor(options: RemoteStartsOptions) {
    this.#options = options
    setMaxListeners(0, this.#stopping.signal)
  }

  /** Begins to watch the transactions. To be called before any charge point connects. */
  watch(): void {
    this.#unsubscribe = this.#options.publisher.subscribe((event) => this.#notice(event))
  }

  /** Settles the remote starts that earlier processes left, and waits for those that are still pending. */
  recover(): void {
    this.#work(async () => {
      const { store, runId } = this.#options
      const left = await leftStarts(store.db, runId, store.now() - LEFT_MS)
      for (const { identity, since } of left) await this.#settle(identity, { since })
      await this.#sweep()
    })
  }

  /** Ends all waits, so that the process can end. Transactions that start until then are still noticed. */
  drain(): void {
    this.#stopping.abort()
    clearTimeout(this.#timer)
  }

  async stop(): Promise<void> {
    this.drain()
    this.#unsubscribe()
    await Promise.all(this.#working)
  }

  /** To be committed before the call is sent. */
  preparation(start: StartRequest): Preparation {
    const { runId } = this.#options
    return {
      rowsOf: (scope) => awaitStart(scope, start, runId),
      undo: (scope) => forgetStart(scope, start.messageId)
    }
  }

  /** To be committed with the answer of the charge point. */
  answered(identity: string, messageId: string, isAccepted: boolean): Change {
    if (!isAccepted) return (scope) => forgetStart(scope, messageId)
    return async (scope) => {
      const until = scope.now + this.#options.timeout
      await acceptStart(scope, identity, { messageId, until })
      this.#lookAt(until)
    }
  }

  /** Resolves when the outcome of a call is known, after `seconds`, or when this process ends. */
  async known(messageId: string, seconds: number): Promise<void> {
    const { signal } = this.#stopping
    const watching = new AbortController()
    const known = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000)
      const unsubscribe = this.#options.publisher.subscribe((event) => {
        if (event.type === 'remote-start' && (event.data as { messageId: string }).messageId === messageId) resolve()
      })
      signal.addEventListener('abort', () => resolve(), { signal: watching.signal })
      watching.signal.addEventListener('abort', () => {
        clearTimeout(timer)
        unsubscribe()
        resolve()
      })
    })
    try {
      if (!signal.aborted && (await isPending(this.#options.store.db, messageId))) await known
    } finally {
      watching.abort()
    }
  }

  #notice(event: PublishedEvent): void {
    const { type, chargePoint } = event
    if (type !== 'transaction') return
    const { id, eventType, remoteStartId } = event.data as { id?: number; eventType: string; remoteStartId?: number }
    if (id === undefined || (eventType !== 'Started' && remoteStartId === undefined)) return
    this.#work(async () => {
      const { store } = this.#options
      // Most transactions do not belong to a remote start.
      if (!(await isAnyOpen(store.db, await store.chargePointId(chargePoint), store.now()))) return
      await this.#settle(chargePoint, { transactionRef: id })
    })
  }

  #settle(identity: string, candidates: Parameters<typeof settleStarts>[2]): Promise<void> {
    return this.#options.store.commit(
      identity,
      held((scope) => settleStarts(scope, identity, candidates))
    )
  }

  /** Gives up what is due. What started meanwhile, and was not noticed because of an error, is found. */
  async #sweep(): Promise<void> {
    const { store, runId } = this.#options
    for (const { identity, since } of await dueStarts(store.db, runId, store.now())) {
      const change: Change = held(async (scope) => {
        await settleStarts(scope, identity, { since })
        await giveUpStarts(scope, identity)
      })
      await store.commit(identity, change)
    }
    this.#dueAt = Number.POSITIVE_INFINITY
    this.#lookAt((await nextDeadline(store.db, runId)) ?? this.#dueAt)
  }

  /** Looks at the latest at this time, and where another process may die, every few seconds. */
  #lookAt(time: number): void {
    if (this.#stopping.signal.aborted) return
    const now = this.#options.store.now()
    const at = Math.min(time, this.#dueAt, this.#options.isShared ? now + POLL_MS : Number.POSITIVE_INFINITY)
    if (at >= this.#dueAt || at === Number.POSITIVE_INFINITY) return
    this.#dueAt = at
    clearTimeout(this.#timer)
    const look = () => this.#work(() => this.#sweep())
    this.#timer = setTimeout(look, Math.min(Math.max(at - now, 0), MAX_TIMER_MS)).unref()
  }

  /** @param job is done in the background; after an error everything that is due is looked at again */
  #work(job: () => Promise<void>): void {
    const working = job()
      .catch((error) => {
        this.#options.onError(error)
        this.#dueAt = Number.POSITIVE_INFINITY
        this.#lookAt(this.#options.store.now() + POLL_MS)
      })
      .finally(() => this.#working.delete(working))
    this.#working.add(working)
  }
}
