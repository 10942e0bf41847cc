/** The deliveries of one charge point, by id, oldest first. */
interface Stream {
  readonly key: string
  ids: number[]
  /** Index of the first delivery that is not done. */
  position: number
  /** busy: the first delivery is running; waiting: it failed and will be retried. */
  state: 'ready' | 'busy' | 'waiting'
}

/** The waiting deliveries, and which one is next. */
export interface Head {
  readonly key: string
  readonly id: number
}

/** Ids that are done are removed together. */
const MAX_DONE = 1_000

/**
 * Many queues that take turns. Only the head of each queue may be running, so that the order within a queue is kept.
 */
export class Streams {
  readonly #streams = new Map<string, Stream>()
  readonly #ready = new Set<Stream>()
  #size = 0

  /** Number of ids that are not done. */
  get size(): number {
    return this.#size
  }

  /** Adds an id in its place, unless it is there already. Returns whether it was added. */
  add({ key, id }: Head): boolean {
    const stream = this.#streams.get(key) ?? this.#open(key)
    const { ids, position, state } = stream
    // A running delivery stays the head, even if one with a lower id arrives.
    const place = placeOf(ids, id, state === 'busy' ? position + 1 : position)
    if (ids[place] === id || ids[position] === id) return false
    ids.splice(place, 0, id)
    this.#size++
    return true
  }

  /** The next head. It counts as running until it is done or has to wait. */
  take(): Head | undefined {
    for (const stream of this.#ready) {
      const id = stream.ids[stream.position]
      this.#ready.delete(stream)
      if (id === undefined) continue
      stream.state = 'busy'
      return { key: stream.key, id }
    }
    return undefined
  }

  /** The head is done. The queue moves behind all others. */
  done(key: string): void {
    const stream = this.#streams.get(key)
    if (stream === undefined) return
    stream.position++
    this.#size--
    if (stream.position === stream.ids.length) {
      this.#streams.delete(key)
      return
    }
    if (stream.position > MAX_DONE) {
      stream.ids = stream.ids.slice(stream.position)
      stream.position = 0
    }
    this.#makeReady(stream)
  }

  /** The head has to wait, and so has the rest of its queue. */
  postpone(key: string): void {
    const stream = this.#streams.get(key)
    if (stream === undefined) return
    const { ids, position } = stream
    const [head] = ids.splice(position, 1)
    if (head !== undefined) ids.splice(placeOf(ids, head, position), 0, head)
    stream.state = 'waiting'
  }

  /** The head has waited long enough. */
  resume(key: string): void {
    const stream = this.#streams.get(key)
    if (stream?.state === 'waiting') this.#makeReady(stream)
  }

  /** Ends the waiting of all heads. */
  resumeAll(): void {
    for (const stream of this.#streams.values()) if (stream.state === 'waiting') this.#makeReady(stream)
  }

  /** Removes ids that are no longer due, except running ones. */
  forget(ids: ReadonlySet<number>): void {
    for (const stream of this.#streams.values()) {
      const first = stream.position + (stream.state === 'busy' ? 1 : 0)
      const kept = stream.ids.filter((id, index) => index < first || !ids.has(id))
      this.#size -= stream.ids.length - kept.length
      stream.ids = kept
      if (stream.position < kept.length) continue
      this.#streams.delete(stream.key)
      this.#ready.delete(stream)
    }
  }

  #open(key: string): Stream {
    const stream: Stream = { key, ids: [], position: 0, state: 'ready' }
    this.#streams.set(key, stream)
    this.#ready.add(stream)
    return stream
  }

  #makeReady(stream: Stream): void {
    stream.state = 'ready'
    this.#ready.add(stream)
  }
}

/** The index of an id, or its place, in the sorted part of the list from `first` on. */
function placeOf(ids: readonly number[], id: number, first: number): number {
  // Nearly all ids are added at the end.
  if (first >= ids.length || (ids.at(-1) ?? 0) < id) return ids.length
  let [low, high] = [first, ids.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ids[middle] ?? 0) < id) low = middle + 1
    else high = middle
  }
  return low
}
