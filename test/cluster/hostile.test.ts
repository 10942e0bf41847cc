import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cluster, MessageListener, ReplyListener } from 'fastify-ocpp'
import { InvalidTimeoutError, NotConnectedError } from 'fastify-ocpp'
import { UnreachableError } from 'fastify-ocpp/cluster'
import { connectCharger, NO_ANSWER } from '../support/charger.js'
import { startServer } from '../support/server.js'
import { until, within } from '../support/wait.js'
import { type Bus, connectTo, inMemory, onEachBus, startNodes } from './support.js'

const REPLACED = { code: 4000, reason: 'replaced by a newer connection' }

/** A node that can be made deaf and dumb while its bus seems to be there, as when servers of the bus lose each other. */
class SplitNode implements Cluster {
  readonly #inner: Cluster
  isSplit = false

  constructor(inner: Cluster) {
    this.#inner = inner
  }

  get node(): string {
    return this.#inner.node
  }

  get version(): string | undefined {
    return this.#inner.version
  }

  get maxPayload(): number {
    return this.#inner.maxPayload
  }

  get isConnected(): boolean {
    return this.#inner.isConnected
  }

  publish(subject: string, text: string): void {
    if (!this.isSplit) this.#inner.publish(subject, text)
  }

  request(subject: string, text: string, listener: ReplyListener): () => void {
    return this.isSplit ? () => undefined : this.#inner.request(subject, text, listener)
  }

  subscribe(subject: string, listener: MessageListener, options?: { shared?: boolean }): () => void {
    const hear: MessageListener = (text, reply) => {
      if (!this.isSplit) listener(text, reply)
    }
    return this.#inner.subscribe(subject, hear, options)
  }

  flush(): Promise<void> {
    return this.#inner.flush()
  }

  onStatus(listener: (isConnected: boolean) => void): () => void {
    return this.#inner.onStatus(listener)
  }
}

function inMemoryThatSplits(): Bus & { nodes: SplitNode[] } {
  const { join } = inMemory()
  const nodes: SplitNode[] = []
  return {
    nodes,
    join: async (name) => {
      const node = new SplitNode(await join(name))
      nodes.push(node)
      return node
    }
  }
}

onEachBus('a call to another node', (bus) => {
  test('is not connected when no charge point can have the identity, and the bus goes on', async () => {
    const [one, two] = await startNodes(bus())
    assert(one && two)
    const charger = await connectTo(one, 'CP-1')
    charger.onCall(() => ({ status: 'Accepted' }))
    const { ocpp } = two.app
    for (const identity of ['', 'x'.repeat(256), 'x'.repeat(5_000)]) {
      await assert.rejects(ocpp.call(identity, 'ClearCache', {}), NotConnectedError)
    }
    assert.deepEqual(await ocpp.call('CP-1', 'ClearCache', {}), { status: 'Accepted' })
  })

  test('refuses a timeout that is none, as on the node itself', async () => {
    const [one, two] = await startNodes(bus())
    assert(one && two)
    const charger = await connectTo(one, 'CP-1')
    charger.onCall(() => ({ status: 'Accepted' }))
    const { ocpp } = two.app
    for (const timeout of [0, -1, Number.NaN]) {
      await assert.rejects(ocpp.call('CP-1', 'ClearCache', {}, { timeout }), InvalidTimeoutError)
    }
    const endless = { timeout: Number.POSITIVE_INFINITY }
    assert.deepEqual(await ocpp.call('CP-1', 'ClearCache', {}, endless), { status: 'Accepted' })
  })

  test('fails, and the node of the charge point goes on, when an application answers with what is no JSON', async () => {
    const [one, two] = await startNodes(bus())
    const [holder, asker] = [one?.app.ocpp.cluster, two?.app.ocpp.cluster]
    assert(one && holder && asker)
    await connectTo(one, 'CP-1')
    holder.onForward(() => 1n)
    await assert.rejects(asker.forward('CP-1', {}), { code: 'INTERNAL_ERROR', sent: true })
    const odd = Object.assign(new Error('odd'), { code: 'ODD', violation: 'not what it seems', statusCode: 4.5 })
    holder.onForward(() => Promise.reject(odd))
    await assert.rejects(asker.forward('CP-1', {}), { code: 'ODD', message: 'odd' })
  })
})

test('a foreign answer before the node was told to go is no success', async () => {
  const nodes = inMemory()
  const [two] = await startNodes(nodes, 1)
  assert(two)
  const stranger = await nodes.join('stranger')
  stranger.subscribe('call.cp-1', (_text, reply) => reply('{"v":1}'), { shared: true })
  const { cluster, call } = { cluster: two.app.ocpp.cluster, call: two.app.ocpp.call.bind(two.app.ocpp) }
  await assert.rejects(within('the end', call('CP-1', 'ClearCache', {}, { timeout: 1_500 })), UnreachableError)
  // It may have been asked again meanwhile.
  assert.ok((cluster?.counters.ignored ?? 0) >= 1)
})

