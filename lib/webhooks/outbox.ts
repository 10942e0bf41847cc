import { BatchedCommits } from '../database/batch.js'
import type { Append, Writer } from '../database/writer.js'
import type { PublishedEvent } from '../events/event.js'
import { matches } from '../events/filter.js'
import type { EventKeeper } from '../events/publisher.js'
import { fold, type Reader } from '../events/scope.js'
import { deliveriesOf } from './deliveries.js'
import { listSubscribers, type Subscriber } from './rows.js'

export interface OutboxOptions {
  writer: Pick<Writer, 'write'>
  /** Called with the number of events that could not be saved and will not be delivered. */
  onLost: (error: unknown) => void
}

/**
 * Saves the events that webhooks want: in the commit of the change, or in a commit of their own if there is none. Calls
 * the deliverer afterwards.
 */
export class Outbox implements EventKeeper {
  readonly #direct: BatchedCommits<PublishedEvent>
  readonly #onLost: (error: unknown) => void
  readonly #listeners: ((webhookIds: ReadonlySet<number>) => void)[] = []
  /** Events that are being saved without a change, by charge point. */
  readonly #pending = new Map<string, Promise<void>>()
  #subscribers: readonly Subscriber[] | undefined

  constructor({ writer, onLost }: OutboxOptions) {
    this.#onLost = onLost
    this.#direct = new BatchedCommits(async (events) => {
      await writer.write((trx, append) => this.keep(events, { trx, append }))
      this.written(events)
    })
  }

  /** Replaces the list of webhooks. */
  use(subscribers: readonly Subscriber[]): void {
    this.#subscribers = subscribers
  }

  /** Whether no webhook wants any event. */
  get isIdle(): boolean {
    return this.#subscribers?.length === 0
  }

  /** Calls back with the webhooks for which something was committed. */
  onWritten(listener: (webhookIds: ReadonlySet<number>) => void): void {
    this.#listeners.push(listener)
  }

  /** Adds the deliveries to webhooks to a transaction. */
  async keep(events: readonly PublishedEvent[], { trx, append }: { trx: Reader; append: Append }): Promise<void> {
    if (this.#subscribers === undefined) {
      const listed = await listSubscribers(trx)
      this.#subscribers ??= listed
    }
    const rows = events.flatMap((event) => deliveriesOf(event, this.#wanting(event)))
    if (rows.length > 0) append('webhook_deliveries', rows)
  }

  /** Called after the transaction was committed. */
  written(events: readonly PublishedEvent[]): void {
    const wanted = new Set(events.flatMap((event) => this.#wanting(event).map(({ id }) => id)))
    if (wanted.size === 0) return
    for (const listener of this.#listeners) listener(wanted)
  }

  /** Saves events that belong to no transaction. */
  add(event: PublishedEvent): void {
    if (this.#subscribers !== undefined && this.#wanting(event).length === 0) return
    const key = fold(event.chargePoint)
    const written = this.#direct
      .add(event)
      .catch(this.#onLost)
      .then(() => {
        if (this.#pending.get(key) === written) this.#pending.delete(key)
      })
    this.#pending.set(key, written)
  }

  /** Resolves when the events of a charge point are saved; `undefined` if they are already. */
  settled(chargePoint: string): Promise<void> | undefined {
    return this.#pending.size === 0 ? undefined : this.#pending.get(fold(chargePoint))
  }

  /** The webhooks that want an event. */
  #wanting({ type, chargePoint }: PublishedEvent): readonly Subscriber[] {
    const subscribers = this.#subscribers ?? []
    if (subscribers.length === 0) return []
    const event = { type, chargePoint: fold(chargePoint) }
    return subscribers.filter(({ filter }) => matches(filter, event))
  }
}
