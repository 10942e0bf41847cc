import { currentTime, redact } from 'fastify-ocpp'
import type { Transaction } from 'kysely'
import type { Rows } from '../database/insert.js'
import type { Schema } from '../database/schema.js'
import type { Append, JobOptions, Writer } from '../database/writer.js'
import type { NewEvent, PublishedEvent, Tell } from './event.js'
import { EventIds } from './ids.js'

export type Listener = (event: PublishedEvent) => void

/** A job of the writer that runs in a transaction and may publish events. */
export type TellingJob<T> = (trx: Transaction<Schema>, tell: Tell, append: Append) => Promise<T>

export type RecordingWriter = Pick<Writer, 'write' | 'record'>

/** Saves events for receivers that get them later: webhooks. */
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

  /** Takes an id that no event has, for the time between the last event and the next. */
  mark(): string {
    return this.#ids.next()
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
   * Commits rows and publishes one event, like {@link commit}: for the most frequent messages.
   *
   * @throws StorageError, or what the database threw
   */
  record(writer: RecordingWriter, rows: readonly Rows[], { event, key }: { event: NewEvent; key: string }) {
    if (this.#outbox?.isIdle === false || this.settled(key) !== undefined) {
      const job: TellingJob<void> = async (_trx, tell, append) => {
        append(rows)
        tell(event)
      }
      return this.commit(writer, job, { key })
    }
    const published = this.#stamp(event)
    return writer.record(rows, { key }).then(() => this.#deliver(published))
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

  #stamp(event: NewEvent): PublishedEvent {
    const [id, at] = [this.#ids.next(), currentTime()]
    if (event.size !== undefined) return new UnreadEvent(id, at, event)
    const { type, chargePoint, data } = event
    const published = { id, type, chargePoint, at, data: redact(data) }
    return hasIdToken(data) ? { ...published, whole: redact(data, { idTokens: 'whole' }) } : published
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

function hasIdToken(data: object): boolean {
  return 'idToken' in data || 'stopIdToken' in data
}

/** An event whose data is made when it is read. */
class UnreadEvent implements PublishedEvent {
  readonly id: string
  readonly at: string
  readonly #event: NewEvent

  constructor(id: string, at: string, event: NewEvent) {
    this.id = id
    this.at = at
    this.#event = event
  }

  get type() {
    return this.#event.type
  }

  get chargePoint(): string {
    return this.#event.chargePoint
  }

  get size(): number {
    return this.#event.size ?? 0
  }

  get data(): unknown {
    return redact(this.#event.data)
  }

  get whole(): unknown {
    const { data } = this.#event
    return hasIdToken(data) ? redact(data, { idTokens: 'whole' }) : undefined
  }
}
