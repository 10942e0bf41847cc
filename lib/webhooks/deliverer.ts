import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { type Dialect, highestId } from '../database/dialect.js'
import { MAX_YOUNG_PAGES } from '../database/retention.js'
import type { Writer } from '../database/writer.js'
import type { Reader } from '../events/scope.js'
import { type BackOff, DELIVERY_BACK_OFF } from './back-off.js'
import {
  dropPending,
  listPending,
  listPrunable,
  oldestPending,
  type PendingDelivery,
  pruneDeliveries
} from './deliveries.js'
import type { Outbox } from './outbox.js'
import { DeliveryReader } from './reader.js'
import { Recorder } from './recorder.js'
import { claimWebhooks, disableGone, listWebhooks, releaseWebhooks, subscriberOf, type WebhookRow } from './rows.js'
import { ATTEMPT_TIMEOUT_MS, type Sender, type Target } from './sender.js'
import type { Head } from './streams.js'
import { type DeliveryOutcome, DeliveryWorker, type WorkerOptions } from './worker.js'

export interface DelivererSettings {
  /** Maximum number of waiting deliveries per webhook. */
  maxBacklog: number
  /** Days that finished deliveries are kept. 0: for ever. */
  retentionDays: number
  /** Maximum number of rows that are kept. */
  maxRows: number
  /** Default: {@link DELIVERY_BACK_OFF}. */
  backOff?: BackOff
  /** Milliseconds between two checks for changes by other processes. Default: 5 s. */
  interval?: number
}

/** Counters of the deliverer. */
export interface DelivererObserver {
  /** `duration` in milliseconds. */
  attempted(outcome: DeliveryOutcome, duration: number): void
  failed(failure: { webhook: number; delivery: number; attempts: number; error: string | null; isLast: boolean }): void
  disabled(webhook: number): void
  dropped(webhook: number, count: number): void
  troubled(error: unknown): void
}

export interface DelivererOptions {
  db: Reader
  writer: Pick<Writer, 'write'>
  dialect: Dialect
  outbox: Outbox
  sender: Pick<Sender, 'send'>
  settings: DelivererSettings
  observer: DelivererObserver
}

const INTERVAL_MS = 5_000
/** How long the webhooks of a dead process stay assigned to it, in milliseconds. */
const LEASE_MS = 20_000
const PAGE = 1_000
/** How long running attempts may take at shutdown, in milliseconds. */
const GRACE_MS = 5_000
const PRUNE_INTERVAL_MS = 600_000
const PRUNE_STEP = 500
const PRUNE_PAUSE_MS = 50
/** Share of the maximum backlog that is dropped at once when it is full. */
const DROP_SHARE = 0.05
/** Milliseconds until the next attempt when nothing could be dropped. */
const DROP_PAUSE_MS = 10_000
/** Interval between two reads of everything that waits, as a multiple of the time of the last read. */
const LOOK_PAUSE = 3
const DAY_MS = 86_400_000

/** A webhook that this process delivers to. */
interface Assignment {
  readonly worker: DeliveryWorker
  /** Deliveries after this one have not been read yet. SQLite only. */
  seen: number
  /** The time from which something may be dropped again. */
  nextDrop: number
}

/**
 * Delivers the events in the outbox. Of several processes on one database one delivers to a webhook, until it has been
 * dead for {@link LEASE_MS}.
 */