test('an answer of a kind that this version does not know is no success', async () => {
  const nodes = inMemory()
  const [two] = await startNodes(nodes, 1)
  assert(two)
  const later = await nodes.join('later')
  later.subscribe('call.cp-1', (_text, reply) => {
    reply('{"v":1,"ready":"later"}')
    later.subscribe('inbox.later', () => {
      reply('{"v":1,"progress":50}')
      reply('{"v":1,"result":{"status":"Rejected"}}')
    })
  })
  assert.deepEqual(await within('the end', two.app.ocpp.call('CP-1', 'ClearCache', {})), { status: 'Rejected' })
})

test('a call waits for a node that is slow to be ready, and reaches its charge point once', async () => {
  const nodes = inMemory()
  const [two] = await startNodes(nodes, 1)
  assert(two)
  const slow = await nodes.join('slow')
  const ready = JSON.stringify({ v: 1, ready: 'slow' })
  const words: string[] = []
  const asked: { id: string; reply: (text: string) => void }[] = []
  slow.subscribe('call.cp-1', (text, reply) => {
    asked.push({ id: (JSON.parse(text) as { id: string }).id, reply })
    // It is busy, and reads what came meanwhile all at once.
    if (asked.length === 3) for (const ask of asked) ask.reply(ready)
  })
  slow.subscribe('inbox.slow', (text) => {
    const { word, id } = JSON.parse(text) as { word: string; id: string }
    words.push(`${word} ${asked.findIndex((ask) => ask.id === id)}`)
    if (words.length === 3) asked[0]?.reply('{"v":1,"result":{"status":"Accepted"}}')
  })
  const call = two.app.ocpp.call('CP-1', 'ClearCache', {})
  assert.deepEqual(await within('the answer', call), { status: 'Accepted' })
  assert.deepEqual(words, ['go 0', 'cancel 1', 'cancel 2'])
})

test('of two connections the older one is closed when the bus of two nodes was split and neither noticed', async () => {
  const bus = inMemoryThatSplits()
  const [one, two] = await startNodes(bus)
  assert(one && two)
  const old = await connectTo(one, 'CP-1')
  const [first] = bus.nodes
  assert(first)
  first.isSplit = true
  const newcomer = await connectTo(two, 'CP-1')
  await until('they lose each other', () => [one, two].every(({ app }) => app.ocpp.cluster?.nodes().length === 1))
  assert.equal(old.ws.readyState, 1)
  first.isSplit = false
  assert.deepEqual(await within('the close of the old one', old.closed), REPLACED)
  assert.equal((await newcomer.call('Heartbeat')).type, 3)
})

test('a node that has just joined counts from the epochs of the others', async () => {
  const bus = inMemory()
  const [one] = await startNodes(bus, 1)
  assert(one)
  for (let time = 0; time < 3; time++) await (await connectTo(one, 'CP-0')).close()
  const old = await connectTo(one, 'CP-1')
  const cluster = await bus.join('younger')
  const authenticate = () => ({ accept: true, registration: 'Accepted' }) as const
  const two = await startServer({ cluster, authenticate }, ({ ocpp }) => {
    ocpp.on('Heartbeat', () => ({ currentTime: new Date().toISOString() }))
  })
  await until('it knows the other', () => two.app.ocpp.cluster?.nodes().length === 2)
  const inner = one.app.ocpp.cluster as unknown as { cluster: { isConnected: boolean } }
  inner.cluster.isConnected = false
  const newcomer = await connectTo(two, 'CP-1')
  inner.cluster.isConnected = true
  assert.deepEqual(await within('the close of the old one', old.closed), REPLACED)
  assert.equal((await newcomer.call('Heartbeat')).type, 3)
})

test('an epoch that leaves no room to count on is foreign', async () => {
  const bus = inMemory()
  const [one, two] = await startNodes(bus)
  assert(one && two)
  const stranger = await bus.join('stranger')
  const claim = { v: 1, identity: 'CP-0', node: 'stranger', epoch: Number.MAX_VALUE, isCounted: true, phase: 'claim' }
  stranger.publish('claim.cp-0', JSON.stringify(claim))
  await until('it is ignored', () => [one, two].every(({ app }) => app.ocpp.cluster?.counters.ignored === 1))
  const old = await connectTo(two, 'CP-1')
  await connectTo(one, 'CP-1')
  assert.deepEqual(await within('the close of the old one', old.closed), REPLACED)
})

test('two silent newcomers to a node, of which one ends, close no connection that works', async () => {
  const [one, two] = await startNodes(inMemory(), 2, { takeoverTimeout: 60_000 })
  assert(one && two)
  const old = await connectTo(one, 'CP-1')
  old.onCall(() => ({ status: 'Accepted' }))
  const first = await connectCharger(two.url, 'CP-1')
  const second = await connectCharger(two.url, 'CP-1')
  for (const newcomer of [first, second]) newcomer.onCall(() => NO_ANSWER)
  await until('the old one is not used', () => one.app.ocpp.cluster?.isSuspended('CP-1') === true)
  second.ws.terminate()
  await until('the first is current again', async () => {
    await two.app.ocpp.call('CP-1', 'ClearCache', {}, { timeout: 20 }).catch(() => undefined)
    return first.received.length > 0
  })
  first.ws.terminate()
  await until('the old one is used again', async () => {
    const answer = await two.app.ocpp.call('CP-1', 'ClearCache', {}).catch(() => undefined)
    return answer !== undefined
  })
  assert.equal((await old.call('Heartbeat')).type, 3)
})
