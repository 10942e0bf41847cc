import type { EventType } from './event.js'

/** An event as it is sent, and the values that filters check. */
export interface Entry {
  readonly id: string
  readonly type: EventType
  /** Folded identity. */
  readonly chargePoint: string
  /** The serialised event. */
  readonly text: string
  /** The serialised event with whole id tokens. The same as `text` if there are none. */
  readonly whole: string
  /** The memory that it takes: the length of its texts in UTF-16 units, or an estimate until they are made. */
  readonly size: number
}

export interface RingLimits {
  /** Maximum number of events. */
  size: number
  /** Maximum size of all events, in UTF-16 units. The newest event is kept even if it is larger. */
  length: number
}

/** The latest events in the order in which they were published, which may differ from the order of their ids. */
export class EventRing {
  readonly #limits: RingLimits
  readonly #slots: (Entry | undefined)[]
  /** When the events came, in milliseconds of a clock that never goes back. */
  readonly #arrivals: number[] = []
  /** The numbers of the events in the ring, by id. */
  readonly #numbers = new Map<string, number>()
  /** The number of events that were ever added, and the number of the oldest event in the ring. */
  #end = 0
  #start = 0
  #length = 0
  #floor: string

  /** @param floor an id that stands for the time before the first event */
  constructor(limits: RingLimits, floor: string) {
    this.#limits = limits
    this.#slots = new Array<Entry | undefined>(limits.size).fill(undefined)
    this.#floor = floor
  }

  get size(): number {
    return this.#end - this.#start
  }

  /** Size of all events, in UTF-16 units. */
  get length(): number {
    return this.#length
  }

  /** The last event that was dropped. */
  get floor(): string {
    return this.#floor
  }

  /** The id of the newest event, or an id before the first event. */
  get last(): string {
    return this.#at(this.#end - 1)?.id ?? this.#floor
  }

  /** The id of the oldest event. */
  get oldest(): string | undefined {
    return this.#at(this.#start)?.id
  }

  add(entry: Entry): void {
    if (this.size === this.#limits.size) this.#drop()
    this.#slots[this.#end % this.#limits.size] = entry
    this.#arrivals[this.#end % this.#limits.size] = performance.now()
    this.#numbers.set(entry.id, this.#end)
    this.#end++
    this.#length += entry.size
    while (this.#length > this.#limits.length && this.size > 1) this.#drop()
  }

  /** Whether the ring contains every event after `id`. */
  covers(id: string): boolean {
    return id === this.#floor || this.#numbers.has(id)
  }

  /** At most `limit` events after one that is covered. */
  after(id: string, limit: number): Entry[] {
    const from = (this.#numbers.get(id) ?? this.#start - 1) + 1
    const entries: Entry[] = []
    for (let position = from; position < this.#end && entries.length < limit; position++) {
      const entry = this.#at(position)
      if (entry !== undefined) entries.push(entry)
    }
    return entries
  }

  /** All events, the newest first. */
  *backwards(): Generator<Entry> {
    for (let position = this.#end - 1; position >= this.#start; position--) {
      const entry = this.#at(position)
      if (entry !== undefined) yield entry
    }
  }

  /** The id of the last event that came more than `milliseconds` before an event that is covered, or the floor. */
  rewind(id: string, milliseconds: number): string {
    let position = this.#numbers.get(id) ?? this.#start
    const since = (this.#arrivals[position % this.#limits.size] ?? 0) - milliseconds
    while (position > this.#start && (this.#arrivals[(position - 1) % this.#limits.size] ?? 0) >= since) position--
    return this.#at(position - 1)?.id ?? this.#floor
  }

  /** Forgets all events. @param floor an id that stands for the time before the next one */
  clear(floor: string): void {
    while (this.size > 0) this.#drop()
    this.#floor = floor
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
    this.#numbers.delete(entry.id)
    this.#length -= entry.size
    this.#floor = entry.id
  }
}