export class Deliverer {
  readonly #options: DelivererOptions
  readonly #recorder: Recorder
  readonly #reader: DeliveryReader
  readonly #owner = randomUUID()
  readonly #assignments = new Map<number, Assignment>()
  /** Webhooks for which something was saved. */
  readonly #news = new Set<number>()
  #state: 'idle' | 'running' | 'stopped' = 'idle'
  #isDue = true
  /** Whether deliveries may have been missed. */
  #isBehind = false
  #wakeUp: () => void = () => undefined
  #leaseUntil = 0
  #nextLook = 0
  #nextPrune = 0
  #oldest: number | undefined
  #syncing: Promise<void> = Promise.resolve()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: DelivererOptions) {
    this.#options = options
    const { db, writer, observer, outbox } = options
    this.#reader = new DeliveryReader(db)
    this.#recorder = new Recorder({ writer, onTrouble: (error) => observer.troubled(error) })
    outbox.onWritten((webhookIds) => {
      for (const id of webhookIds) this.#news.add(id)
      this.#wakeUp()
    })
  }

  /** Number of deliveries that wait or are running, of the webhooks of this process. */
  get backlog(): number {
    let size = 0
    for (const { worker } of this.#assignments.values()) size += worker.size
    return size
  }

  /** The time since when the oldest of them has waited, in epoch milliseconds. */
  get oldest(): number | undefined {
    return this.#oldest
  }

  /** To be called when the database can be used. */
  start(): void {
    if (this.#state !== 'idle') return
    this.#state = 'running'
    this.#loop = this.#run()
  }

  /** To be called when something was saved for a webhook. */
  notice(webhookId: number): void {
    this.#news.add(webhookId)
    this.#wakeUp()
  }

  /**
   * To be called when webhooks were changed. Resolves when the change applies here; other processes see it within
   * seconds.
   */
  sync(): Promise<void> {
    this.#syncing = this.#syncing.catch(() => undefined).then(() => this.#sync())
    return this.#syncing
  }

  /** Resolves when running attempts have ended or were aborted. No delivery is lost. */
  async stop(): Promise<void> {
    this.#state = 'stopped'
    this.#wakeUp()
    await this.#loop
    await this.#syncing.catch(() => undefined)
    await Promise.all([...this.#assignments.values()].map(({ worker }) => worker.stop(GRACE_MS)))
    await this.#recorder.close()
    if (this.#options.dialect === 'sqlite' || this.#assignments.size === 0) return
    const { writer, observer } = this.#options
    await writer.write((trx) => releaseWebhooks(trx, this.#owner)).catch((error) => observer.troubled(error))
  }

  async #run(): Promise<void> {
    const { interval = INTERVAL_MS } = this.#options.settings
    const ticks = setInterval(() => {
      this.#isDue = true
      this.#wakeUp()
    }, interval).unref()
    while (this.#state === 'running') {
      try {
        if (this.#isDue) await this.#lookAround()
        await this.#collect()
      } catch (error) {
        this.#isBehind = true
        this.#options.observer.troubled(error)
      }
      await this.#untilNews()
    }
    clearInterval(ticks)
  }

  async #untilNews(): Promise<void> {
    if (this.#isDue || this.#news.size > 0 || this.#state !== 'running') return
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve
    })
  }

  async #lookAround(): Promise<void> {
    this.#isDue = false
    await this.sync()
    if (this.#isBehind) this.#forgetSeen()
    // Other processes do not report what they have saved.
    if (this.#options.dialect !== 'sqlite') for (const id of this.#assignments.keys()) this.#news.add(id)
    await this.#measure()
    await this.#prune()
    for (const { worker } of this.#assignments.values()) worker.pump()
  }

  #forgetSeen(): void {
    this.#isBehind = false
    for (const [id, assignment] of this.#assignments) {
      assignment.seen = 0
      this.#news.add(id)
    }
  }

  async #sync(): Promise<void> {
    const { db, outbox } = this.#options
    const askedAt = performance.now()
    const rows = (await listWebhooks(db)).filter(({ enabled }) => enabled === 1)
    outbox.use(rows.map(subscriberOf))
    const ours = await this.#claim(rows)
    this.#leaseUntil = askedAt + LEASE_MS
    for (const [id, { worker }] of this.#assignments) {
      if (ours.some((row) => row.id === id)) continue
      this.#assignments.delete(id)
      await worker.stop(0)
    }
    if (this.#state !== 'stopped') for (const row of ours) this.#serve(row)
  }

  async #claim(rows: readonly WebhookRow[]): Promise<readonly WebhookRow[]> {
    const { dialect, writer } = this.#options
    if (dialect === 'sqlite' || rows.length === 0) return rows
    const ids = await writer.write((trx) => claimWebhooks(trx, { owner: this.#owner, duration: LEASE_MS }))
    return rows.filter(({ id }) => ids.includes(id))
  }

  #serve(row: WebhookRow): void {
    const assignment = this.#assignments.get(row.id)
    if (assignment !== undefined) {
      assignment.worker.target = targetOf(row)
      return
    }
    this.#assignments.set(row.id, { worker: new DeliveryWorker(this.#workerOptions(row)), seen: 0, nextDrop: 0 })
    this.notice(row.id)
  }

  #workerOptions(row: WebhookRow): WorkerOptions {
    const { sender, observer, settings, dialect } = this.#options
    return {
      target: targetOf(row),
      backOff: settings.backOff ?? DELIVERY_BACK_OFF,
      find: (id) => this.#reader.find(id),
      send: (target, message, signal) => sender.send(target, message, signal),
      record: (result) => this.#recorder.add(result),
      // An attempt must end before another process may take over the webhook.
      mayStart: () => dialect === 'sqlite' || performance.now() + ATTEMPT_TIMEOUT_MS < this.#leaseUntil,
      onError: (error) => observer.troubled(error),
      onOutcome: (outcome, { id, attempts, error }, duration) => {
        observer.attempted(outcome, duration)
        if (outcome === 'delivered') return
        observer.failed({ webhook: row.id, delivery: id, attempts, error, isLast: outcome !== 'retried' })
        if (outcome === 'gone') this.#disable(row.id).catch((failure) => observer.troubled(failure))
      }
    }
  }

  /** Disables the webhook, because it answered 410. */
  async #disable(id: number): Promise<void> {
    const { writer, observer } = this.#options
    await writer.write((trx) => disableGone({ trx, now: Date.now() }, id))
    observer.disabled(id)
    await this.sync()
  }

  async #collect(): Promise<void> {
    for (const id of this.#news) {
      this.#news.delete(id)
      const assignment = this.#assignments.get(id)
      if (assignment === undefined) continue
      if (this.#options.dialect === 'sqlite') await this.#readOn(id, assignment)
      else await this.#readAll(id, assignment)
      await this.#drop(id, assignment)
    }
  }

  /** SQLite has one writer, so a later commit has a higher id. */
  async #readOn(webhookId: number, assignment: Assignment): Promise<void> {
    for (;;) {
      const rows = await listPending(this.#options.db, { webhookId, behind: assignment.seen, limit: PAGE })
      assignment.worker.add(rows.map(headOf))
      assignment.seen = rows.at(-1)?.id ?? assignment.seen
      if (rows.length < PAGE) return
      await nextTurn()
    }
  }

  /**
   * PostgreSQL has several writers, so a later commit may have a lower id, but not for the same charge point. So each
   * statement sees all deliveries of a charge point from its oldest one on.
   */
  async #readAll(webhookId: number, { worker }: Assignment): Promise<void> {
    const wait = this.#nextLook - performance.now()
    if (wait > 0) await sleep(wait)
    const started = performance.now()
    worker.add((await listPending(this.#options.db, { webhookId, behind: 0 })).map(headOf))
    const ended = performance.now()
    this.#nextLook = ended + LOOK_PAUSE * (ended - started)
  }

  /** Drops deliveries beyond the maximum backlog, if they may be dropped. */
  async #drop(webhookId: number, assignment: Assignment): Promise<void> {
    const { writer, observer, settings } = this.#options
    const { worker } = assignment
    if (worker.size <= settings.maxBacklog || performance.now() < assignment.nextDrop) return
    const wanted = worker.size - settings.maxBacklog + Math.ceil(settings.maxBacklog * DROP_SHARE)
    const ids: number[] = []
    while (ids.length < wanted) {
      const count = Math.min(PAGE, wanted - ids.length)
      const dropped = await writer.write((trx) => dropPending(trx, { webhookId, count }))
      ids.push(...dropped)
      if (dropped.length < count) break
    }
    worker.forget(new Set(ids))
    if (ids.length > 0) observer.dropped(webhookId, ids.length)
    if (ids.length < wanted) assignment.nextDrop = performance.now() + DROP_PAUSE_MS
  }

  async #measure(): Promise<void> {
    let oldest: number | undefined
    for (const id of this.#assignments.keys()) {
      const at = await oldestPending(this.#options.db, id)
      if (at !== undefined) oldest = Math.min(oldest ?? at, at)
    }
    this.#oldest = oldest
  }

  async #prune(): Promise<void> {
    if (performance.now() < this.#nextPrune) return
    const { db, writer, settings } = this.#options
    const { retentionDays, maxRows } = settings
    const now = Date.now()
    const before = retentionDays === 0 ? 0 : now - retentionDays * DAY_MS
    const upTo = (await highestId(db, 'webhook_deliveries')) - maxRows
    let behind: number | undefined = 0
    for (let youngPages = 0; behind !== undefined && youngPages < MAX_YOUNG_PAGES && this.#state === 'running'; ) {
      const page = await listPrunable(db, { now, before, upTo, behind, limit: PRUNE_STEP })
      const { ids } = page
      if (ids.length > 0) await writer.write((trx) => pruneDeliveries(trx, ids))
      youngPages = page.isYoung ? youngPages + 1 : 0
      behind = page.last
      await sleep(page.isYoung ? 0 : PRUNE_PAUSE_MS)
    }
    this.#nextPrune = performance.now() + PRUNE_INTERVAL_MS
  }
}

function headOf({ id, charge_point_key }: PendingDelivery): Head {
  return { key: charge_point_key, id }
}

/** Both secrets sign while the receiver may not know the new one. */
export function targetOf({ url, secret, previous_secret, previous_secret_until }: WebhookRow): Target {
  const isValid = previous_secret !== null && (previous_secret_until ?? 0) > Date.now()
  return { url, secrets: isValid ? [secret, previous_secret] : [secret] }
}
