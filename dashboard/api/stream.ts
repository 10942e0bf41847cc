import { API, problemOf, queryText } from './client.js'
import { createSseParser } from './sse.js'

/** An event of `GET /events`. */
export interface LiveEvent {
  id: string
  type: string
  chargePoint: string
  at: string
  data: unknown
}

/**
 * `connecting`: nothing received yet. `live`: bytes arrive. `reconnecting`: no byte for a while, or the stream ended.
 * `away`: the server does not answer. `signed-out`: a new sign-in is needed. `paused`: the tab is hidden.
 */
export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'away' | 'signed-out' | 'paused'

export interface StreamFilter {
  types?: readonly string[]
  chargePoints?: readonly string[]
}

export interface StreamOptions<Item = LiveEvent> {
  fetch: typeof fetch
  /** The path below the operator API with its query. */
  pathOf: (filter: StreamFilter) => string
  /** Called with all events of one piece of text. */
  onEvents: (events: readonly Item[]) => void
  /** Called when the stream begins, and when events were lost: everything on screen must be read again. */
  onGap: () => void
  onState: (state: StreamState) => void
  /** Called when bytes arrive. */
  onByte?: () => void
  onSignedOut?: () => void
  timing?: Partial<StreamTiming>
}

export interface StreamTiming {
  /** Milliseconds without a byte until the stream counts as lost. The server sends a heartbeat every 15 s. */
  silence: number
  /** Milliseconds until the first attempt to connect again; each next one waits twice as long. */
  retry: number
  maxRetry: number
}

/** The path of the events that match a filter. */
export function pathOfEvents({ types, chargePoints }: StreamFilter): string {
  return `/events${queryText({ type: types, chargePoint: chargePoints })}`
}

export interface EventSourceLike {
  open(filter: StreamFilter): void
  /** Closes the connection, and keeps the position. */
  pause(): void
  resume(): void
  close(): void
}

/** One heartbeat may be lost, and the second may be late. */
const TIMING: StreamTiming = { silence: 35_000, retry: 500, maxRetry: 3_000 }

/** The event stream by `fetch`, because `EventSource` hides 401, 403 and 503. */
export function createStream<Item = LiveEvent>(options: StreamOptions<Item>): EventSourceLike {
  return new Stream(options)
}

class Stream<Item> implements EventSourceLike {
  readonly #options: StreamOptions<Item>
  readonly #timing: StreamTiming
  #filter: StreamFilter = {}
  #connection: AbortController | undefined
  #silence: ReturnType<typeof setTimeout> | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #attempts = 0
  #lastId: string | undefined
  #state: StreamState = 'connecting'
  #isOpen = false

  constructor(options: StreamOptions<Item>) {
    this.#options = options
    this.#timing = { ...TIMING, ...options.timing }
  }

  open(filter: StreamFilter): void {
    this.#filter = filter
    this.#isOpen = true
    if (this.#state !== 'paused') this.#connect()
  }

  pause(): void {
    if (!this.#isOpen || this.#state === 'paused') return
    this.#drop()
    this.#become('paused')
  }

  resume(): void {
    if (!this.#isOpen || this.#state !== 'paused') return
    this.#become('reconnecting')
    this.#connect()
  }

  close(): void {
    this.#isOpen = false
    this.#drop()
  }

  #become(state: StreamState): void {
    if (state === this.#state) return
    this.#state = state
    this.#options.onState(state)
  }

  #drop(): void {
    clearTimeout(this.#silence)
    clearTimeout(this.#retry)
    this.#connection?.abort()
    this.#connection = undefined
  }

  #connect(): void {
    this.#drop()
    const connection = new AbortController()
    this.#connection = connection
    this.#listen(connection).catch(() => {
      if (this.#connection === connection) this.#again(this.#state === 'live' ? 'reconnecting' : 'away')
    })
  }

  #again(state: StreamState, after?: number): void {
    this.#drop()
    this.#become(state)
    const wait = after ?? Math.min(this.#timing.retry * 2 ** this.#attempts, this.#timing.maxRetry)
    this.#attempts++
    this.#retry = setTimeout(() => this.#connect(), wait)
  }

  async #listen(connection: AbortController): Promise<void> {
    this.#expectBytes()
    const response = await this.#options.fetch(API + this.#options.pathOf(this.#filter), {
      signal: connection.signal,
      headers: { accept: 'text/event-stream', ...(this.#lastId !== undefined && { 'last-event-id': this.#lastId }) }
    })
    if (this.#connection !== connection) return
    if (!response.ok || response.body === null) return this.#refused(response)
    await this.#read(response.body, connection)
    if (this.#connection === connection) this.#again('reconnecting')
  }

  async #refused(response: Response): Promise<void> {
    if (response.status === 401) {
      this.#drop()
      this.#become('signed-out')
      this.#options.onSignedOut?.()
      return
    }
    // The position belongs to another server or database.
    if (response.status === 400) this.#lastId = undefined
    const { retryAfter } = await problemOf(response)
    this.#again('away', retryAfter === undefined ? undefined : retryAfter * 1_000)
  }

  async #read(body: ReadableStream<Uint8Array>, connection: AbortController): Promise<void> {
    const parser = createSseParser()
    const decoder = new TextDecoder()
    const reader = body.getReader()
    const isNew = this.#lastId === undefined
    let isKnown = false
    for (;;) {
      const { done, value } = await reader.read()
      if (done || this.#connection !== connection) return
      this.#expectBytes()
      this.#attempts = 0
      this.#become('live')
      this.#options.onByte?.()
      const events = parser.push(decoder.decode(value, { stream: true }))
      this.#lastId = parser.lastId() ?? this.#lastId
      if (isNew && !isKnown && this.#lastId !== undefined) {
        isKnown = true
        this.#options.onGap()
      }
      if (events.some(({ type }) => type === 'gap')) this.#options.onGap()
      const told = events.flatMap(({ type, data }) => (type === 'gap' ? [] : readItem<Item>(data)))
      if (told.length > 0) this.#options.onEvents(told)
    }
  }

  #expectBytes(): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#again('reconnecting', 0), this.#timing.silence)
  }
}

function readItem<Item>(data: string): Item[] {
  try {
    return [JSON.parse(data) as Item]
  } catch {
    return []
  }
}
