import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BEARER, operate, shareBackends, startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until, within } from '../support/wait.js'
import { type Block, openReader } from './reader.js'

const start = shareBackends()

/** An event of a charge point that says which one it is. */
function publish({ app }: TestServer, chargePoint: string, value = ''): string {
  const data = { evseId: 0, connectorId: 1, status: value, timestamp: '2026-01-01T00:00:00Z' }
  app.publisher.publish({ type: 'status', chargePoint, data })
  return app.publisher.lastId
}

function publishMany(server: TestServer, count: number): string[] {
  return Array.from({ length: count }, () => publish(server, 'CP-1'))
}

function dataOf({ data = '{}' }: Block) {
  return JSON.parse(data)
}

describe('GET /api/v1/events', () => {
  it('is for operators only', async () => {
    const { port } = await start()
    const stranger = await openReader(port, { headers: {} })
    assert.equal(stranger.status, 401)
    assert.match(String(stranger.headers['content-type']), /^application\/problem\+json/)
    assert.equal((await openReader(port, { headers: { authorization: 'Bearer wrong' } })).status, 401)
  })

  it('answers as a stream that no proxy buffers', async () => {
    const { port } = await start()
    const { status, headers, blocks } = await openReader(port)
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'text/event-stream')
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['x-accel-buffering'], 'no')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    await until('it says when to come back', () => blocks.length > 0)
    const retry = Number(blocks[0]?.retry)
    assert.ok(retry >= 1000 && retry <= 5000)
  })

  it('has every event once, in order, with its data', async () => {
    const server = await start()
    const reader = await openReader(server.port)
    const ids = publishMany(server, 500)
    const events = await reader.events(500)
    assert.deepEqual(reader.ids(), ids)
    const [first] = events
    assert.equal(first?.event, 'status')
    const { at, ...event } = dataOf(first ?? {})
    assert.deepEqual(event, {
      id: ids[0],
      type: 'status',
      chargePoint: 'CP-1',
      data: { evseId: 0, connectorId: 1, status: '', timestamp: '2026-01-01T00:00:00Z' }
    })
    assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000)
  })

  it('shows whole id tokens only with the scope for them', async () => {
    const server = await start()
    const scopes = ['charge-points:read', 'transactions:read']
    const made = await operate(server, 'POST', '/operator-tokens', { name: 'reader', scopes })
    const headers = { authorization: `Bearer ${made.json().token}` }
    const readers = [await openReader(server.port, { headers }), await openReader(server.port)]
    const data = { transactionId: '7', eventType: 'Started', timestamp: '2026-01-01T00:00:00Z' } as const
    server.app.publisher.publish({
      type: 'transaction',
      chargePoint: 'CP-1',
      data: { ...data, idToken: '04E91C5A2B3C' }
    })
    const shown = await Promise.all(
      readers.map(async (reader) => dataOf((await reader.events(1))[0] ?? {}).data.idToken)
    )
    assert.deepEqual(shown, ['04E9…', '04E91C5A2B3C'])
  })

  it('escapes line breaks in texts of chargers', async () => {
    const server = await start()
    const reader = await openReader(server.port)
    publish(server, 'CP-1', 'a\n\nevent: boot\r\ndata: {}\n\nid: 9')
    publish(server, 'CP-2')
    const events = await reader.events(2)
    assert.equal(dataOf(events[0] ?? {}).data.status, 'a\n\nevent: boot\r\ndata: {}\n\nid: 9')
    assert.equal(dataOf(events[1] ?? {}).chargePoint, 'CP-2')
  })

  it('has connections, calls and security events', async () => {
    const server = await startBackend()
    const reader = await openReader(server.port)
    const charger = await connectCharger(server.url, 'CP-1')
    await charger.call('Heartbeat', {})
    charger.onCall(() => ({ status: 'Accepted' }))
    const began = performance.now()
    await server.app.ocpp.v16.call('CP-1', 'ClearCache', {})
    const seconds = (performance.now() - began) / 1000
    charger.ws.close()
    await until('it is gone', () => server.app.ocpp.chargePoints.size === 0)
    const told = () => reader.blocks.flatMap((block) => (block.data === undefined ? [] : dataOf(block)))
    await until('all is told', () => told().some(({ type }) => type === 'disconnect'))
    // It is also asked to boot.
    const [connect, security, call, disconnect] = told().filter(({ data }) => data.action !== 'TriggerMessage')
    assert.deepEqual(connect.data, { protocol: 'ocpp1.6', remoteAddress: '127.0.0.1' })
    assert.deepEqual(security.data, {
      source: 'csms',
      type: 'not-accepted',
      remoteAddress: '127.0.0.1',
      detail: 'Heartbeat'
    })
    assert.equal(call.data.action, 'ClearCache')
    assert.equal(call.data.outcome, 'result')
    assert.ok(call.data.duration > 0 && call.data.duration <= seconds, String(call.data.duration))
    assert.equal(disconnect.data.reason, 'closed')
    for (const { chargePoint } of told()) assert.equal(chargePoint, 'CP-1')
  })
})

