import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createSseParser } from '../../dashboard/api/sse.js'
import { createStream, type LiveEvent, pathOfEvents, type StreamState } from '../../dashboard/api/stream.js'
import { concerns, unionOf } from '../../dashboard/store/filters.js'
import { until } from '../support/wait.js'

interface Connection {
  url: string
  lastId: string | null
  send(text: string): void
  end(): void
}

/** A server of event streams. */
function server(statuses: number[] = []) {
  const connections: Connection[] = []
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const status = statuses.shift() ?? 200
    if (status === 0) throw new TypeError('network error')
    if (status !== 200) return new Response('{"code":"NO"}', { status })
    const encoder = new TextEncoder()
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        init.signal?.addEventListener('abort', () => controller.error(new Error('aborted')))
        connections.push({
          url: String(input),
          lastId: new Headers(init.headers).get('last-event-id'),
          send: (text) => controller.enqueue(encoder.encode(text)),
          end: () => controller.close()
        })
      }
    })
    return new Response(body)
  }
  return { fetch, connections }
}

function listen(t: TestContext, fetch: typeof globalThis.fetch, timing = { silence: 5_000, retry: 5, maxRetry: 20 }) {
  const states: StreamState[] = []
  const events: LiveEvent[] = []
  let gaps = 0
  const stream = createStream({
    fetch,
    pathOf: pathOfEvents,
    timing,
    onEvents: (told) => events.push(...told),
    onGap: () => gaps++,
    onState: (state) => states.push(state)
  })
  t.after(() => stream.close())
  stream.open({ types: ['connect'] })
  return { stream, states, events, gaps: () => gaps }
}

const data = (id: string) => `id: ${id}\nevent: connect\ndata: ${JSON.stringify({ id, type: 'connect' })}\n\n`

describe('the parser of server-sent events', () => {
  it('reads events that arrive in pieces, and positions without an event', () => {
    const parser = createSseParser()
    assert.deepEqual(parser.push('id: 5\n\n: heart'), [])
    assert.equal(parser.lastId(), '5')
    assert.deepEqual(parser.push('beat\n\nid: 6\nevent: st'), [])
    assert.equal(parser.lastId(), '5')
    assert.deepEqual(parser.push('atus\ndata: {}\n\n'), [{ type: 'status', data: '{}', id: '6' }])
    assert.equal(parser.lastId(), '6')
  })
})

describe('the stream', () => {
  it('continues after the last event when the connection ends', async (t) => {
    const { fetch, connections } = server()
    const { states, events } = listen(t, fetch)
    await until('it listens', () => connections.length === 1)
    connections[0]?.send(data('1'))
    await until('the event', () => events.length === 1)
    connections[0]?.end()
    await until('it listens again', () => connections.length === 2)
    assert.equal(connections[1]?.lastId, '1')
    connections[1]?.send(': heartbeat\n\n')
    await until('it is live again', () => states.at(-1) === 'live')
    assert.deepEqual(states, ['live', 'reconnecting', 'live'])
    assert.equal(connections[0]?.url, '/api/v1/events?type=connect')
  })

  it('connects again after silence', async (t) => {
    const { fetch, connections } = server()
    const { states } = listen(t, fetch, { silence: 30, retry: 5, maxRetry: 20 })
    await until('it listens', () => connections.length === 1)
    connections[0]?.send(data('1'))
    await until('it connects again', () => connections.length >= 2)
    assert.ok(states.includes('reconnecting'))
  })

  it('reports that the server cannot be reached until it answers', async (t) => {
    const { fetch, connections } = server([0, 503])
    const { states } = listen(t, fetch)
    await until('it listens', () => connections.length === 1)
    connections[0]?.send('retry: 1\n\n')
    await until('it is live', () => states.at(-1) === 'live')
    assert.deepEqual(states, ['away', 'live'])
  })

  it('asks for nothing more when the sign-in has ended', async (t) => {
    const { fetch, connections } = server([401])
    const { states } = listen(t, fetch)
    await until('it knows', () => states.length > 0)
    assert.deepEqual([states, connections], [['signed-out'], []])
  })

  it('reports a gap, and closes its connection while it is paused', async (t) => {
    const { fetch, connections } = server()
    const { stream, states, gaps } = listen(t, fetch)
    await until('it listens', () => connections.length === 1)
    connections[0]?.send('id: 1\n\n')
    await until('the position', () => gaps() === 1)
    stream.pause()
    assert.equal(states.at(-1), 'paused')
    stream.resume()
    await until('it listens again', () => connections.length === 2)
    connections[1]?.send('event: gap\ndata: {}\n\n')
    await until('the gap', () => gaps() === 2)
  })
})

describe('the content of the screen', () => {
  const event = { id: '1', type: 'status', chargePoint: 'cp-1', at: '', data: {} }

  it('has one stream, with the union of the filters of its parts', () => {
    assert.deepEqual(unionOf([{ types: ['a'] }, { types: ['b', 'a'] }]), { types: ['a', 'b'] })
    assert.deepEqual(unionOf([{ types: ['a'] }, { chargePoints: ['CP'] }]), {})
  })

  it('gets its own events, whatever the case of the identity', () => {
    assert.equal(concerns({ chargePoints: ['CP-1'] }, event), true)
    assert.equal(concerns({ types: ['call'] }, event), false)
  })
})
