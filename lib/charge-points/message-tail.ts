import type { Writable } from 'node:stream'
import { EventReader } from '../events/reader.js'
import type { Reader } from '../events/scope.js'
import { gapText, HEARTBEAT, positionText, retryText } from '../events/stream.js'
import { findEnds, listMessagesAfter, type MessageFilter, type MessageRow, showMessage } from './messages.js'

export interface TailOptions {
  db: Reader
  filter: MessageFilter
  /** The id of the last frame that the client received, to continue after it. Default: only new frames. */
  lastId?: number
  /** Calls back when frames of the charge point were stored, until the returned function is called. */
  watch(listener: () => void): () => void
  /** Called when the client was disconnected because it did not read, or the log could not be read. */
  onCut(error?: unknown): void
  /** Milliseconds between heartbeats. Default: 15 s. */
  heartbeatInterval?: number
}

const HEARTBEAT_INTERVAL_MS = 15_000
/** Minimum time between two reads. Milliseconds. */
const PAUSE_MS = 200
/** Maximum number of frames in one read; each may have 64 KiB. */
const AT_ONCE = 50
const MAX_BUFFERED = 1_048_576
const RETRY_MS = 2_000
const CLOSE_TIMEOUT_MS = 1_000

/**
 * Sends a client the frames of a charge point as server-sent events, as soon as they are stored. Frames are read from the
 * database when the client has taken those before: for a slow client nothing is kept in memory.
 */
export class MessageTail {
  readonly #options: TailOptions
  readonly #reader: EventReader
  readonly #unwatch: () => void
  readonly #heartbeats: NodeJS.Timeout
  #position = 0
  #readAt = Number.NEGATIVE_INFINITY
  #hasNews = true
  #isClosing = false
  #wake: () => void = () => undefined
  #timer: NodeJS.Timeout | undefined

  constructor(stream: Writable, options: TailOptions) {
    this.#options = options
    this.#reader = new EventReader(stream, { maxBuffered: MAX_BUFFERED }, () => options.onCut())
    this.#unwatch = options.watch(() => this.#onNews())
    this.#heartbeats = setInterval(() => this.#beat(), options.heartbeatInterval ?? HEARTBEAT_INTERVAL_MS).unref()
    stream.once('close', () => this.#end())
  }

  /** Resolves when the client has disconnected, or the tail was closed. */
  async run(): Promise<void> {
    try {
      await this.#begin()
      while (this.#reader.isOpen && !this.#isClosing) {
        await this.#news()
        if (this.#reader.isOpen) await this.#send()
      }
    } catch (error) {
      this.#options.onCut(error)
      await this.#reader.close(CLOSE_TIMEOUT_MS)
    }
  }

  /** Ends the stream after the client has received everything. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#end()
    await this.#reader.close(CLOSE_TIMEOUT_MS)
  }

  async #begin(): Promise<void> {
    this.#reader.write(retryText(RETRY_MS))
    const { db, lastId } = this.#options
    const { oldest, newest } = await findEnds(db)
    this.#position = lastId === undefined || lastId > newest ? newest : lastId
    // Frames since then have been deleted, or it is the id of another database.
    const isLost = lastId !== undefined && (lastId < oldest - 1 || lastId > newest)
    if (isLost) this.#reader.write(gapText(String(lastId), oldest === 0 ? undefined : String(oldest)))
    this.#reader.write(positionText(String(this.#position)))
  }

  /** Resolves when frames may have been stored since the last read. */
  async #news(): Promise<void> {
    if (!this.#hasNews) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#hasNews = false
  }

  #onNews(): void {
    const wait = Math.max(0, this.#readAt + PAUSE_MS - performance.now())
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#hasNews = true
      this.#wake()
    }, wait)
  }

  /** Sends all frames up to the newest one. */
  async #send(): Promise<void> {
    const { db, filter } = this.#options
    this.#readAt = performance.now()
    const { newest: until } = await findEnds(db)
    while (this.#position < until && this.#reader.isOpen) {
      const rows = await listMessagesAfter(db, filter, { after: this.#position, until, limit: AT_ONCE })
      for (const row of rows) {
        await this.#reader.drained()
        this.#reader.write(messageText(row))
        this.#position = row.id
      }
      // The remaining frames up to it do not match.
      if (rows.length < AT_ONCE) this.#position = until
    }
  }

  #beat(): void {
    this.#reader.heartbeat(`${HEARTBEAT}${positionText(String(this.#position))}`)
  }

  #end(): void {
    clearInterval(this.#heartbeats)
    clearTimeout(this.#timer)
    this.#unwatch()
    this.#wake()
  }
}

function messageText(row: MessageRow): string {
  return `id: ${row.id}\nevent: message\ndata: ${JSON.stringify(showMessage(row))}\n\n`
}
