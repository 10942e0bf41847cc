import type { NewEvent } from '../events/event.js'
import { fold } from '../events/scope.js'
import type { Difference } from './reported.js'

// Charge points whose composite schedule is another one than ours, as events.

/** EVSEs that are remembered: the oldest are forgotten first. */
const MOST = 10_000

/** Tells each mismatch once, and once that there is none any more. */
export class Mismatches {
  readonly #publish: (event: NewEvent) => void
  /** What was told last, by EVSE. */
  readonly #told = new Map<string, string>()

  constructor(publish: (event: NewEvent) => void) {
    this.#publish = publish
  }

  /** Takes note of a comparison. What is uncertain is no mismatch. */
  compared(chargePoint: string, evseId: number, differences: readonly Difference[]): void {
    const certain = differences.filter(({ uncertain }) => uncertain === undefined)
    const key = `${fold(chargePoint)} ${evseId}`
    // The times are those of the question.
    const what = [...new Set(certain.map(({ value, calculated, reported }) => `${value} ${calculated} ${reported}`))]
      .sort()
      .join()
    if ((this.#told.get(key) ?? '') === what) return
    this.#told.delete(key)
    if (what !== '') this.#told.set(key, what)
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= MOST) break
      this.#told.delete(oldest)
    }
    this.#publish({ type: 'composite-mismatch', chargePoint, data: { evseId, differences: certain } })
  }
}
