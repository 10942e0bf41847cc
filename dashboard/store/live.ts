import { batch, type ReadonlySignal, signal } from '@preact/signals'
import { createStream, type LiveEvent, pathOfEvents, type StreamFilter, type StreamState } from '../api/stream.js'
import { concerns, unionOf } from './filters.js'

export interface Watch extends StreamFilter {
  onEvent: (event: LiveEvent) => void
  /** Called when events were lost: the data on screen must be read again. */
  onGap: () => void
}

/** The event stream of the tab, for everything on screen. */
export interface Live {
  readonly state: ReadonlySignal<StreamState>
  /** When the last byte arrived, in epoch milliseconds by the clock of the browser. */
  readonly heardAt: ReadonlySignal<number | undefined>
  /** Settles when the stream has begun, or after a second. Data that is read afterwards misses no event. */
  readonly begun: Promise<void>
  /** Returns a function that ends the watch. */
  watch(watch: Watch): () => void
  start(): void
  stop(): void
}

export interface LiveOptions {
  fetch: typeof fetch
  document: Document
  onSignedOut: () => void
}

/** Milliseconds after which a hidden tab closes its connection, because browsers open at most six to a host. */
const HIDDEN_MS = 30_000
/** Milliseconds in which several changes of the watched data become one request. */
const SETTLE_MS = 20
const BEGIN_MS = 1_000

export function createLive({ fetch, document, onSignedOut }: LiveOptions): Live {
  const state = signal<StreamState>('connecting')
  const heardAt = signal<number | undefined>(undefined)
  const watches = new Set<Watch>()
  let isStarted = false
  let key: string | undefined
  let settling: ReturnType<typeof setTimeout> | undefined
  let hiding: ReturnType<typeof setTimeout> | undefined
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })

  const stream = createStream({
    fetch,
    pathOf: pathOfEvents,
    onSignedOut,
    onState: (told) => {
      state.value = told
    },
    onByte: () => {
      heardAt.value = Date.now()
    },
    onGap: () => {
      begin()
      for (const { onGap } of [...watches]) onGap()
    },
    onEvents: (events) => {
      batch(() => {
        // An event that concerns no charge point has none.
        const told = events.map((event) => ({ ...event, chargePoint: event.chargePoint ?? '' }))
        for (const event of told) for (const watch of [...watches]) if (concerns(watch, event)) watch.onEvent(event)
      })
    }
  })

  function settle(): void {
    clearTimeout(settling)
    settling = setTimeout(() => {
      const filter = unionOf([...watches])
      const wanted = JSON.stringify(filter)
      if (!isStarted || watches.size === 0 || wanted === key) return
      key = wanted
      stream.open(filter)
    }, SETTLE_MS)
  }

  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding)
    if (document.visibilityState === 'hidden') hiding = setTimeout(() => stream.pause(), HIDDEN_MS)
    else stream.resume()
  })

  return {
    state,
    heardAt,
    begun,
    watch(watch) {
      watches.add(watch)
      settle()
      return () => {
        watches.delete(watch)
        settle()
      }
    },
    start() {
      isStarted = true
      key = undefined
      settle()
      setTimeout(begin, BEGIN_MS)
    },
    stop() {
      isStarted = false
      key = undefined
      stream.close()
    }
  }
}
