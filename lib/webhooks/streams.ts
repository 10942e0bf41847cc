/** What is to be done in order, by what it belongs to: the ids of one charge point's deliveries, the oldest first. */
interface Stream {
  readonly key: string
  ids: number[]
  /** Of the head; what is before it is done. */
  position: number
  /** busy: its head is under way; waiting: its head failed, and will be tried again. */
  state: 'ready' | 'busy' | 'waiting'
}

/** What waits, and whose turn it is. */
export interface Head {
  readonly key: string
  readonly id: number
}

/** Ids that are done are let go together. */
const MAX_DONE = 1_000

/**
 * Many queues that take turns. Of each only the head may be under way, so that the order within one is kept whatever
 * becomes of the others.
 */
export class Streams {
  readonly #streams = new Map<string, Stream>()
  readonly #ready = new Set<Stream>()
  #size = 0

  /** Ids that are not done. */
  get size(): number {
    return this.#size
  }

  /** Adds what is not there already, where it belongs. Answers whether it was added. */
  add({ key, id }: Head): boolean {
    const stream = this.#streams.get(key) ?? this.#open(key)
    const { ids, position, state } = stream
    // What is under way stays the head, whatever comes late.
    const place = placeOf(ids, id, state === 'busy' ? position + 1 : position)
    if (ids[place] === id || ids[position] === id) return false
    ids.splice(place, 0, id)
    this.#size++
    return true
  }

  /** The head whose turn it is; it is under way until it is done or has to wait. */
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

  /** Its head is done: the next one's turn comes behind all others. */
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

  /** Its head has to wait, and whatever is behind it too. */
  postpone(key: string): void {
    const stream = this.#streams.get(key)
    if (stream === undefined) return
    const { ids, position } = stream
    const [head] = ids.splice(position, 1)
    if (head !== undefined) ids.splice(placeOf(ids, head, position), 0, head)
    stream.state = 'waiting'
  }

  /** Its head has waited long enough. */
  resume(key: string): void {
    const stream = this.#streams.get(key)
    if (stream?.state === 'waiting') this.#makeReady(stream)
  }

  /** Nobody waits any longer. */
  resumeAll(): void {
    for (const stream of this.#streams.values()) if (stream.state === 'waiting') this.#makeReady(stream)
  }

  /** Takes ids out that are not to be done any more, but for what is under way. */
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

/** Where an id is, or would be, in a list that rises from `first` on. */
function placeOf(ids: readonly number[], id: number, first: number): number {
  // Nearly all come last.
  if (first >= ids.length || (ids.at(-1) ?? 0) < id) return ids.length
  let [low, high] = [first, ids.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ids[middle] ?? 0) < id) low = middle + 1
    else high = middle
  }
  return low
}
