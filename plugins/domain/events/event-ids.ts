/** Ids are microseconds since 1970, counted up when there is more than one in a microsecond: 16 digits until 2286. */
const DIGITS = 16
const PER_MILLISECOND = 1000

/** The form of an id. */
export const EVENT_ID = `^\\d{${DIGITS}}$`

/**
 * Makes ids that rise, as numbers and as text. Those of a process that is started later are higher, as long as the
 * clock does not go back and no more than a million are made in a second.
 */
export class EventIds {
  readonly #now: () => number
  #last: number

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#last = now() * PER_MILLISECOND
  }

  /** The latest; before the first, one that is lower than all to come. */
  get last(): string {
    return toText(this.#last)
  }

  next(): string {
    this.#last = Math.max(this.#last + 1, this.#now() * PER_MILLISECOND)
    return toText(this.#last)
  }
}

function toText(id: number): string {
  return String(id).padStart(DIGITS, '0')
}
