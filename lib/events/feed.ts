import type { Writable } from 'node:stream'
import type { EventType, PublishedEvent } from './event.js'
import { type EventFilter, keyOf, matches } from './filter.js'
import { isBehind } from './ids.js'
import { EventReader } from './reader.js'
import { type Entry, EventRing, type RingLimits } from './ring.js'
import { fold } from './scope.js'
import { eventText, gapText, HEARTBEAT, positionText, retryText, type ShownEvent, shownIn } from './stream.js'

export interface FeedOptions {
  ring: RingLimits
  /** An id that is lower than the ids of all future events. */
  floor: string
  /** Called after a reader was disconnected because it did not read. */
  onCut: () => void
  /** Milliseconds between heartbeats. Default: 15 s. */
  heartbeatInterval?: number
  /** Maximum number of bytes that wait for one reader. Default: 1 MiB. */
  maxBuffered?: number
  /** With several nodes: by how much their orders of events may differ, in milliseconds. Default: 0. */
  overlap?: number
}

export interface Subscription {
  filter: EventFilter
  /** The id of the last event that the reader has received, to continue after it. */
  lastEventId?: string
}

/** Readers with the same filter. The text for them is built once. */
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
 * serialised once, for all readers that are there.
 */
export class EventFeed {
  readonly #ring: EventRing
  readonly #onCut: () => void
  readonly #heartbeatInterval: number
  readonly #maxBuffered: number
  readonly #overlap: number
  readonly #readers = new Set<EventReader>()
  readonly #groups = new Map<string, Group>()
  #heartbeats: NodeJS.Timeout | undefined
  #flushTimer: NodeJS.Timeout | undefined
  #flushedAt = Number.NEGATIVE_INFINITY
  #isClosed = false

  constructor({ ring, floor, onCut, heartbeatInterval, maxBuffered, overlap = 0 }: FeedOptions) {
    this.#overlap = overlap
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
    const entry = this.#groups.size === 0 && event.size !== undefined ? new UnreadEntry(event) : entryOf(event)
    this.#ring.add(entry)
    if (this.#groups.size === 0) return
    for (const { filter, pending } of this.#groups.values()) {
      if (matches(filter, entry)) pending.push(textFor(filter, entry))
    }
    this.#flushSoon()
  }

  /** Events of other nodes were lost: readers are told, and nobody continues from what was before. */
  miss(floor: string): void {
    this.#flush()
    const text = gapText(this.#ring.last, undefined)
    this.#ring.clear(floor)
    for (const { readers } of this.#groups.values()) for (const reader of readers) reader.write(text)
  }

  /** The latest events that a reader would have received, at most `limit`, the newest first. */
  latest(filter: EventFilter, limit: number): ShownEvent[] {
    const found: ShownEvent[] = []
    for (const entry of this.#ring.backwards()) {
      if (found.length === limit) break
      if (matches(filter, entry)) found.push(shownIn(textFor(filter, entry)))
    }
    return found
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
    let position = isCovered ? this.#startOf(lastEventId) : this.#ring.floor
    for (;;) {
      // The ring has dropped events that the reader has not received, because it reads too slowly.
      if (!this.#ring.covers(position)) return reader.cut()
      const entries = this.#ring.after(position, REPLAY_CHUNK)
      const last = entries.at(-1)
      if (last === undefined) return this.#join(reader, filter)
      position = last.id
      const wanted = entries.filter((entry) => matches(filter, entry) && !isBehind(entry.id, lastEventId))
      if (wanted.length > 0) reader.write(wanted.map((entry) => textFor(filter, entry)).join(''))
      await reader.drained()
      if (!reader.isOpen) return
    }
  }

  /**
   * Nodes have the events of each other in different orders. A reader that comes from another node may have missed events
   * that were here before its last one, so those of the last seconds are sent again.
   */
  #startOf(lastEventId: string): string {
    return this.#overlap === 0 ? lastEventId : this.#ring.rewind(lastEventId, this.#overlap)
  }

  /** From here on the reader receives new events. */
  #join(reader: EventReader, filter: EventFilter): void {
    const key = keyOf(filter)
    const group = this.#groups.get(key) ?? { filter, readers: new Set(), pending: [] }
    // Events that wait for the other readers of the group are newer than those that this reader has missed.
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

function entryOf(event: PublishedEvent): Entry {
  const { id, type, chargePoint, whole: wholeData } = event
  const text = eventText(event, event.data)
  const whole = wholeData === undefined ? text : eventText(event, wholeData)
  return { id, type, chargePoint: fold(chargePoint), text, whole, size: sizeOf(text, whole) }
}

function sizeOf(text: string, whole: string): number {
  return whole === text ? text.length : text.length + whole.length
}

/** An event that was published without any reader. It is serialised when a reader requests missed events. */
class UnreadEntry implements Entry {
  readonly id: string
  readonly type: EventType
  readonly chargePoint: string
  readonly size: number
  readonly #event: PublishedEvent

  constructor(event: PublishedEvent) {
    this.id = event.id
    this.type = event.type
    this.chargePoint = fold(event.chargePoint)
    this.size = event.size ?? 0
    this.#event = event
  }

  get text(): string {
    return entryOf(this.#event).text
  }

  get whole(): string {
    return entryOf(this.#event).whole
  }
}

function textFor({ wholeIdTokens }: EventFilter, { text, whole }: Entry): string {
  return wholeIdTokens === true ? whole : text
}
