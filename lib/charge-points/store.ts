import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.js'
import type { Job, Writer } from '../database/writer.js'
import { Publisher, type TellingJob } from '../events/publisher.js'
import { type Change, fold } from '../events/scope.js'
import {
  type ChargePointRow,
  countStrangers,
  ensureChargePoint,
  findChargePoint,
  type Provision,
  provision,
  remove,
  restore
} from './rows.js'

export interface StoreOptions {
  db: Kysely<Schema>
  writer: Pick<Writer, 'write'>
  /** Tells of what is committed. Default: nobody hears of it. */
  publisher?: Publisher
  /** What else is to be done, in the same commit, with a charge point that is removed. Default: nothing. */
  onRemove?: readonly Change<unknown>[]
  /** Charge points that nobody provisioned, at most. Default: 10 000. */
  maxStrangers?: number
}

/** Charge points that come by themselves are not let fill the disk. */
const MAX_STRANGERS = 10_000

/**
 * What the back-end remembers of charge points. Everything is committed for the one charge point it belongs to, so
 * that none can reach what is another's; its commits are done in their order.
 */
export class Store {
  /** To read. */
  readonly db: Kysely<Schema>
  readonly #writer: Pick<Writer, 'write'>
  readonly #publisher: Publisher
  readonly #onRemove: readonly Change<unknown>[]
  readonly #maxStrangers: number
  /** By folded identity; an id is never given away. */
  readonly #ids = new Map<string, number>()
  readonly #making = new Map<string, Promise<number>>()
  #strangers: number | undefined

  constructor({ db, writer, publisher = new Publisher(), onRemove = [], maxStrangers = MAX_STRANGERS }: StoreOptions) {
    this.db = db
    this.#writer = writer
    this.#publisher = publisher
    this.#onRemove = onRemove
    this.#maxStrangers = maxStrangers
  }

  /** The charge point, unless nobody ever heard of it or it was removed. */
  async find(identity: string): Promise<ChargePointRow | undefined> {
    const row = await findChargePoint(this.db, identity)
    if (row !== undefined) this.#ids.set(row.identity_key, row.id)
    return row
  }

  /** The id of a charge point's rows, when it was asked for before. */
  knownId(identity: string): number | undefined {
    return this.#ids.get(fold(identity))
  }

  /** The id of a charge point's rows; one that is not known yet is made known. */
  async chargePointId(identity: string): Promise<number> {
    const key = fold(identity)
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const making = this.#making.get(key) ?? this.#make(key, identity)
    this.#making.set(key, making)
    return making
  }

  /**
   * Commits a change for a charge point, and tells of it. Resolves once it is safe.
   *
   * @throws StorageError, or what the change threw
   */
  async commit<T>(identity: string, change: Change<T>): Promise<T> {
    const chargePointId = this.knownId(identity) ?? (await this.chargePointId(identity))
    return this.#publisher.commit(this.#writer, (trx, tell) => change({ trx, chargePointId, now: Date.now(), tell }), {
      key: fold(identity)
    })
  }

  /** Commits what belongs to no charge point in particular, and tells of it. */
  write<T>(job: TellingJob<T>): Promise<T> {
    return this.#publisher.commit(this.#writer, job)
  }

  /** Makes a charge point known that came by itself. Answers false when too many have. */
  async admit(identity: string): Promise<boolean> {
    this.#strangers ??= await countStrangers(this.db)
    if (this.#strangers >= this.#maxStrangers) return false
    this.#strangers++
    // In one commit, because a whole fleet may come for the first time.
    const chargePointId = await this.#write(identity, async (trx) => {
      const now = Date.now()
      const id = await ensureChargePoint({ trx, now }, identity)
      await restore({ trx, chargePointId: id, now })
      return id
    })
    this.#ids.set(fold(identity), chargePointId)
    return true
  }

  /** Makes or changes a charge point as an operator wants it. */
  async provision(identity: string, wanted: Provision): Promise<{ row: ChargePointRow; isNew: boolean }> {
    const done = await this.#write(identity, (trx) => provision({ trx, now: Date.now() }, identity, wanted))
    this.#strangers = undefined
    return done
  }

  /** Answers whether there was one. */
  async remove(identity: string): Promise<boolean> {
    if ((await this.find(identity)) === undefined) return false
    this.#strangers = undefined
    return this.commit(identity, async (scope) => {
      if (!(await remove(scope))) return false
      for (const change of this.#onRemove) await change(scope)
      return true
    })
  }

  async #make(key: string, identity: string): Promise<number> {
    try {
      const id = await this.#write(identity, (trx) => ensureChargePoint({ trx, now: Date.now() }, identity))
      this.#ids.set(key, id)
      return id
    } finally {
      this.#making.delete(key)
    }
  }

  #write<T>(identity: string, job: Job<T>): Promise<T> {
    return this.#writer.write(job, { key: fold(identity) })
  }
}
