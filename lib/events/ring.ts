import type { EventType } from './event.js'

/** An event as it goes out, and what filters look at. */
export interface Entry {
  readonly id: string
  readonly type: EventType
  /** Identity, folded. */
  readonly chargePoint: string
  /** The event as readers get it. */
  readonly text: string
  /** With whole id tokens; the same as `text` when there are none. */
  readonly whole: string
}

export interface RingLimits {
  /** Events. */
  size: number
  /** UTF-16 units of all their texts; the newest event is kept even when it is longer. */
  length: number
}

/** The latest events, the oldest first: in the order in which they were told, which need not be that of their ids. */
export class EventRing {
  readonly #limits: RingLimits
  readonly #slots: (Entry | undefined)[]
  /** The numbers of the events that are here, by their ids. */
  readonly #numbers = new Map<string, number>()
  /** Number of events ever added; that of the oldest still here. */
  #end = 0
  #start = 0
  #length = 0
  #floor: string

  /** @param floor stands for the moment before the first event: what happened before it is not known here */
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

  /** The last event that is not here any more. */
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

  add(entry: Entry): void {
    if (this.size === this.#limits.size) this.#drop()
    this.#slots[this.#end % this.#limits.size] = entry
    this.#numbers.set(entry.id, this.#end)
    this.#end++
    this.#length += lengthOf(entry)
    while (this.#length > this.#limits.length && this.size > 1) this.#drop()
  }

  /** Whether every event after `id` is here. */
  covers(id: string): boolean {
    return id === this.#floor || this.#numbers.has(id)
  }

  /** The events after one that is covered, at most `limit`. */
  after(id: string, limit: number): Entry[] {
    const from = (this.#numbers.get(id) ?? this.#start - 1) + 1
    const entries: Entry[] = []
    for (let position = from; position < this.#end && entries.length < limit; position++) {
      const entry = this.#at(position)
      if (entry !== undefined) entries.push(entry)
    }
    return entries
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
    this.#length -= lengthOf(entry)
    this.#floor = entry.id
  }
}

function lengthOf({ text, whole }: Entry): number {
  return whole === text ? text.length : text.length + whole.length
}
