import { inForce } from './reserve.js'
import type { Load, Site } from './site.js'

// The room that raises still lack after all that was sent has settled. Limits are lowered by a little only for it: where many cars
// share alike, each one that comes would otherwise lower all others by a few tenths of an ampere.

/** A smaller difference is not worth a call. A. */
export const WORTH = 1

export class Shortage {
  readonly #site: Site
  readonly #missing: Map<Load, number>

  /** @param targets A by the EVSEs that are steered */
  constructor(site: Site, targets: ReadonlyMap<string, number>) {
    this.#site = site
    const loads = [...site.loads, ...site.stations]
    this.#missing = new Map(loads.map((load) => [load, load.other + load.margin - load.limit]))
    for (const key of site.evses.keys()) this.#add(key, wanted(site, key, targets.get(key)))
  }

  /** Whether a raise lacks room that the EVSE could give. */
  concerns(key: string): boolean {
    return [...this.#site.weights(key).keys()].some((load) => (this.#missing.get(load) ?? 0) > 1e-6)
  }

  /** The EVSE gives up so many A. */
  give(key: string, amperes: number): void {
    this.#add(key, -amperes)
  }

  #add(key: string, amperes: number): void {
    for (const [load, weight] of this.#site.weights(key)) {
      this.#missing.set(load, (this.#missing.get(load) ?? 0) + amperes * weight)
    }
  }
}

/** What the EVSE has once all has settled, or is to have if that is worth a call. */
function wanted(site: Site, key: string, target: number | undefined): number {
  const { pending } = site.state(key)
  const { amperes, excess = 0, cause } = site.reserved(key)
  if ((target === undefined && pending?.kind !== 'limit') || cause === 'unproven') return amperes
  const settled = pending?.amperes ?? inForce(site.state(key), site.input.now)
  return excess + (target !== undefined && target >= settled + WORTH ? target : settled)
}
