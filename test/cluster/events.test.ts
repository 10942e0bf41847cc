import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import type { ClusterEvent, FastifyOcppOptions } from 'fastify-ocpp'
import fastifyOcpp from 'fastify-ocpp'
import { memoryCluster } from 'fastify-ocpp/cluster'
import { listen } from '../support/server.js'
import { until } from '../support/wait.js'
import { connectTo, inMemory, onEachBus, startNodes } from './support.js'

onEachBus('events of all nodes', (bus) => {
  test('are published by each node, in the order of the node where they happened', async () => {
    const [one, two] = await startNodes(bus())
    assert(one && two)
    const events: ClusterEvent[] = []
    const { cluster } = two.app.ocpp
    for (const type of ['connect', 'call', 'violation', 'disconnect'] as const) {
      cluster?.events.on(type, (event) => events.push(event))
    }
    // An event is passed on once the other node has said that it listens.
    let attempt = 0
    await until('events arrive', async () => {
      const charger = await connectTo(one, `TRY-${++attempt}`)
      await charger.close()
      return events.length > 0
    })
    events.length = 0
    const charger = await connectTo(one, 'CP-1')
    charger.onCall(() => ({ status: 'Accepted' }))
    await one.app.ocpp.v16.call('CP-1', 'ClearCache', {})
    await charger.call('StatusNotification', {})
    await charger.close()
    const own = () => events.filter(({ identity }) => identity === 'CP-1')
    await until('the last arrives', () => own().some(({ type }) => type === 'disconnect'))
    assert.deepEqual(
      own().map(({ type, node, protocol }) => [type, node, protocol]),
      ['connect', 'call', 'violation', 'disconnect'].map((type) => [type, 'node-1', 'ocpp1.6'])
    )
    const [, call, violation, disconnect] = own()
    assert.equal(call?.data.action, 'ClearCache')
    assert.deepEqual(call?.data.response, { status: 'Accepted' })
    assert.equal(violation?.data.action, 'StatusNotification')
    assert.equal(disconnect?.data.reason, 'closed')
  })

  test('include those of the node itself, and an error of a listener stops nobody', async () => {
    const [one] = await startNodes(bus(), 1)
    assert(one)
    const seen: string[] = []
    const { cluster } = one.app.ocpp
    const fail = () => {
      throw new Error('a listener')
    }
    cluster?.events.on('connect', fail)
    cluster?.events.on('connect', async () => fail())
    cluster?.events.on('connect', ({ identity, node }) => seen.push(`${identity} ${node}`))
    await connectTo(one, 'CP-1')
    cluster?.events.off('connect', fail)
    assert.deepEqual(seen, ['CP-1 node-1'])
  })

  test('a node publishes its id and the number of its charge points', async () => {
    const [one, two] = await startNodes(bus())
    assert(one && two)
    await connectTo(one, 'CP-1')
    const { cluster } = two.app.ocpp
    await until('the count is told', () => cluster?.nodes().some(({ connections }) => connections === 1) === true)
    const [own, other] = cluster?.nodes() ?? []
    assert.deepEqual([own?.node, own?.isLocal, own?.connections], ['node-2', true, 0])
    assert.deepEqual([other?.node, other?.isLocal, other?.connections], ['node-1', false, 1])
    assert(other !== undefined && other.since instanceof Date && other.load >= 0 && other.load <= 1)
  })
})

test('an event that a slow or lost bus does not accept is dropped and counted', async () => {
  const [one, two] = await startNodes(inMemory())
  assert(one && two)
  two.app.ocpp.cluster?.events.on('connect', () => undefined)
  await until('the other node knows', async () => {
    const charger = await connectTo(one, 'CP-0')
    await charger.close()
    const { cluster } = one.app.ocpp as unknown as { cluster: { cluster: { isConnected: boolean } } }
    cluster.cluster.isConnected = false
    const again = await connectTo(one, 'CP-1')
    await again.close()
    cluster.cluster.isConnected = true
    return (one.app.ocpp.cluster?.counters.dropped ?? 0) > 0
  })
})

test('the endpoints of an application are one node, and a cluster is checked', async () => {
  const join = memoryCluster()
  const app = Fastify()
  const cluster = join('one')
  const open: FastifyOcppOptions = { securityProfile: 0, drainTimeout: 0, drainSpread: 0 }
  await app.register(fastifyOcpp, { ...open, cluster })
  await app.register(fastifyOcpp, { ...open, cluster, path: '/other/:identity' })
  await assert.rejects(
    async () => app.register(fastifyOcpp, { ...open, cluster: join('two'), path: '/third/:identity' }),
    /option `cluster` must be the same/
  )
  await assert.rejects(
    async () => Fastify().register(fastifyOcpp, { ...open, cluster: {} as never }),
    /option `cluster` must be what natsCluster/
  )
  assert.equal(app.ocpp.cluster?.node, 'one')
  await listen(app).catch(() => app.close())
})
