import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { type MemoryNode, memoryCluster } from 'fastify-ocpp/cluster'
import type { PublishedEvent } from '../../lib/events/event.js'
import { EventRelay } from '../../lib/nodes/event-relay.js'
import { until } from '../support/wait.js'

interface Member {
  bus: MemoryNode
  relay: EventRelay
  heard: string[]
  counts: { gaps: number; foreign: number }
}

function member(bus: MemoryNode): Member {
  const heard: string[] = []
  const counts = { gaps: 0, foreign: 0 }
  const relay = new EventRelay({
    cluster: bus,
    onEvent: ({ id }) => heard.push(id),
    onGap: () => counts.gaps++,
    onForeign: () => counts.foreign++
  })
  after(() => relay.close())
  return { bus, relay, heard, counts }
}

const event = (id: string): PublishedEvent => ({ id, type: 'boot', chargePoint: 'CP-1', at: '', data: {} })

describe('events between nodes', () => {
  it('come in their order, and not back', async () => {
    const join = memoryCluster()
    const [one, two] = [member(join('one')), member(join('two'))]
    for (const id of ['1', '2', '3']) one.relay.send(event(id))
    await until('they have come', () => two.heard.length === 3)
    assert.deepEqual([two.heard, one.heard], [['1', '2', '3'], []])
    assert.equal(two.counts.gaps, 0)
  })

  it('are missed by whoever was away meanwhile, and by the others', async () => {
    const join = memoryCluster()
    const [one, two, three] = [member(join('one')), member(join('two')), member(join('three'))]
    one.relay.send(event('1'))
    await until('both have it', () => two.heard.length + three.heard.length === 2)
    one.bus.isConnected = false
    one.relay.send(event('2'))
    one.bus.isConnected = true
    assert.equal(one.counts.gaps, 1)
    one.relay.send(event('3'))
    await until('both have the next one', () => two.heard.length + three.heard.length === 4)
    assert.deepEqual([two.counts.gaps, three.counts.gaps], [1, 1])
  })

  it('are missed without another one after them, too', async () => {
    const join = memoryCluster()
    const [one, two] = [member(join('one')), member(join('two'))]
    one.relay.send(event('1'))
    await until('it has come', () => two.heard.length === 1)
    one.bus.isConnected = false
    one.relay.send(event('2'))
    one.bus.isConnected = true
    await until('the next position tells so', () => two.counts.gaps === 1)
  })

  it('may be missed of a node that died, and not of one that took its leave', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const join = memoryCluster()
    const [one, died, left] = [member(join('one')), member(join('died')), member(join('left'))]
    for (const { relay } of [died, left]) relay.send(event('1'))
    await until('both are known', () => one.heard.length === 2)
    died.bus.isConnected = false
    left.relay.close()
    const gaps = () => {
      t.mock.timers.tick(1_000)
      return one.counts.gaps
    }
    await until('it is told', () => gaps() > 0)
    for (let beats = 0; beats < 10; beats++) gaps()
    assert.equal(one.counts.gaps, 1)
  })

  it('are missed of a node that was away for so long that it is forgotten, or that is older', async () => {
    const join = memoryCluster()
    const [one, old] = [member(join('one')), join('old')]
    old.publish('published.old', JSON.stringify({ v: 1, node: 'old', position: 3 }))
    await until('it is known that there were three', () => one.counts.gaps === 1)
  })

  it('are none of ours when they are something else', async () => {
    const join = memoryCluster()
    const [one, stranger] = [member(join('one')), join('stranger')]
    for (const text of ['', '{', '{"v":2,"node":"x","position":1}', '{"v":1,"node":"x","position":-1}', 'null']) {
      stranger.publish('published.x', text)
    }
    await until('all are counted', () => one.counts.foreign === 5)
    assert.deepEqual([one.heard, one.counts.gaps], [[], 0])
  })
})
