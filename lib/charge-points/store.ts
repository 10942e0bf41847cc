import { Commits, type CommitsOptions, ensureChargePoint } from '../events/commits.js'
import type { Change } from '../events/scope.js'
import { unknownChargePoint } from './errors.js'
import {
  type ChargePointRow,
  countUnprovisioned,
  findChargePoint,
  type Provision,
  provision,
  remove,
  restore
} from './rows.js'

export interface StoreOptions extends CommitsOptions {
  /** Further changes in the same commit when a charge point is removed. Default: none. */
  onRemove?: readonly Change<unknown>[]
  /** Maximum number of charge points that no operator provisioned. Default: 10 000. */
  maxUnprovisioned?: number
}

/** Under open registration anybody can make up identities: this limit keeps them from filling the disk. */
const MAX_UNPROVISIONED = 10_000

/** The charge points that the back-end knows, and all commits for them. */
export class Store extends Commits {
  readonly #onRemove: readonly Change<unknown>[]
  readonly #maxUnprovisioned: number
  #unprovisioned: number | undefined

  constructor({ onRemove = [], maxUnprovisioned = MAX_UNPROVISIONED, ...options }: StoreOptions) {
    super(options)
    this.#onRemove = onRemove
    this.#maxUnprovisioned = maxUnprovisioned
  }

  /** The charge point, or `undefined` if it is unknown or was removed. */
  async find(identity: string): Promise<ChargePointRow | undefined> {
    const row = await findChargePoint(this.db, identity)
    if (row !== undefined) this.remember(row.identity_key, row.id)
    return row
  }

  /**
   * The charge point.
   *
   * @throws `OCPP_ERR_UNKNOWN_CHARGE_POINT`
   */
  async require(identity: string): Promise<ChargePointRow> {
    const row = await this.find(identity)
    if (row === undefined) throw unknownChargePoint(identity)
    return row
  }

  /**
   * Adds a charge point that connects under open registration.
   *
   * @returns false when there are already `maxUnprovisioned` of them
   */
  async admit(identity: string): Promise<boolean> {
    this.#unprovisioned ??= await countUnprovisioned(this.db)
    if (this.#unprovisioned >= this.#maxUnprovisioned) return false
    this.#unprovisioned++
    // One commit for both steps, because a whole fleet may connect for the first time.
    const chargePointId = await this.writeFor(identity, async ({ trx, now }) => {
      const id = await ensureChargePoint({ trx, now }, identity)
      await restore({ trx, chargePointId: id, now })
      return id
    })
    this.remember(identity, chargePointId)
    return true
  }

  /** Creates or changes a charge point for an operator. */
  async provision(identity: string, wanted: Provision): Promise<{ row: ChargePointRow; isNew: boolean }> {
    const done = await this.writeFor(identity, (scope) => provision(scope, identity, wanted))
    this.#unprovisioned = undefined
    return done
  }

  /**
   * Removes a charge point for an operator.
   *
   * @returns false when there is no such charge point
   */
  async remove(identity: string): Promise<boolean> {
    if ((await this.find(identity)) === undefined) return false
    this.#unprovisioned = undefined
    return this.commit(identity, async (scope) => {
      if (!(await remove(scope))) return false
      for (const change of this.#onRemove) await change(scope)
      return true
    })
  }
}