describe('filters', () => {
  it('select charge points, whatever the case of their identities', async () => {
    const server = await start()
    const one = await openReader(server.port, { query: '?chargePoint=cp-1' })
    const two = await openReader(server.port, { query: '?chargePoint=Cp-1&chargePoint=CP-2' })
    const ids = ['CP-1', 'CP-2', 'CP-3', 'CP-1'].map((identity) => publish(server, identity))
    await one.events(2)
    await two.events(3)
    assert.deepEqual(one.ids(), [ids[0], ids[3]])
    assert.deepEqual(two.ids(), [ids[0], ids[1], ids[3]])
  })

  it('select types of events', async () => {
    const server = await start()
    const { publisher } = server.app
    const reader = await openReader(server.port, { query: '?type=connect&type=meter-values' })
    publish(server, 'CP-1')
    const connect = { protocol: 'ocpp1.6', remoteAddress: '::1' } as const
    publisher.publish({ type: 'connect', chargePoint: 'CP-1', data: connect })
    publisher.publish({ type: 'meter-values', chargePoint: 'CP-1', data: { evseId: 0, connectorId: 1, readings: [] } })
    const events = await reader.events(2)
    assert.deepEqual(
      events.map(({ event }) => event),
      ['connect', 'meter-values']
    )
  })

  it('apply to replayed events', async () => {
    const server = await start()
    const { lastId } = server.app.publisher
    const ids = ['CP-1', 'CP-2', 'CP-1'].map((identity) => publish(server, identity))
    const reader = await openReader(server.port, { query: '?chargePoint=CP-1', lastEventId: lastId })
    await reader.events(2)
    assert.deepEqual(reader.ids(), [ids[0], ids[2]])
  })

  it('are rejected when they are invalid', async () => {
    const { app } = await start()
    const refused = [
      ['?type=weather', '/type/0'],
      ['?type=boot&type=weather', '/type/1'],
      ['?chargePoint=', '/chargePoint/0'],
      [`?chargePoint=${'x'.repeat(49)}`, '/chargePoint/0'],
      ['?lastEventId=7', '/lastEventId'],
      ['?lastEventId=0000000000000000&lastEventId=0000000000000000', '/lastEventId'],
      ['?chargepoint=CP-1', '/chargepoint']
    ]
    for (const [query = '', pointer] of refused) {
      const response = await app.inject({ url: `/api/v1/events${query}`, headers: BEARER })
      assert.equal(response.statusCode, 400, query)
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/)
      assert.equal(response.json().errors[0].pointer, pointer)
    }
    const headers = { ...BEARER, 'last-event-id': 'yesterday' }
    assert.equal((await app.inject({ url: '/api/v1/events', headers })).statusCode, 400)
  })
})

