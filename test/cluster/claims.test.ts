import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotConnectedError } from 'fastify-ocpp'
import { UnreachableError } from 'fastify-ocpp/cluster'
import { type Charger, connectCharger, NO_ANSWER } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until, within } from '../support/wait.js'
import { connectTo, inMemory, onEachBus, startNodes } from './support.js'

const REPLACED = { code: 4000, reason: 'replaced by a newer connection' }

/** Lets the charger answer every CALL, so that the answer tells who was called. */
function answerAs(charger: Charger, status: string): void {
  charger.onCall(() => ({ status }))
}

function clearCache({ app }: TestServer): Promise<unknown> {
  return app.ocpp.v16.call('CP-1', 'ClearCache', {}).catch((error) => error.code)
}

onEachBus('a charge point that moves between nodes', (bus) => {
  test('is called on its newer connection, and the older one is closed', async () => {
    const [one, two, three] = await startNodes(bus(), 3)
    assert(one && two && three)
    const old = await connectTo(one, 'CP-1')
    answerAs(old, 'Rejected')
    const newcomer = await connectTo(two, 'cp-1')
    answerAs(newcomer, 'Accepted')
    assert.deepEqual(await within('the close of the old one', old.closed), REPLACED)
    for (const node of [one, two, three]) assert.deepEqual(await clearCache(node), { status: 'Accepted' })
    assert.deepEqual([one.app.ocpp.chargePoints.size, two.app.ocpp.chargePoints.size], [0, 1])
    assert.equal(one.app.ocpp.cluster?.counters.superseded, 1)
    // And back again, whatever epochs the nodes have counted.
    const again = await connectTo(one, 'CP-1')
    answerAs(again, 'Rejected')
    assert.deepEqual(await within('the close of the newcomer', newcomer.closed), REPLACED)
    assert.deepEqual(await clearCache(three), { status: 'Rejected' })
  })

  test('keeps its connection when the newer one ends before it has sent anything', async () => {
    const [one, two] = await startNodes(bus(), 2, { takeoverTimeout: 60_000 })
    assert(one && two)
    const old = await connectTo(one, 'CP-1')
    answerAs(old, 'Rejected')
    const newcomer = await connectCharger(two.url, 'CP-1')
    newcomer.onCall(() => NO_ANSWER)
    // While the newer connection is tried, calls go to it, on whatever node they are made.
    const tried: Promise<unknown>[] = []
    await until('the newcomer is called', () => {
      tried.push(clearCache(one))
      return newcomer.received.length > 0
    })
    newcomer.ws.terminate()
    assert((await Promise.all(tried)).includes('OCPP_ERR_DISCONNECTED'))
    await until('the old connection is called again', async () => {
      const answer = await clearCache(two)
      return typeof answer === 'object'
    })
    assert.deepEqual(await clearCache(one), { status: 'Rejected' })
    assert.equal((await old.call('Heartbeat')).type, 3)
  })

  test('is closed on its older node when the newer one is silent for the take-over time', async () => {
    const [one, two] = await startNodes(bus(), 2, { takeoverTimeout: 50 })
    assert(one && two)
    const old = await connectTo(one, 'CP-1')
    const newcomer = await connectCharger(two.url, 'CP-1')
    assert.deepEqual(await within('the close of the old one', old.closed), REPLACED)
    assert.equal((await newcomer.call('Heartbeat')).type, 3)
  })
})

test('the epoch that the application gives decides, whatever arrives first', async () => {
  const epochs = [7, 3]
  const authenticate = () => ({ accept: true, registration: 'Accepted', epoch: epochs.shift() ?? 0 }) as const
  const [one, two] = await startNodes(inMemory(), 2, { authenticate })
  assert(one && two)
  const newer = await connectTo(one, 'CP-1')
  const older = await connectCharger(two.url, 'CP-1')
  older.send(2, '1', 'Heartbeat', {})
  assert.deepEqual(await within('the close of the older one', older.closed), REPLACED)
  answerAs(newer, 'Accepted')
  assert.deepEqual(await clearCache(two), { status: 'Accepted' })
})

test('an epoch that is no integer refuses the charge point', async () => {
  const authenticate = () => ({ accept: true, epoch: 1.5 }) as const
  const [one] = await startNodes(inMemory(), 1, { authenticate })
  assert(one)
  await assert.rejects(connectCharger(one.url, 'CP-1'), /503/)
})

test('a node that was cut off closes connections that moved meanwhile, and is called again', async () => {
  const bus = inMemory()
  const [one, two] = await startNodes(bus, 2)
  assert(one && two)
  const [first, second] = [one, two].map(({ app }) => (app.ocpp.cluster as unknown as Inner).cluster)
  assert(first && second)
  const moving = await connectTo(one, 'CP-1')
  const staying = await connectTo(one, 'CP-2')
  first.isConnected = false
  staying.onCall(() => ({ status: 'Accepted' }))
  // Its own charge points are not affected; others cannot be reached, and nothing is sent.
  assert.deepEqual(await one.app.ocpp.v16.call('CP-2', 'ClearCache', {}), { status: 'Accepted' })
  await assert.rejects(one.app.ocpp.call('CP-3', 'ClearCache', {}), (error: unknown) => {
    return error instanceof UnreachableError && error.statusCode === 503 && !error.sent
  })
  await assert.rejects(two.app.ocpp.call('CP-2', 'ClearCache', {}), NotConnectedError)
  const moved = await connectTo(two, 'CP-1')
  answerAs(moved, 'Accepted')
  assert.equal(moving.ws.readyState, 1)
  first.isConnected = true
  assert.deepEqual(await within('the close of the old one', moving.closed), REPLACED)
  assert.deepEqual(await clearCache(one), { status: 'Accepted' })
  assert.deepEqual(await two.app.ocpp.v16.call('CP-2', 'ClearCache', {}), { status: 'Accepted' })
})

interface Inner {
  cluster: { isConnected: boolean }
}
