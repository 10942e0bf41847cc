import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AbortedError, DisconnectedError, NotConnectedError } from 'fastify-ocpp'
import { TooLargeError, UnreachableError } from 'fastify-ocpp/cluster'
import { until, within } from '../support/wait.js'
import { connectTo, inMemory, onEachBus, startNodes } from './support.js'

onEachBus('requests of the application', (bus) => {
  test('reach the node of the charge point, and its answer or error comes back', async () => {
    const [one, two] = await startNodes(bus())
    const [holder, asker] = [one?.app.ocpp.cluster, two?.app.ocpp.cluster]
    assert(one && holder && asker)
    await connectTo(one, 'CP-1')
    await assert.rejects(asker.forward('CP-1', {}), UnreachableError)
    holder.onForward(({ identity, request }) => ({ identity, request }))
    assert.deepEqual(await asker.forward('cp-1', { a: [1] }), { identity: 'cp-1', request: { a: [1] } })
    holder.onForward(() => Promise.reject(Object.assign(new Error('no'), { code: 'NO', statusCode: 422 })))
    await assert.rejects(asker.forward('CP-1', {}), { code: 'NO', statusCode: 422, message: 'no' })
    await assert.rejects(asker.forward('CP-2', {}), NotConnectedError)
    await assert.rejects(asker.forward('CP-1', 'x'.repeat(1_100_000)), TooLargeError)
  })

  test('are aborted there when whoever asked gives up', async () => {
    const [one, two] = await startNodes(bus())
    const [holder, asker] = [one?.app.ocpp.cluster, two?.app.ocpp.cluster]
    assert(one && holder && asker)
    await connectTo(one, 'CP-1')
    const controller = new AbortController()
    let isAborted = false
    holder.onForward(({ signal }) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          isAborted = true
          reject(new AbortedError('it', { sent: false }))
        })
        controller.abort()
      })
    })
    await assert.rejects(asker.forward('CP-1', {}, { signal: controller.signal }), AbortedError)
    await until('it hears of that', () => isAborted)
  })
})

test('a request is unknown, never answered, when its node is lost after it went out', async () => {
  const [one, two] = await startNodes(inMemory())
  const [holder, asker] = [one?.app.ocpp.cluster, two?.app.ocpp.cluster]
  assert(one && holder && asker)
  await connectTo(one, 'CP-1')
  const begun = new Promise<void>((resolve) => {
    holder.onForward(() => {
      resolve()
      return new Promise(() => undefined)
    })
  })
  const asked = asker.forward('CP-1', {})
  asked.catch(() => undefined)
  await within('the request to arrive', begun)
  const node = holder as unknown as { cluster: { isConnected: boolean } }
  node.cluster.isConnected = false
  await assert.rejects(within('its end', asked), (error: unknown) => error instanceof DisconnectedError && error.sent)
})
