import type { Writable } from 'node:stream'
import type { PublishedEvent } from './event.js'
import { type EventFilter, keyOf, matches } from './filter.js'
import { EventReader } from './reader.js'
import { type Entry, EventRing, type RingLimits } from './ring.js'
import { fold } from './scope.js'
import { eventText, gapText, HEARTBEAT, positionText, retryText } from './stream.js'

export interface FeedOptions {
  ring: RingLimits
  /** An id that is lower than the ids of all future events. */
  floor: string
  /** Called when a reader was disconnected because it did not read. */
  onCut: () => void
  /** Milliseconds between heartbeats. Default: 15 s. */
  heartbeatInterval?: number
  /** Maximum number of bytes that wait for one reader. Default: 1 MiB. */
  maxBuffered?: number
}

export interface Subscription {
  filter: EventFilter
  /** The id of the last event that the reader has received, to continue after it. */
  lastEventId?: string
}

/** Readers with the same filter. Their text is put together once. */
interface Group {
  readonly filter: EventFilter
  readonly readers: Set<EventReader>
  readonly pending: string[]
}

const HEARTBEAT_INTERVAL_MS = 15_000
const MAX_BUFFERED = 1_048_576
/** Events are sent together, at most this often, because a write costs more than its bytes. */
const FLUSH_INTERVAL_MS = 50
/** Number of missed events that a reader is sent at once. */
const REPLAY_CHUNK = 100
/** How long readers may take to read the rest when the feed ends, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000
/** Milliseconds after which a reader reconnects, spread so that not all do so at once. */
const RETRY_MS = { min: 1_000, spread: 4_000 }

/**
 * Sends events to readers as server-sent events, and keeps the latest events for readers that reconnect. Each event is
 * serialised once, for all readers.
 */
export class EventFeed {
  readonly #ring: EventRing
  readonly #onCut: () => void
  readonly #heartbeatInterval: number
  readonly #maxBuffered: number
  readonly #readers = new Set<EventReader>()
  readonly #groups = new Map<string, Group>()
  #heartbeats: NodeJS.Timeout | undefined
  #flushTimer: NodeJS.Timeout | undefined
  #flushedAt = Number.NEGATIVE_INFINITY
  #isClosed = false

  constructor({ ring, floor, onCut, heartbeatInterval, maxBuffered }: FeedOptions) {
    this.#ring = new EventRing(ring, floor)
    this.#onCut = onCut
    this.#heartbeatInterval = heartbeatInterval ?? HEARTBEAT_INTERVAL_MS
    this.#maxBuffered = maxBuffered ?? MAX_BUFFERED
  }

  /** Number of connected readers. */
  get size(): number {
    return this.#readers.size
  }

  add(event: PublishedEvent): void {
    const { id, type } = event
    const text = eventText(event, event.data)
    const whole = event.whole === undefined ? text : eventText(event, event.whole)
    const entry: Entry = { id, type, chargePoint: fold(event.chargePoint), text, whole }
    this.#ring.add(entry)
    for (const { filter, pending } of this.#groups.values()) {
      if (matches(filter, entry)) pending.push(textFor(filter, entry))
    }
    if (this.#groups.size > 0) this.#flushSoon()
  }

  /** Sends `stream` the events that it missed and then new ones, until it closes. */
  open(stream: Writable, { filter, lastEventId }: Subscription): void {
    if (stream.destroyed) return
    const reader = new EventReader(stream, { maxBuffered: this.#maxBuffered }, this.#onCut)
    reader.write(retryText(RETRY_MS.min + Math.floor(Math.random() * RETRY_MS.spread)))
    if (this.#isClosed) {
      reader.close(CLOSE_TIMEOUT_MS).catch(() => reader.cut())
      return
    }
    this.#readers.add(reader)
    stream.once('close', () => this.#leave(reader, filter))
    this.#heartbeats ??= setInterval(() => this.#beat(), this.#heartbeatInterval).unref()
    if (lastEventId === undefined) this.#join(reader, filter)
    else this.#replay(reader, { filter, lastEventId }).catch(() => reader.cut())
  }

  /** Ends all readers after they have received everything. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#flush()
    clearInterval(this.#heartbeats)
    await Promise.all([...this.#readers].map((reader) => reader.close(CLOSE_TIMEOUT_MS)))
  }

  /** Sends missed events at the speed at which the reader reads. Nothing is buffered for it meanwhile. */
  async #replay(reader: EventReader, { filter, lastEventId }: Required<Subscription>): Promise<void> {
    const isCovered = this.#ring.covers(lastEventId)
    if (!isCovered) reader.write(gapText(lastEventId, this.#ring.oldest))
    let position = isCovered ? lastEventId : this.#ring.floor
    for (;;) {
      // The ring has dropped events that the reader has not received: it is too slow.
      if (!this.#ring.covers(position)) return reader.cut()
      const entries = this.#ring.after(position, REPLAY_CHUNK)
      const last = entries.at(-1)
      if (last === undefined) return this.#join(reader, filter)
      position = last.id
      const wanted = entries.filter((entry) => matches(filter, entry))
      if (wanted.length > 0) reader.write(wanted.map((entry) => textFor(filter, entry)).join(''))
      await reader.drained()
      if (!reader.isOpen) return
    }
  }

  /** From here on the reader receives new events. */
  #join(reader: EventReader, filter: EventFilter): void {
    const key = keyOf(filter)
    const group = this.#groups.get(key) ?? { filter, readers: new Set(), pending: [] }
    // Events that wait for the other readers are later than those that this reader has missed.
    this.#flushGroup(group)
    this.#groups.set(key, group)
    group.readers.add(reader)
    reader.write(positionText(this.#ring.last))
  }

  #leave(reader: EventReader, filter: EventFilter): void {
    this.#readers.delete(reader)
    const key = keyOf(filter)
    const group = this.#groups.get(key)
    group?.readers.delete(reader)
    if (group?.readers.size === 0) this.#groups.delete(key)
    if (this.#readers.size > 0) return
    clearInterval(this.#heartbeats)
    this.#heartbeats = undefined
  }

  #flushSoon(): void {
    const wait = this.#flushedAt + FLUSH_INTERVAL_MS - performance.now()
    this.#flushTimer ??= setTimeout(() => this.#flush(), Math.max(wait, 0))
  }

  #flush(): void {
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    this.#flushedAt = performance.now()
    for (const group of this.#groups.values()) this.#flushGroup(group)
  }

  #flushGroup({ readers, pending }: Group): void {
    if (pending.length === 0) return
    const bytes = Buffer.from(pending.join(''))
    pending.length = 0
    for (const reader of readers) reader.write(bytes)
  }

  /**
   * Also tells readers that are up to date their position, because a filter may let nothing through for a long time.
   */
  #beat(): void {
    this.#flush()
    const live = new Set<EventReader>()
    for (const { readers } of this.#groups.values()) for (const reader of readers) live.add(reader)
    const position = `${HEARTBEAT}${positionText(this.#ring.last)}`
    for (const reader of this.#readers) reader.heartbeat(live.has(reader) ? position : HEARTBEAT)
  }
}

function textFor({ wholeIdTokens }: EventFilter, { text, whole }: Entry): string {
  return wholeIdTokens === true ? whole : text
}
