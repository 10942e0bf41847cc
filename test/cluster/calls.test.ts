import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AbortedError,
  CallError,
  DisconnectedError,
  InvalidPayloadError,
  InvalidResponseError,
  NotConnectedError,
  QueueFullError,
  TimeoutError,
  UnknownActionError,
  WrongProtocolError
} from 'fastify-ocpp'
import { TooLargeError } from 'fastify-ocpp/cluster'
import { ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { until, within } from '../support/wait.js'
import { connectTo, inMemory, onEachBus, startNodes } from './support.js'

onEachBus('calls across nodes', (bus) => {
  test('reach a charge point of any node with the same answers and errors', async () => {
    const [one, two] = await startNodes(bus())
    assert(one && two)
    const charger = await connectTo(one, 'CP.1*')
    const { ocpp } = two.app
    charger.onCall(() => ({ status: 'Accepted' }))
    assert.deepEqual(await ocpp.v16.call('cp.1*', 'ClearCache', {}), { status: 'Accepted' })
    assert.deepEqual(await ocpp.call('CP.1*', 'ClearCache', {}), { status: 'Accepted' })
    assert.equal(ocpp.chargePoints.has('CP.1*'), false)

    await assert.rejects(ocpp.v201.call('CP.1*', 'ClearCache', {}), WrongProtocolError)
    await assert.rejects(ocpp.call('CP.1*', 'Fly', {}), UnknownActionError)
    await assert.rejects(ocpp.call('CP.1*', 'Reset', {}), (error: unknown) => {
      assert(error instanceof InvalidPayloadError)
      assert.equal(error.violation.pointer, '/type')
      return true
    })
    charger.onCall(() => new ErrorAnswer('GenericError', 'no', { reason: 'dirt' }))
    await assert.rejects(ocpp.call('CP.1*', 'ClearCache', {}), (error: unknown) => {
      assert(error instanceof CallError)
      assert.deepEqual([error.code, error.description, error.details], ['GenericError', 'no', { reason: 'dirt' }])
      return true
    })
    charger.onCall(() => ({ status: 'Perhaps' }))
    await assert.rejects(ocpp.call('CP.1*', 'ClearCache', {}), InvalidResponseError)
    charger.onCall(() => NO_ANSWER)
    await assert.rejects(ocpp.call('CP.1*', 'ClearCache', {}, { timeout: 50 }), (error: unknown) => {
      return error instanceof TimeoutError && error.sent && error.statusCode === 504
    })
    await assert.rejects(ocpp.call('CP-2', 'ClearCache', {}), NotConnectedError)
  })

  test('can be aborted by their callers, sent or not', async () => {
    const [one, two] = await startNodes(bus(), 2, { callQueueLimit: 1 })
    assert(one && two)
    const charger = await connectTo(one, 'CP-1')
    const sent = new Promise<void>((resolve) => {
      charger.onCall(() => {
        resolve()
        return NO_ANSWER
      })
    })
    const first = new AbortController()
    const second = new AbortController()
    const { ocpp } = two.app
    const outstanding = ocpp.call('CP-1', 'ClearCache', {}, { signal: first.signal })
    outstanding.catch(() => undefined)
    await within('the call', sent)
    const waiting = ocpp.call('CP-1', 'ClearCache', {}, { signal: second.signal })
    waiting.catch(() => undefined)
    await until('both wait', () => one.app.ocpp.chargePoints.get('CP-1')?.pendingCalls === 2)
    // The queue counts the calls of all nodes.
    await assert.rejects(one.app.ocpp.call('CP-1', 'ClearCache', {}), QueueFullError)
    await assert.rejects(ocpp.call('CP-1', 'ClearCache', {}), QueueFullError)
    second.abort()
    await assert.rejects(waiting, (error: unknown) => error instanceof AbortedError && !error.sent)
    first.abort()
    await assert.rejects(outstanding, (error: unknown) => error instanceof AbortedError && error.sent)
    await assert.rejects(
      ocpp.call('CP-1', 'ClearCache', {}, { signal: AbortSignal.abort() }),
      (error: unknown) => error instanceof AbortedError && !error.sent
    )
  })

  test('keep their priority', async () => {
    const [one, two] = await startNodes(bus())
    assert(one && two)
    const charger = await connectTo(one, 'CP-1')
    const waits = (count: number) =>
      until(`${count} wait`, () => one.app.ocpp.chargePoints.get('CP-1')?.pendingCalls === count)
    const calls = [one.app.ocpp.call('CP-1', 'ClearCache', {}), one.app.ocpp.call('CP-1', 'Reset', { type: 'Hard' })]
    await waits(2)
    calls.push(two.app.ocpp.call('CP-1', 'GetLocalListVersion', {}, { priority: 1 }))
    await waits(3)
    const asked: string[] = []
    charger.onCall((action) => {
      asked.push(action)
      return action === 'GetLocalListVersion' ? { listVersion: 1 } : { status: 'Accepted' }
    })
    await Promise.all(calls)
    assert.deepEqual(asked, ['ClearCache', 'GetLocalListVersion', 'Reset'])
  })

  test('end when the charge point disconnects', async () => {
    const [one, two] = await startNodes(bus())
    assert(one && two)
    const charger = await connectTo(one, 'CP-1')
    charger.onCall(() => {
      charger.ws.terminate()
      return NO_ANSWER
    })
    await assert.rejects(two.app.ocpp.call('CP-1', 'ClearCache', {}), (error: unknown) => {
      return error instanceof DisconnectedError && error.sent
    })
    await assert.rejects(two.app.ocpp.call('CP-1', 'ClearCache', {}), NotConnectedError)
  })

  test('reach the charge point of another node through the operator routes', async () => {
    const [holder, operator] = await startNodes(bus())
    assert(holder && operator)
    const charger = await connectTo(holder, 'CP-1')
    charger.onCall(() => ({ status: 'Accepted' }))
    const http = `http://127.0.0.1:${operator.port}/charge-points/CP-1`
    const found = (await (await fetch(http)).json()) as { protocol?: string; connected: boolean }
    assert.deepEqual([found.connected, found.protocol], [true, 'ocpp1.6'])
    const called = await fetch(`${http}/calls/ClearCache`, { method: 'POST' })
    assert.deepEqual(
      [called.status, ((await called.json()) as { result: unknown }).result],
      [200, { status: 'Accepted' }]
    )
    assert.equal((await fetch(`${http}/connection`, { method: 'DELETE' })).status, 204)
    assert.deepEqual(await charger.closed, { code: 1000, reason: 'disconnected by an operator' })
    assert.equal((await fetch(`${http}/connection`, { method: 'DELETE' })).status, 409)
  })
})

test('a message that is too large for the bus is rejected before it is sent', async () => {
  const [one, two] = await startNodes(inMemory({ maxPayload: 2000 }))
  assert(one && two)
  const charger = await connectTo(one, 'CP-1')
  const answers: unknown[] = []
  charger.onCall((action, payload) => {
    answers.push(action)
    return action === 'DataTransfer' ? { status: 'Accepted', data: 'x'.repeat(3000) } : payload
  })
  const { ocpp } = two.app
  await assert.rejects(ocpp.v16.call('CP-1', 'DataTransfer', { vendorId: 'V', data: 'x'.repeat(3000) }), (error) => {
    return error instanceof TooLargeError && !error.sent && error.statusCode === 413
  })
  assert.deepEqual(answers, [])
  // It is the answer that is lost.
  await assert.rejects(ocpp.v16.call('CP-1', 'DataTransfer', { vendorId: 'V' }), (error) => {
    return error instanceof TooLargeError && error.sent && Number(error.statusCode) === 502
  })
})
