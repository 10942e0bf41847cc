import { currentTime, redact } from 'fastify-ocpp'
import type { Transaction } from 'kysely'
import type { Schema } from '../database/schema.js'
import type { Append, JobOptions, Writer } from '../database/writer.js'
import type { NewEvent, PublishedEvent, Tell } from './event.js'
import { EventIds } from './ids.js'

export type Listener = (event: PublishedEvent) => void

/** What is to be done in a transaction, as a writer's job, and to be told of. */
export type TellingJob<T> = (trx: Transaction<Schema>, tell: Tell, append: Append) => Promise<T>

/** Keeps events, until those are told who are not told at once: webhooks. */
export interface EventKeeper {
  /** Whether it is certain that nobody wants anything. */
  readonly isIdle: boolean
  /** Adds what is wanted of these to a transaction. */
  keep(events: readonly PublishedEvent[], { trx, append }: { trx: Transaction<Schema>; append: Append }): Promise<void>
  /** What was kept has been committed. */
  written(events: readonly PublishedEvent[]): void
  /** Writes down what nothing else is committed for. */
  add(event: PublishedEvent): void
  /** Resolves when what was added of a charge point, by its folded identity, has been written; undefined when it has. */
  settled(chargePoint: string): Promise<void> | undefined
}

export interface PublisherOptions {
  /** Default: nobody is told by webhooks. */
  outbox?: EventKeeper
  onListenerError?: (error: unknown, event: PublishedEvent) => void
}

/** The one place where events leave the app: whoever wants them, here or on another node, gets them from it. */
export class Publisher {
  readonly #outbox: EventKeeper | undefined
  readonly #onListenerError: (error: unknown, event: PublishedEvent) => void
  readonly #ids = new EventIds()
  readonly #listeners = new Set<Listener>()

  constructor({ outbox, onListenerError = () => undefined }: PublisherOptions = {}) {
    this.#outbox = outbox
    this.#onListenerError = onListenerError
  }

  /** The id that was given last. */
  get lastId(): string {
    return this.#ids.last
  }

  /** Tells what nothing is committed for. Never throws and never waits. */
  publish(event: NewEvent): void {
    const published = this.#stamp(event)
    this.#deliver(published)
    this.#outbox?.add(published)
  }

  /**
   * Commits a change and tells of it: listeners afterwards, webhooks by what is written in the same commit.
   *
   * @throws StorageError, or what the job threw
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
   * Resolves when webhooks will be told what was published of a charge point. Whatever happened there later is committed
   * later; `commit` sees to it for its key.
   */
  settled(chargePoint: string): Promise<void> | undefined {
    return this.#outbox?.settled(chargePoint)
  }

  /** Listens to all events, in order, until the returned function is called. Listeners must be quick. */
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
