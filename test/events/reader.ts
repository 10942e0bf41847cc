import { get, type IncomingMessage } from 'node:http'
import { after } from 'node:test'
import type {} from '../../plugins/publisher.js'
import { BEARER } from '../app/support.js'
import { CLOSE_PATIENCE, until, within } from '../support/wait.js'

/** One block of a stream of server-sent events; without `data` it is no event. */
export interface Block {
  id?: string
  event?: string
  data?: string
  retry?: string
  comment?: string
}

/** A connection to a stream. */
export interface Reader {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly blocks: Block[]
  /** The events so far, without gaps. */
  ids(): string[]
  /** The last id that was told, with an event or without. */
  position(): string | undefined
  /** Resolves when there are so many events, gaps included. */
  events(count: number): Promise<Block[]>
  /** Resolves when the server has ended or cut the connection, and rejects when that takes too long from now on. */
  readonly closed: Promise<void>
  /** Stops to read, and leaves the rest to the buffers. */
  pause(): void
  resume(): void
  leave(): void
}

export interface ReaderOptions {
  /** Default: /events. */
  path?: string
  /** Such as `?type=boot`. */
  query?: string
  lastEventId?: string
  /** In place of the operator's. */
  headers?: Record<string, string>
}

/** Listens to events, or to another stream, over a connection of its own, which ends with the calling test. */
export function openReader(
  port: number,
  { path = '/events', query = '', lastEventId, headers }: ReaderOptions = {}
): Promise<Reader> {
  const last = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const request = get({
    port,
    host: '127.0.0.1',
    path: `/api/v1${path}${query}`,
    headers: { accept: 'text/event-stream', ...(headers ?? BEARER), ...last },
    agent: false
  })
  after(() => request.destroy())
  const opened = new Promise<Reader>((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response) => resolve(readerOf(response, () => request.destroy())))
  })
  return within('an answer', opened)
}

function readerOf(response: IncomingMessage, leave: () => void): Reader {
  const blocks: Block[] = []
  let rest = ''
  response.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n\n')
    rest = parts.pop() ?? ''
    blocks.push(...parts.map(parseBlock))
  })
  response.on('error', () => undefined)
  const gone = new Promise<void>((resolve) => response.on('close', () => resolve()))
  const events = () => blocks.filter(({ data }) => data !== undefined)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    blocks,
    ids: () => events().flatMap(({ id }) => id ?? []),
    position: () => blocks.findLast(({ id }) => id !== undefined)?.id,
    async events(count) {
      await until(`${count} events have come`, () => events().length >= count)
      return events()
    },
    get closed() {
      return within('the end of the events', gone, CLOSE_PATIENCE)
    },
    pause: () => response.pause(),
    resume: () => response.resume(),
    leave
  }
}

function parseBlock(text: string): Block {
  const fields = text.split('\n').map((line) => {
    const colon = line.indexOf(':')
    return [colon === 0 ? 'comment' : line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return Object.fromEntries(fields)
}
