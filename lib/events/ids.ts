import { randomInt } from 'node:crypto'

/** Microseconds since 1970, counted up when there is more than one in a microsecond: 16 digits until 2286. */
const DIGITS = 16
const PER_MILLISECOND = 1000
/** Of each process one: two of them may have an event in the same microsecond. */
const PROCESS_DIGITS = 8

/** The form of an id. Without the second part it is nobody's any more. */
export const EVENT_ID = `^\\d{${DIGITS}}(-\\d{${PROCESS_DIGITS}})?$`

/**
 * Makes ids that are unique, and in one process rise as text. Those of a process that is started later are higher, as
 * long as the clock does not go back and no more than a million are made in a second.
 */
export class EventIds {
  readonly #now: () => number
  readonly #process = String(randomInt(10 ** PROCESS_DIGITS)).padStart(PROCESS_DIGITS, '0')
  #last: number

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#last = now() * PER_MILLISECOND
  }

  /** The latest; before the first, one that is lower than all to come. */
  get last(): string {
    return this.#text(this.#last)
  }

  next(): string {
    this.#last = Math.max(this.#last + 1, this.#now() * PER_MILLISECOND)
    return this.#text(this.#last)
  }

  #text(id: number): string {
    return `${String(id).padStart(DIGITS, '0')}-${this.#process}`
  }
}