describe('a reader that reconnects', () => {
  it('misses no event and gets none twice, however often it reconnects', async () => {
    const server = await startBackend()
    const published: string[] = []
    const seen: string[] = []
    let lastEventId: string | undefined = server.app.publisher.lastId
    for (let round = 0; round < 10; round++) {
      published.push(...publishMany(server, 150))
      const reader = await openReader(server.port, lastEventId === undefined ? {} : { lastEventId })
      published.push(...publishMany(server, 50))
      await reader.events(100)
      reader.leave()
      await reader.closed
      const ids = reader.ids()
      seen.push(...ids)
      lastEventId = ids.at(-1)
    }
    const rest = await openReader(server.port, { lastEventId: String(lastEventId) })
    await rest.events(published.length - seen.length)
    assert.deepEqual([...seen, ...rest.ids()], published)
    assert.ok(!rest.blocks.some(({ event }) => event === 'gap'))
  })

  it('knows where to continue even before the first event', async () => {
    const server = await startBackend()
    const first = await openReader(server.port)
    await until('it is told a position', () => first.position() !== undefined)
    first.leave()
    await first.closed
    const id = publish(server, 'CP-1')
    const again = await openReader(server.port, { lastEventId: String(first.position()) })
    await again.events(1)
    assert.deepEqual(again.ids(), [id])
  })

  it('can give its last id in the query; the header takes precedence', async () => {
    const server = await start()
    const ids = publishMany(server, 3)
    const byQuery = await openReader(server.port, { query: `?lastEventId=${ids[0]}` })
    await byQuery.events(2)
    assert.deepEqual(byQuery.ids(), ids.slice(1))
    const byBoth = await openReader(server.port, { query: `?lastEventId=${ids[0]}`, lastEventId: String(ids[1]) })
    await byBoth.events(1)
    assert.deepEqual(byBoth.ids(), ids.slice(2))
  })

  it('gets a gap when events have been dropped', async () => {
    const server = await startBackend({ EVENTS_BUFFER: '10' })
    const ids = publishMany(server, 30)
    const reader = await openReader(server.port, { lastEventId: String(ids[5]) })
    const [gap] = await reader.events(11)
    assert.equal(gap?.event, 'gap')
    assert.equal(gap?.id, undefined)
    assert.deepEqual(dataOf(gap ?? {}), { lastEventId: ids[5], oldest: ids[20] })
    assert.deepEqual(reader.ids(), ids.slice(20))
    const lucky = await openReader(server.port, { lastEventId: String(ids[19]) })
    await lucky.events(10)
    assert.deepEqual(lucky.ids(), ids.slice(20))
  })

  it('gets a gap after a restart, and when its id is unknown', async () => {
    const server = await startBackend()
    for (const lastEventId of ['0000000000000000', '9999999999999999']) {
      const reader = await openReader(server.port, { lastEventId })
      const [gap] = await reader.events(1)
      assert.equal(gap?.event, 'gap')
      assert.deepEqual(dataOf(gap ?? {}), { lastEventId, oldest: null })
    }
  })
})

describe('many readers', () => {
  it('all get every event: 200 of them', async () => {
    const server = await startBackend()
    const readers = await Promise.all(Array.from({ length: 200 }, () => openReader(server.port)))
    const ids: string[] = []
    for (let round = 0; round < 20; round++) {
      ids.push(...publishMany(server, 10))
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (const reader of readers) {
      await reader.events(ids.length)
      assert.deepEqual(reader.ids(), ids)
    }
  })
})

describe('the shutdown of the app', () => {
  it('ends every stream after the event of the last disconnect', async () => {
    const server = await startBackend()
    await connectCharger(server.url, 'CP-1', { boot: true })
    const readers = await Promise.all([openReader(server.port), openReader(server.port, { query: '?type=disconnect' })])
    await Promise.all(readers.map(({ blocks }) => until('it listens', () => blocks.length > 1)))
    const paused = await openReader(server.port)
    paused.pause()
    await within('the app to close', server.close())
    for (const reader of readers) {
      await within('the end', reader.closed)
      const last = reader.blocks.findLast(({ data }) => data !== undefined)
      assert.equal(dataOf(last ?? {}).data.reason, 'draining')
    }
  })
})
