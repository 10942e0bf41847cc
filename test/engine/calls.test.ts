import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AbortedError, DisconnectedError, QueueFullError, TimeoutError } from 'fastify-ocpp'
import { ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { within } from '../support/wait.js'
import { connected, nextId } from './connected.js'

test('a call resolves with the answer of the charge point, also when it is a refusal', async () => {
  const { charger, ocpp } = await connected()
  charger.onCall((action, payload) => {
    assert.deepEqual([action, payload], ['Reset', { type: 'Soft' }])
    return { status: 'Rejected' }
  })
  assert.deepEqual(await ocpp.v16.call('cp-1', 'Reset', { type: 'Soft' }), { status: 'Rejected' })
  assert.deepEqual(await ocpp.call('CP-1', 'Reset', { type: 'Soft' }), { status: 'Rejected' })
})

test('one CALL is on the wire at a time, the others follow in order', async () => {
  const { charger, chargePoint, clearCache, outcomes } = await connected()
  const ids = Array.from({ length: 20 }, (_, index) => `c${index}`)
  const calls = ids.map((id) => clearCache(id))
  for (const id of ids) {
    assert.equal(await nextId(charger), id)
    await charger.roundTrip()
    assert.deepEqual(charger.unread, [], 'nothing follows before the answer')
    charger.send(3, id, { status: 'Accepted' })
  }
  await Promise.all(calls)
  assert.deepEqual(
    outcomes,
    ids.map((id) => `${id} result`)
  )
  assert.equal(chargePoint.pendingCalls, 0)
  assert.equal(chargePoint.counters.callsSent, 20)
})

test('the queue is bounded: one call too many is QUEUE_FULL and the others are sent', async () => {
  const { charger, clearCache, outcomes } = await connected({ callQueueLimit: 2 })
  const calls = ['1', '2', '3'].map((id) => clearCache(id))
  await assert.rejects(clearCache('4'), (error: unknown) => {
    assert.ok(error instanceof QueueFullError)
    assert.deepEqual([error.code, error.statusCode], ['OCPP_ERR_QUEUE_FULL', 429])
    return true
  })
  assert.deepEqual(outcomes, ['4 queue-full'])
  charger.onCall(() => ({ status: 'Accepted' }))
  assert.equal((await Promise.all(calls)).length, 3)
})

test('of 1000 calls at once those within the bound are answered and the others refused', async () => {
  const { charger, clearCache } = await connected()
  charger.onCall(() => ({ status: 'Accepted' }))
  const results = await Promise.allSettled(Array.from({ length: 1000 }, (_, index) => clearCache(`c${index}`)))
  const refused = results.filter((result) => result.status === 'rejected')
  assert.equal(refused.length, 949)
  assert.ok(refused.every(({ reason }) => reason.code === 'OCPP_ERR_QUEUE_FULL'))
})

test('a caller that runs out of time leaves, but the next call is sent when the charge point has answered', async () => {
  const { charger, chargePoint, clearCache, outcomes, server } = await connected()
  const malformed: string[] = []
  server.app.ocpp.events.on('malformed', ({ rule }) => malformed.push(rule))
  const first = clearCache('slow', { timeout: 40 })
  const second = clearCache('next')
  assert.equal(await nextId(charger), 'slow')
  await assert.rejects(first, (error: unknown) => {
    assert.ok(error instanceof TimeoutError)
    assert.deepEqual([error.code, error.statusCode, error.sent], ['OCPP_ERR_TIMEOUT', 504, true])
    return true
  })
  await charger.roundTrip()
  assert.deepEqual(charger.unread, [], 'the charge point is still busy with the first call')
  assert.equal(chargePoint.pendingCalls, 2)
  const { ignored, errorsReceived } = chargePoint.counters
  charger.send(3, 'slow', { status: 'Rejected' })
  assert.equal(await nextId(charger), 'next')
  assert.deepEqual([chargePoint.counters.ignored, malformed], [ignored + 1, []], 'a late answer is counted, no more')
  charger.send(4, 'slow', 'GenericError', '', {})
  charger.send(3, 'next', { status: 'Accepted' })
  assert.deepEqual(await second, { status: 'Accepted' })
  assert.deepEqual(outcomes, ['slow timeout', 'next result'])
  assert.deepEqual(malformed, ['response that nobody waits for'], 'nobody waits for a second answer')
  assert.deepEqual([chargePoint.counters.errorsReceived, chargePoint.violations], [errorsReceived, []])
})

test('a late answer frees the line, whatever it is', async () => {
  const { charger, chargePoint, clearCache } = await connected()
  for (const answer of ['[3,"slow",{"status":"Accepted"}]', '[3,"slow",{"status":5}]', '[4,"slow"]', '[3,"slow",{']) {
    const first = clearCache('slow', { timeout: 5 })
    const second = clearCache('next')
    await assert.rejects(first, { code: 'OCPP_ERR_TIMEOUT' })
    assert.equal(await nextId(charger), 'slow')
    charger.sendText(answer)
    assert.equal(await nextId(charger), 'next')
    charger.send(3, 'next', { status: 'Accepted' })
    assert.deepEqual(await second, { status: 'Accepted' })
  }
  assert.equal(chargePoint.pendingCalls, 0)
})

test('a charge point that never answers holds the line for callTimeout, and its late answer confuses nothing', async () => {
  const { charger, clearCache, outcomes } = await connected({ callTimeout: 60 })
  const first = clearCache('lost', { timeout: 10 })
  const second = clearCache('next', { timeout: 60_000 })
  assert.equal(await nextId(charger), 'lost')
  await assert.rejects(first, { code: 'OCPP_ERR_TIMEOUT' })
  assert.equal(await nextId(charger), 'next')
  charger.send(3, 'lost', { status: 'Rejected' })
  charger.send(3, 'next', { status: 'Accepted' })
  assert.deepEqual(await second, { status: 'Accepted' })
  assert.deepEqual(outcomes, ['lost timeout', 'next result'])
})

test('the time of a call that waits begins when it is sent', async () => {
  const { charger, clearCache } = await connected({ callTimeout: 60 })
  const first = clearCache('first', { timeout: 60 })
  const second = clearCache('second', { timeout: 20 })
  assert.equal(await nextId(charger), 'first')
  await assert.rejects(first, { code: 'OCPP_ERR_TIMEOUT' })
  assert.equal(await nextId(charger), 'second')
  charger.send(3, 'second', { status: 'Accepted' })
  await second.catch((error: unknown) => {
    // On a machine that is too busy to answer within 20 ms.
    assert.ok(error instanceof TimeoutError && error.sent)
  })
})

test('a closed connection ends the calls that wait behind one that was given up', async () => {
  const { charger, chargePoint, clearCache, outcomes } = await connected()
  const first = clearCache('slow', { timeout: 5 })
  const second = clearCache('next')
  await assert.rejects(first, { code: 'OCPP_ERR_TIMEOUT' })
  chargePoint.disconnect()
  await assert.rejects(second, { code: 'OCPP_ERR_DISCONNECTED', sent: false })
  await within('the close', charger.closed)
  assert.deepEqual([outcomes, chargePoint.pendingCalls], [['slow timeout', 'next disconnected'], 0])
})

test('going down does not wait for the answer to a call that was given up', async () => {
  const { server, charger, clearCache } = await connected({ drainTimeout: 60_000 })
  await assert.rejects(clearCache('slow', { timeout: 5 }), { code: 'OCPP_ERR_TIMEOUT' })
  await within('the drain', server.app.ocpp.drain())
  assert.equal((await charger.closed).code, 1012)
})

test('the option callTimeout is the time-out of a call that gives none', async () => {
  const { clearCache } = await connected({ callTimeout: 30 })
  await assert.rejects(clearCache('1'), { code: 'OCPP_ERR_TIMEOUT', message: 'no answer to ClearCache within 30 ms' })
})

test('a call is aborted by its signal before, in the queue and on the wire', async () => {
  const { charger, clearCache, outcomes } = await connected()
  const expected = (error: unknown) => {
    assert.ok(error instanceof AbortedError)
    assert.deepEqual([error.code, error.statusCode, error.cause], ['OCPP_ERR_ABORTED', 499, 'enough'])
    return true
  }
  await assert.rejects(clearCache('before', { signal: AbortSignal.abort('enough') }), expected)
  const onWire = new AbortController()
  const queued = new AbortController()
  const first = clearCache('wire', { signal: onWire.signal })
  const second = clearCache('queued', { signal: queued.signal })
  const third = clearCache('third')
  queued.abort('enough')
  await assert.rejects(second, expected)
  assert.equal(await nextId(charger), 'wire')
  onWire.abort('enough')
  await assert.rejects(first, expected)
  assert.deepEqual(outcomes, ['before aborted', 'queued aborted', 'wire aborted'])
  // The charge point is still at it: the next one is sent when it has answered.
  charger.send(3, 'wire', { status: 'Rejected' })
  assert.equal(await nextId(charger), 'third')
  charger.send(3, 'third', { status: 'Accepted' })
  assert.deepEqual(await third, { status: 'Accepted' })
  assert.deepEqual(outcomes, ['before aborted', 'queued aborted', 'wire aborted', 'third result'])
})

test('an abort after the end of a call does nothing, and its listener is gone', async () => {
  const { charger, clearCache } = await connected()
  charger.onCall(() => ({ status: 'Accepted' }))
  const controller = new AbortController()
  let listeners = 0
  const { signal } = controller
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  await clearCache('1', { signal })
  controller.abort()
  assert.equal(listeners, 0)
})

const ENDS = {
  'the charger closes': ({ charger }) => charger.ws.close(1000),
  'the TCP connection breaks': ({ charger }) => charger.ws.terminate(),
  'disconnect() is called': ({ chargePoint }) => chargePoint.disconnect(),
  'the charger breaks the protocol': ({ charger }) => charger.ws.send(Buffer.from([1]))
} satisfies Record<string, (ends: Awaited<ReturnType<typeof connected>>) => void>

for (const [name, end] of Object.entries(ENDS)) {
  test(`all calls reject at once with DISCONNECTED when ${name}`, async () => {
    const all = await connected()
    const calls = [all.clearCache('wire'), all.clearCache('queued')]
    const settled = Promise.allSettled(calls)
    assert.equal(await nextId(all.charger), 'wire')
    end(all)
    const results = await within('the calls', settled)
    const errors = results.map((result) => (result.status === 'rejected' ? result.reason : undefined))
    assert.ok(errors.every((error) => error instanceof DisconnectedError))
    assert.deepEqual(
      errors.map(({ code, statusCode, sent }) => [code, statusCode, sent]),
      [
        ['OCPP_ERR_DISCONNECTED', 504, true],
        ['OCPP_ERR_DISCONNECTED', 504, false]
      ]
    )
    assert.deepEqual(all.outcomes, ['wire disconnected', 'queued disconnected'])
    assert.equal(all.chargePoint.connected, false)
    assert.equal(all.chargePoint.protocol, 'ocpp1.6')
    await assert.rejects(all.chargePoint.call('ClearCache', {}), { code: 'OCPP_ERR_DISCONNECTED' })
    await assert.rejects(all.clearCache('after'), { code: 'OCPP_ERR_NOT_CONNECTED', statusCode: 409 })
  })
}

test('an error that a timer or the wire makes names the file of its caller', async () => {
  const { charger, ocpp, chargePoint } = await connected()
  const stacks: string[] = []
  const clearCache = (messageId: string, more: object = {}) =>
    ocpp.v16.call('CP-1', 'ClearCache', {}, { messageId, ...more })
  const keep = (error: Error) => void stacks.push(`${error.stack}`)
  await clearCache('1', { timeout: 10 }).catch(keep)
  charger.onCall(() => new ErrorAnswer('GenericError'))
  await clearCache('2').catch(keep)
  charger.onCall(() => ({}))
  await clearCache('3').catch(keep)
  charger.onCall(() => NO_ANSWER)
  const call = clearCache('4').catch(keep)
  chargePoint.disconnect()
  await call
  assert.equal(stacks.length, 4)
  for (const stack of stacks) {
    assert.match(stack, /calls\.test\.[tj]s/)
    assert.match(stack.split('\n')[0] ?? '', /Error: ./)
  }
})

test('pendingCalls counts what waits and what is on the wire', async () => {
  const { charger, chargePoint, clearCache } = await connected()
  assert.equal(chargePoint.pendingCalls, 0)
  const calls = [clearCache('1'), clearCache('2'), clearCache('3')]
  assert.equal(chargePoint.pendingCalls, 3)
  charger.onCall(() => ({ status: 'Accepted' }))
  await Promise.all(calls)
  assert.equal(chargePoint.pendingCalls, 0)
})
