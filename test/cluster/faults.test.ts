import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DisconnectedError } from 'fastify-ocpp'
import { UnreachableError } from 'fastify-ocpp/cluster'
import { NO_ANSWER } from '../support/charger.js'
import { until, within } from '../support/wait.js'
import { connectTo, inMemory, onEachBus, startNodes } from './support.js'

onEachBus('what other nodes and strangers send', (bus) => {
  test('is ignored and counted when it is not ours', async () => {
    const nodes = bus()
    const [one, two] = await startNodes(nodes)
    assert(one && two)
    const charger = await connectTo(one, 'CP-1')
    charger.onCall(() => ({ status: 'Accepted' }))
    const stranger = await nodes.join('stranger')
    const hostile = ['', 'null', '{', '{"v":1}', '{"v":2,"node":"x"}', JSON.stringify({ v: 1, to: { toString: 1 } })]
    const subjects = ['beat.x', 'claim.cp-1', 'inbox.node-1', 'event.connect.cp-1', 'call.cp-1']
    for (const subject of subjects) for (const text of hostile) stranger.publish(subject, text)
    await stranger.flush()
    const { cluster } = one.app.ocpp
    await until('all are counted', () => cluster?.counters.ignored === hostile.length * subjects.length)
    assert.deepEqual(await two.app.ocpp.call('CP-1', 'ClearCache', {}), { status: 'Accepted' })
    assert.equal(cluster?.nodes().length, 2)
  })

  test('is never taken for an answer before the charge point was called', async () => {
    const nodes = bus()
    const [one, two] = await startNodes(nodes)
    assert(one && two)
    const charger = await connectTo(one, 'CP-1')
    const stranger = await nodes.join('stranger')
    // A node that says that it is ready and is never told to go sends nothing.
    const ask = { v: 1, from: 'stranger', id: '1', identity: 'CP-1', kind: 'call', action: 'ClearCache', payload: {} }
    const replies: string[] = []
    const end = stranger.request('call.cp-1', JSON.stringify(ask), {
      nobody: () => replies.push('nobody'),
      reply: (text) => replies.push(text)
    })
    await until('the node is ready', () => replies.length > 0)
    assert.deepEqual(
      replies.map((text) => JSON.parse(text)),
      [{ v: 1, ready: 'node-1' }]
    )
    end()
    assert.equal((await charger.call('Heartbeat')).type, 3)
    assert.equal(charger.received.length, 2)
  })
})

test('a node that does not answer in time was sent nothing, however late the request arrives', async () => {
  const nodes = inMemory()
  const [two] = await startNodes(nodes, 1)
  assert(two)
  const slow = await nodes.join('slow')
  // It holds the charge point, and reads the request when nobody waits for it any more.
  const asked: [text: string, reply: (text: string) => void][] = []
  const words: string[] = []
  slow.subscribe('call.cp-1', (text, reply) => asked.push([text, reply]), { shared: true })
  slow.subscribe('inbox.slow', (text) => words.push(text))
  await assert.rejects(
    within('the answer', two.app.ocpp.call('CP-1', 'ClearCache', {}, { timeout: 100 })),
    (error: unknown) => {
      return error instanceof UnreachableError && !error.sent
    }
  )
  const [first] = asked
  assert(first !== undefined)
  first[1](JSON.stringify({ v: 1, ready: 'slow' }))
  await slow.flush()
  await slow.flush()
  assert.deepEqual(words, [])
})

test('a call to a node that is lost while the charge point has it is unknown, never a success', async () => {
  const nodes = inMemory()
  const [one, two] = await startNodes(nodes)
  assert(one && two)
  const charger = await connectTo(one, 'CP-1')
  charger.onCall(() => NO_ANSWER)
  const call = two.app.ocpp.call('CP-1', 'ClearCache', {})
  call.catch(() => undefined)
  await until('the charge point is called', () => charger.received.length > 1)
  const holder = one.app.ocpp.cluster as unknown as { cluster: { isConnected: boolean } }
  holder.cluster.isConnected = false
  await assert.rejects(within('the end of the call', call, 10_000), (error: unknown) => {
    return error instanceof DisconnectedError && error.sent && error.statusCode === 504
  })
  await until('its silence is noticed', () => two.app.ocpp.cluster?.nodes().length === 1)
})

test('an outcome that was lost between nodes is unknown, too', async () => {
  const nodes = inMemory()
  const [two] = await startNodes(nodes, 1)
  assert(two)
  const holder = await nodes.join('holder')
  holder.subscribe('call.cp-1', (_text, reply) => reply(JSON.stringify({ v: 1, ready: 'holder' })), { shared: true })
  const words: string[] = []
  holder.subscribe('inbox.holder', (text, reply) => {
    const { word, id } = JSON.parse(text) as { word: string; id: string }
    words.push(word)
    if (words.length === 2) reply(JSON.stringify({ v: 1, running: true }))
    const error = { code: 'OCPP_ERR_DISCONNECTED', message: `the outcome of ${id} was lost`, sent: true }
    if (words.length === 3) reply(JSON.stringify({ v: 1, error }))
  })
  await assert.rejects(within('the end of the call', two.app.ocpp.call('CP-1', 'ClearCache', {})), (error: unknown) => {
    return error instanceof DisconnectedError && error.sent
  })
  assert.deepEqual(words, ['go', 'check', 'check'])
})

test('the calls of an application that closes end, and the other nodes are told at once', async () => {
  const [one, two] = await startNodes(inMemory())
  assert(one && two)
  const charger = await connectTo(one, 'CP-1')
  charger.onCall(() => NO_ANSWER)
  const call = two.app.ocpp.call('CP-1', 'ClearCache', {})
  call.catch(() => undefined)
  await until('the charge point is called', () => charger.received.length > 1)
  await two.close()
  await assert.rejects(call, DisconnectedError)
  await until('it is gone', () => one.app.ocpp.cluster?.nodes().length === 1)
})
