import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { after, describe, it } from 'node:test'
import { EventFeed } from '../../lib/events/feed.js'
import { startBackend, TOKEN } from '../app/support.js'
import { until, within } from '../support/wait.js'
import { openReader } from './reader.js'

/** A reader that asks for events and then reads nothing any more. */
function connectSilent(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
  after(() => socket.destroy())
  socket.on('error', () => undefined)
  socket.pause()
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`)
  return socket
}

function newFeed(options: { heartbeatInterval?: number; maxBuffered?: number; size?: number } = {}) {
  let cuts = 0
  const { size = 100, ...rest } = options
  const feed = new EventFeed({ ring: { size, length: 1e6 }, floor: '00', onCut: () => cuts++, ...rest })
  after(() => feed.close())
  return { feed, cuts: () => cuts }
}

function event(id: string) {
  return { id, type: 'boot', chargePoint: 'CP-1', at: '2026-01-01T00:00:00Z', data: {} } as const
}

/** What nobody takes out of it waits in it. */
function streamOf(highWaterMark: number): PassThrough {
  return new PassThrough({ writableHighWaterMark: highWaterMark, readableHighWaterMark: highWaterMark })
}

describe('a reader that does not read', () => {
  it('is disconnected when too much waits for it, and other readers lose nothing', async () => {
    const server = await startBackend()
    const good = await openReader(server.port)
    const connections = () => connectionsOf(server.app.server)
    const silent = connectSilent(server.port)
    const closed = new Promise<void>((resolve) => silent.on('close', () => resolve()))
    await until('the good one listens', () => good.blocks.length > 1)
    while ((await connections()) < 2) await new Promise((resolve) => setImmediate(resolve))
    const info = 'x'.repeat(40_000)
    const data = { evseId: 0, connectorId: 1, status: 'Faulted', timestamp: '2026-01-01T00:00:00Z', info }
    let published = 0
    while ((await connections()) > 1) {
      // 4 MB a round: more than the buffers of two sockets and ours hold, after a few.
      for (let i = 0; i < 100; i++) server.app.publisher.publish({ type: 'status', chargePoint: 'CP-1', data })
      published += 100
      assert.ok(published < 10_000, 'it is not cut off')
      await good.events(published)
    }
    assert.equal(good.ids().length, published)
    silent.resume()
    await within('the silent one to notice', closed)
  })

  it('is disconnected when it has not read the previous heartbeat', async () => {
    const { feed, cuts } = newFeed({ heartbeatInterval: 10 })
    const reading = streamOf(16_384)
    reading.resume()
    const stuck = streamOf(1)
    feed.open(reading, { filter: {} })
    feed.open(stuck, { filter: {} })
    await until('it is cut', () => stuck.destroyed)
    assert.equal(cuts(), 1)
    assert.ok(!reading.destroyed)
    assert.equal(feed.size, 1)
  })

  it('is disconnected during a replay when the oldest events are dropped before it has read them', async () => {
    const { feed, cuts } = newFeed({ size: 300 })
    const ids = Array.from({ length: 2_000 }, (_, index) => String(10_000 + index))
    for (const id of ids.slice(0, 300)) feed.add(event(id))
    const stuck = streamOf(1)
    feed.open(stuck, { filter: {}, lastEventId: '10000' })
    for (const id of ids.slice(300)) feed.add(event(id))
    stuck.resume()
    await until('it is cut', () => stuck.destroyed)
    assert.equal(cuts(), 1)
  })
})

describe('a reader with a filter that matches nothing', () => {
  it('gets its position with heartbeats', async () => {
    const { feed } = newFeed({ heartbeatInterval: 10 })
    const stream = streamOf(16_384)
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    feed.open(stream, { filter: { types: new Set(['call']) } })
    feed.add(event('77'))
    await until('it is told', () => text.includes(': heartbeat\n\nid: 77\n\n'))
    assert.ok(!text.includes('data:'))
  })
})

function connectionsOf(server: { getConnections(callback: (error: Error | null, count: number) => void): void }) {
  return new Promise<number>((resolve, reject) => {
    server.getConnections((error, connections) => (error === null ? resolve(connections) : reject(error)))
  })
}
