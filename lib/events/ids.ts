import { randomInt } from 'node:crypto'

/** Microseconds since 1970, increased by one if several events fall into the same microsecond. 16 digits until 2286. */
const DIGITS = 16
const PER_MILLISECOND = 1000
/** Different for each process, because two processes may have an event in the same microsecond. */
const PROCESS_DIGITS = 8

/** The form of an id. Without the second part it belongs to no process. */
export const EVENT_ID = `^\\d{${DIGITS}}(-\\d{${PROCESS_DIGITS}})?$`

/** Whether an id is not later than another one of the same process. Of two processes nobody knows. */
export function isBehind(id: string, other: string): boolean {
  return id.slice(DIGITS) === other.slice(DIGITS) && id <= other
}

/**
 * Creates unique ids that rise as text within one process. Ids of a process that starts later are higher, as long as
 * the clock does not go back and there are at most a million events per second.
 */
export class EventIds {
  readonly #now: () => number
  readonly #process = String(randomInt(10 ** PROCESS_DIGITS)).padStart(PROCESS_DIGITS, '0')
  #last: number

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#last = now() * PER_MILLISECOND
  }

  /** The latest id. Before the first one, an id that is lower than all future ones. */
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
