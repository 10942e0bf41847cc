import type { ShapedRow } from '../database/shape.js'

/** Listeners for newly stored messages of charge points. */
export class Watchers {
  readonly #listeners = new Map<number, Set<() => void>>()

  watch(chargePointId: number, listener: () => void): () => void {
    const listeners = this.#listeners.get(chargePointId) ?? new Set()
    this.#listeners.set(chargePointId, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(chargePointId)
    }
  }

  /** @param rows of the log; the first value of each is the id of the charge point */
  notify(rows: readonly ShapedRow[]): void {
    if (this.#listeners.size === 0) return
    for (const chargePointId of new Set(rows.map(([id]) => Number(id)))) {
      for (const listener of this.#listeners.get(chargePointId) ?? []) listener()
    }
  }
}
