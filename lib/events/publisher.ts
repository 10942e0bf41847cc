import { currentTime, redact } from 'fastify-ocpp'
import type { Transaction } from 'kysely'
import type { Schema } from '../database/schema.js'
import type { Append, JobOptions, Writer } from '../database/writer.js'
import type { NewEvent, PublishedEvent, Tell } from './event.js'
import { EventIds } from './ids.js'

export type Listener = (event: PublishedEvent) => void

/** A job of the writer that runs in a transaction and may publish events. */
export type TellingJob<T> = (trx: Transaction<Schema>, tell: Tell, append: Append) => Promise<T>

/** Saves events for receivers that are not told at once: webhooks. */
export interface EventKeeper {
  /** Whether no receiver wants any event. */
  readonly isIdle: boolean
  /** Adds the events that receivers want to a transaction. */
  keep(events: readonly PublishedEvent[], { trx, append }: { trx: Transaction<Schema>; append: Append }): Promise<void>
  /** Called after the transaction was committed. */
  written(events: readonly PublishedEvent[]): void
  /** Saves events that belong to no transaction. */
  add(event: PublishedEvent): void
  /**
   * Resolves when the saved events of a charge point, by its folded identity, are committed; `undefined` if they are
   * already.
   */
  settled(chargePoint: string): Promise<void> | undefined
}

export interface PublisherOptions {
  /** Default: no webhooks. */
  outbox?: EventKeeper
  onListenerError?: (error: unknown, event: PublishedEvent) => void
}

/** The only place where events leave the app. Every receiver, here or on another node, gets its events from it. */
export class Publisher {
  readonly #outbox: EventKeeper | undefined
  readonly #onListenerError: (error: unknown, event: PublishedEvent) => void
  readonly #ids = new EventIds()
  readonly #listeners = new Set<Listener>()

  constructor({ outbox, onListenerError = () => undefined }: PublisherOptions = {}) {
    this.#outbox = outbox
    this.#onListenerError = onListenerError
  }

  /** The id of the last event. */
  get lastId(): string {
    return this.#ids.last
  }

  /** Publishes events that belong to no transaction. Never throws and never waits. */
  publish(event: NewEvent): void {
    const published = this.#stamp(event)
    this.#deliver(published)
    this.#outbox?.add(published)
  }

  /**
   * Commits a change and publishes its events: to listeners after the commit, to webhooks by rows in the same commit.
   *
   * @throws StorageError, or the error of the job
   */
  async commit<T>(writer: Pick<Writer, 'write'>, job: TellingJob<T>, options: JobOptions = {}): Promise<T> {
    const before = options.key === undefined ? undefined : this.settled(options.key)
    if (before !== undefined) await before
    const { result, told } = await writer.write(async (trx, append) => {
      const told: PublishedEvent[] = []
      const result = await job(trx, (event) => told.push(this.#stamp(event)), append)
      if (told.length > 0 && this.#outbox?.isIdle === false) await this.#outbox.keep(told, { trx, append })
      return { result, told }
    }, options)
    for (const event of told) this.#deliver(event)
    if (told.length > 0) this.#outbox?.written(told)
    return result
  }

  /**
   * Resolves when the published events of a charge point are saved for webhooks. Later events of the charge point are
   * committed later; `commit` ensures this for its key.
   */
  settled(chargePoint: string): Promise<void> | undefined {
    return this.#outbox?.settled(chargePoint)
  }

  /** Passes all events to a listener, in order, until the returned function is called. Listeners must be quick. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #stamp({ type, chargePoint, data }: NewEvent): PublishedEvent {
    const event = { id: this.#ids.next(), type, chargePoint, at: currentTime(), data: redact(data) }
    return 'idToken' in data || 'stopIdToken' in data ? { ...event, whole: redact(data, { idTokens: 'whole' }) } : event
  }

  #deliver(event: PublishedEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#onListenerError(error, event)
      }
    }
  }
}
