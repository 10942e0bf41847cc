import type { EventType } from './event.js'

/** An event as it goes out, and what filters look at. */
export interface Entry {
  readonly id: string
  readonly type: EventType
  /** Identity, folded. */
  readonly chargePoint: string
  /** The event as readers get it. */
  readonly text: string
}

export interface RingLimits {
  /** Events. */
  size: number
  /** UTF-16 units of all their texts; the newest event is kept even when it is longer. */
  length: number
}

/** The latest events, the oldest first. */
export class EventRing {
  readonly #limits: RingLimits
  readonly #slots: (Entry | undefined)[]
  /** Number of events ever added; that of the oldest still here. */
  #end = 0
  #start = 0
  #length = 0
  #floor: string

  /** @param floor lower than the ids of all events to come: what happened before it is not known here */
  constructor(limits: RingLimits, floor: string) {
    this.#limits = limits
    this.#slots = new Array<Entry | undefined>(limits.size).fill(undefined)
    this.#floor = floor
  }

  get size(): number {
    return this.#end - this.#start
  }

  /** UTF-16 units held. */
  get length(): number {
    return this.#length
  }

  /** Events up to this id are not here. */
  get floor(): string {
    return this.#floor
  }

  /** Id of the newest event, or what is known to be before the first. */
  get last(): string {
    return this.#at(this.#end - 1)?.id ?? this.#floor
  }

  /** Id of the oldest event. */
  get oldest(): string | undefined {
    return this.#at(this.#start)?.id
  }

  /** Ids have to rise. */
  add(entry: Entry): void {
    if (this.size === this.#limits.size) this.#drop()
    this.#slots[this.#end % this.#limits.size] = entry
    this.#end++
    this.#length += entry.text.length
    while (this.#length > this.#limits.length && this.size > 1) this.#drop()
  }

  /** Whether every event after `id` is here. */
  covers(id: string): boolean {
    return id >= this.#floor && id <= this.last
  }

  /** The events after `id` that are here, at most `limit`. */
  after(id: string, limit: number): Entry[] {
    const from = this.#firstAfter(id)
    const entries: Entry[] = []
    for (let position = from; position < this.#end && entries.length < limit; position++) {
      const entry = this.#at(position)
      if (entry !== undefined) entries.push(entry)
    }
    return entries
  }

  #firstAfter(id: string): number {
    let [low, high] = [this.#start, this.#end]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((this.#at(middle)?.id ?? '') <= id) low = middle + 1
      else high = middle
    }
    return low
  }

  #at(position: number): Entry | undefined {
    return position < this.#start || position >= this.#end ? undefined : this.#slots[position % this.#limits.size]
  }

  #drop(): void {
    const slot = this.#start % this.#limits.size
    const entry = this.#slots[slot]
    this.#slots[slot] = undefined
    this.#start++
    if (entry === undefined) return
    this.#length -= entry.text.length
    this.#floor = entry.id
  }
}
