import { type ReadonlySignal, signal } from '@preact/signals'
import { type Query, queryText } from '../api/client.js'
import type { Message } from '../api/records.js'
import { createStream, type StreamState } from '../api/stream.js'

/** Messages of a charge point as they are stored, the newest first. */
export interface Tail {
  readonly messages: ReadonlySignal<readonly Message[]>
  readonly state: ReadonlySignal<StreamState>
  stop(): void
}

/** Maximum number of rows on screen. The export has all of them. */
const KEPT = 500
/** Milliseconds in which messages are shown together, so that a hundred per second do not make the page slow. */
const TOGETHER_MS = 200

export interface TailOptions {
  fetch: typeof fetch
  /** Path of the log below the operator API. */
  path: string
  /** The filter. */
  query: Query
}

export function createTail({ fetch, path, query }: TailOptions): Tail {
  const messages = signal<readonly Message[]>([])
  const state = signal<StreamState>('connecting')
  let waiting: Message[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function show(): void {
    timer = undefined
    const known = new Set(messages.peek().map(({ id }) => id))
    const fresh = waiting.filter(({ id }) => !known.has(id)).reverse()
    waiting = []
    messages.value = [...fresh, ...messages.peek()].slice(0, KEPT)
  }

  const stream = createStream<Message>({
    fetch,
    pathOf: () => path + queryText(query),
    onEvents: (items) => {
      waiting.push(...items)
      timer ??= setTimeout(show, TOGETHER_MS)
    },
    onGap: () => undefined,
    onState: (told) => {
      state.value = told
    }
  })
  stream.open({})
  return {
    messages,
    state,
    stop() {
      clearTimeout(timer)
      stream.close()
    }
  }
}
