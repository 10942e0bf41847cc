import type { Kysely } from 'kysely'
import type { Rows } from '../database/insert.js'
import type { Schema } from '../database/schema.js'
import type { JobOptions } from '../database/writer.js'
import type { NewEvent } from './event.js'
import { Publisher, type RecordingWriter, type TellingJob } from './publisher.js'
import { type Change, fold, type Scope } from './scope.js'

export interface CommitsOptions {
  /** The connection for reading. */
  db: Kysely<Schema>
  writer: RecordingWriter
  /** Publishes the events of each commit. Default: a publisher without listeners. */
  publisher?: Publisher
  /** Epoch milliseconds. Default: the clock of the system. */
  now?: () => number
}

/** A message that adds rows, and its event. */
export interface Recording {
  rowsOf(scope: Pick<Scope, 'chargePointId' | 'now'>): readonly Rows[]
  event: NewEvent
}

/**
 * Commits changes for charge points and publishes the events of each change afterwards. A change reaches only the rows
 * of the charge point it is committed for, and the changes of one charge point are committed in their order.
 */
export class Commits {
  /** The connection for reading. */
  readonly db: Kysely<Schema>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly #writer: RecordingWriter
  readonly #publisher: Publisher
  /** Row ids by folded identity. A row is never deleted and its id never given to another charge point. */
  readonly #ids = new Map<string, number>()
  readonly #making = new Map<string, Promise<number>>()

  constructor({ db, writer, publisher = new Publisher(), now = Date.now }: CommitsOptions) {
    this.db = db
    this.now = now
    this.#writer = writer
    this.#publisher = publisher
  }

  /** The row id of a charge point, or `undefined` if this process has not looked it up yet. */
  knownId(identity: string): number | undefined {
    return this.#ids.get(fold(identity))
  }

  /** The row id of a charge point. A charge point without a row gets one. */
  async chargePointId(identity: string): Promise<number> {
    const key = fold(identity)
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const making = this.#making.get(key) ?? this.#make(key, identity)
    this.#making.set(key, making)
    return making
  }

  /**
   * Commits a change for a charge point and publishes its events. Resolves after the commit.
   *
   * @param options.rows number of rows that the change will append, approximately
   * @throws StorageError, or what the change threw
   */
  async commit<T>(identity: string, change: Change<T>, { rows }: Pick<JobOptions, 'rows'> = {}): Promise<T> {
    const chargePointId = this.knownId(identity) ?? (await this.chargePointId(identity))
    return this.#publisher.commit(
      this.#writer,
      (trx, tell, append) => change({ trx, chargePointId, now: this.now(), tell, append }),
      { key: fold(identity), apart: true, ...(rows !== undefined && { rows }) }
    )
  }

  /**
   * Commits rows of a charge point and publishes one event. Resolves after the commit. For messages that only add rows,
   * which need no transaction of their own.
   *
   * @throws StorageError, or what the database threw
   */
  record(identity: string, record: Recording): Promise<void> {
    const key = fold(identity)
    const known = this.#ids.get(key)
    if (known !== undefined) return this.#record(known, key, record)
    return this.chargePointId(identity).then((chargePointId) => this.#record(chargePointId, key, record))
  }

  #record(chargePointId: number, key: string, { rowsOf, event }: Recording): Promise<void> {
    return this.#publisher.record(this.#writer, rowsOf({ chargePointId, now: this.now() }), { event, key })
  }

  /**
   * Commits rows of a charge point and publishes nothing. Resolves after the commit.
   *
   * @throws StorageError, or what the database threw
   */
  async append(identity: string, rowsOf: Recording['rowsOf']): Promise<void> {
    const chargePointId = this.knownId(identity) ?? (await this.chargePointId(identity))
    await this.#writer.record(rowsOf({ chargePointId, now: this.now() }), { key: fold(identity) })
  }

  /** Commits a job that concerns no single charge point, and publishes its events. */
  write<T>(job: TellingJob<T>): Promise<T> {
    return this.#publisher.commit(this.#writer, job)
  }

  /** Commits a job for a charge point that may have no row yet, in the order of its other commits. Publishes nothing. */
  protected writeFor<T>(identity: string, job: (scope: Pick<Scope, 'trx' | 'now'>) => Promise<T>): Promise<T> {
    return this.#writer.write((trx) => job({ trx, now: this.now() }), { key: fold(identity) })
  }

  protected remember(identity: string, id: number): void {
    this.#ids.set(fold(identity), id)
  }

  async #make(key: string, identity: string): Promise<number> {
    try {
      const id = await this.writeFor(identity, (scope) => ensureChargePoint(scope, identity))
      this.remember(identity, id)
      return id
    } finally {
      this.#making.delete(key)
    }
  }
}

/** The row id of a charge point. A charge point without a row gets one. */
export async function ensureChargePoint({ trx, now }: Pick<Scope, 'trx' | 'now'>, identity: string): Promise<number> {
  const identity_key = fold(identity)
  const known = await trx
    .selectFrom('charge_points')
    .select('id')
    .where('identity_key', '=', identity_key)
    .executeTakeFirst()
  if (known !== undefined) return known.id
  const { id } = await trx
    .insertInto('charge_points')
    .values({ identity_key, identity, created_at: now, updated_at: now })
    // Another process may insert the same charge point at the same time.
    .onConflict((conflict) => conflict.column('identity_key').doUpdateSet({ updated_at: now }))
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
