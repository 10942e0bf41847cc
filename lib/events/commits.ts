import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.js'
import type { JobOptions, Writer } from '../database/writer.js'
import { Publisher, type TellingJob } from './publisher.js'
import { type Change, fold, type Scope } from './scope.js'

export interface CommitsOptions {
  /** The connection for reading. */
  db: Kysely<Schema>
  writer: Pick<Writer, 'write'>
  /** Publishes the events of each commit. Default: a publisher without listeners. */
  publisher?: Publisher
  /** Epoch milliseconds. Default: the clock of the system. */
  now?: () => number
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
  readonly #writer: Pick<Writer, 'write'>
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
      { key: fold(identity), ...(rows !== undefined && { rows }) }
    )
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
