import { keyOf, type PlantEvse } from './plant.js'
import type { Member } from './rows.js'

// How often charge points are asked something of which the answer holds for all of their kind.

/** Charge points of a kind are asked so often. */
const MAX_TRIES = 3
/** Milliseconds until the next one is asked. */
const PAUSE_MS = 60_000
/** Kinds that are remembered: a charge point may tell any vendor, model and firmware. */
const MAX_KINDS = 1000

interface Try {
  count: number
  /** Epoch milliseconds. */
  nextAt: number
}

/** The questions that were put to charge points of each kind. */
export class Tries {
  readonly #tries = new Map<string, Try>()
  readonly #now: () => number

  /** @param now epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  has(kind: string): boolean {
    return this.#tries.has(kind)
  }

  /** Whether one of the kind may be asked now. */
  isNext(kind: string): boolean {
    const { count, nextAt } = this.#tries.get(kind) ?? { count: 0, nextAt: 0 }
    return count < MAX_TRIES && this.#now() >= nextAt
  }

  take(kind: string): void {
    const { count } = this.#tries.get(kind) ?? { count: 0 }
    if (!this.#tries.has(kind) && this.#tries.size >= MAX_KINDS) this.#tries.clear()
    this.#tries.set(kind, { count: count + 1, nextAt: this.#now() + PAUSE_MS })
  }

  /** The answer holds for one charge point only: others of the kind are asked, too. */
  renew(kind: string): void {
    this.#tries.delete(kind)
  }
}

/** Nothing is learned of charge points without a name: each EVSE of them is asked. */
export function isNamed({ vendor, model }: Member): boolean {
  return Boolean(vendor) || Boolean(model)
}

/** The name of the kind of a charge point; without it, that of its EVSE. */
export function kindOf(evse: PlantEvse, member: Member): string {
  const { vendor, model, firmware } = member
  return isNamed(member) ? JSON.stringify([vendor, model, firmware]) : keyOf(evse)
}
