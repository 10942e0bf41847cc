import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import fc from 'fast-check'
import { CallQueue, type PendingCall } from '../../src/connection/call-queue.js'
import { isLong } from '../support/long.js'
import { within } from '../support/wait.js'

function queueOf({ limit = 50, lineTimeout = 60_000 } = {}) {
  const sent: string[] = []
  const ended: string[] = []
  const queue = new CallQueue({
    limit,
    lineTimeout,
    identity: 'CP-1',
    transmit: ({ id }) => sent.push(id),
    ended: ({ id }, { outcome }) => ended.push(`${id} ${outcome}`)
  })
  const add = (id: string, more: Partial<PendingCall> = {}) => {
    const call: PendingCall = {
      id,
      action: 'Reset',
      request: {},
      text: '',
      timeout: 60_000,
      signal: undefined,
      priority: 0,
      ...more
    }
    return queue.add(call)
  }
  return { queue, sent, ended, add }
}

test('the first call is sent at once, the next when it has ended', async () => {
  const { queue, sent, add } = queueOf()
  const calls = [add('a'), add('b')]
  assert.deepEqual([sent, queue.size, queue.isBusy], [['a'], 2, true])
  assert.deepEqual([queue.outstanding('a'), queue.outstanding('b')], ['Reset', undefined])
  queue.answer(1)
  assert.deepEqual(sent, ['a', 'b'])
  queue.answer(2)
  assert.deepEqual(await Promise.all(calls), [1, 2])
  assert.deepEqual([queue.size, queue.isBusy], [0, false])
})

test('an answer, an error and a close with nothing outstanding do nothing', () => {
  const { queue, ended } = queueOf()
  queue.answer({})
  queue.fail(new Error('x'), 'callerror')
  queue.close('closed')
  assert.deepEqual(ended, [])
})

test('a call made while another one ends comes after those that wait', async () => {
  const { queue, sent, add } = queueOf()
  const first = add('a')
  const second = add('b')
  const third = first.then(() => add('c'))
  queue.answer(1)
  await first
  await Promise.resolve()
  queue.answer(2)
  await second
  await Promise.resolve()
  queue.answer(3)
  assert.equal(await third, 3)
  assert.deepEqual(sent, ['a', 'b', 'c'])
})

test('a call that was aborted does not end again with an answer or a close', async () => {
  const { queue, ended, add } = queueOf()
  const controller = new AbortController()
  const call = add('a', { signal: controller.signal, timeout: 60_000 })
  controller.abort()
  queue.answer({})
  queue.close('closed')
  await assert.rejects(call, { code: 'OCPP_ERR_ABORTED' })
  assert.deepEqual(ended, ['a aborted'])
})

const TIMEOUT = { code: 'OCPP_ERR_TIMEOUT', sent: true }

test('a caller that runs out of time leaves, and the next call is sent when the charge point has answered', async () => {
  const { queue, sent, ended, add } = queueOf()
  const first = add('a', { timeout: 10 })
  const second = add('b')
  await assert.rejects(first, TIMEOUT)
  assert.deepEqual([sent, queue.size, queue.awaited, queue.isGivenUp], [['a'], 2, 1, true])
  queue.release()
  assert.deepEqual([sent, queue.size, queue.awaited, queue.isGivenUp], [['a', 'b'], 1, 1, false])
  queue.answer(2)
  assert.equal(await second, 2)
  assert.deepEqual(ended, ['a timeout', 'b result'])
})

test('a call that nobody answers holds the line for lineTimeout from when it was sent, however its caller left', async () => {
  for (const leave of ['timeout', 'abort']) {
    const { sent, add } = queueOf({ lineTimeout: 60 })
    const controller = new AbortController()
    const startedAt = performance.now()
    const first = add('a', { timeout: leave === 'timeout' ? 10 : 50, signal: controller.signal })
    const second = add('b', { timeout: 1 })
    if (leave === 'abort') controller.abort()
    await assert.rejects(first)
    assert.deepEqual(sent, ['a'])
    await within('the next call', assert.rejects(second, TIMEOUT))
    assert.deepEqual(sent, ['a', 'b'])
    assert.ok(performance.now() - startedAt >= 60, `freed after ${performance.now() - startedAt} ms`)
  }
})

test('the line is held for the longer of timeout and lineTimeout from when the call was sent, to the millisecond', async () => {
  let now = 0
  const clock = mock.method(performance, 'now', () => now)
  mock.timers.enable({ apis: ['setTimeout'] })
  const pass = (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left--) {
      now++
      mock.timers.tick(1)
    }
  }
  try {
    for (const { timeout, lineTimeout, abortAt } of [
      { timeout: 20, lineTimeout: 100, abortAt: undefined },
      { timeout: 100, lineTimeout: 20, abortAt: undefined },
      { timeout: 100, lineTimeout: 20, abortAt: 10 },
      { timeout: 20, lineTimeout: 100, abortAt: 10 },
      { timeout: 100, lineTimeout: 100, abortAt: 99 }
    ]) {
      const { queue, sent, add } = queueOf({ lineTimeout })
      const controller = new AbortController()
      const first = assert.rejects(add('a', { timeout, signal: controller.signal }))
      const second = assert.rejects(add('b', { timeout: 1000 }))
      if (abortAt !== undefined) {
        pass(abortAt)
        controller.abort()
      }
      pass(100 - (abortAt ?? 0))
      assert.deepEqual(sent, ['a'], 'not before')
      // A timer of Node may be a millisecond early, so one more is waited for each of the two.
      pass(2)
      assert.deepEqual(sent, ['a', 'b'])
      queue.close('closed')
      await Promise.all([first, second])
    }
  } finally {
    mock.timers.reset()
    clock.mock.restore()
  }
})

test('a call with a longer timeout than lineTimeout is waited for', async () => {
  const { queue, sent, add } = queueOf({ lineTimeout: 1 })
  const startedAt = performance.now()
  const first = add('a', { timeout: 50 })
  const second = add('b')
  await assert.rejects(first, TIMEOUT)
  assert.ok(performance.now() - startedAt >= 50, `gave up after ${performance.now() - startedAt} ms`)
  assert.deepEqual([sent, queue.isGivenUp], [['a', 'b'], false])
  queue.answer(2)
  assert.equal(await second, 2)
})

test('the time of a call begins when it is sent, so it is not charged for the calls before it', async () => {
  const { queue, sent, ended, add } = queueOf({ lineTimeout: 40 })
  const calls = [add('a', { timeout: 40 }), add('b', { timeout: 1 }), add('c', { timeout: 1 })]
  const settled = await within('the calls', Promise.allSettled(calls))
  assert.ok(settled.every(({ status }) => status === 'rejected'))
  assert.deepEqual(ended, ['a timeout', 'b timeout', 'c timeout'])
  assert.deepEqual(sent, ['a', 'b', 'c'])
  queue.close('closed')
})

test('a connection that closes while the line is held ends the calls that wait, and no call twice', async () => {
  const { queue, sent, ended, add } = queueOf()
  const first = add('a', { timeout: 5 })
  const second = add('b')
  await assert.rejects(first, TIMEOUT)
  queue.close('closed')
  await assert.rejects(second, { code: 'OCPP_ERR_DISCONNECTED', sent: false })
  queue.release()
  assert.deepEqual([ended, sent, queue.size, queue.awaited], [['a timeout', 'b disconnected'], ['a'], 0, 0])
})

test('a call that was given up counts as one on the wire, not as one that waits', async () => {
  const { queue, add } = queueOf({ limit: 1 })
  const first = add('a', { timeout: 5 })
  await assert.rejects(first, TIMEOUT)
  const second = add('b')
  await assert.rejects(add('c'), { code: 'OCPP_ERR_QUEUE_FULL' })
  queue.release()
  queue.answer(2)
  assert.equal(await second, 2)
})

test('a call that has timed out does not end again when its signal is aborted', async () => {
  const { queue, ended, add } = queueOf()
  const controller = new AbortController()
  await assert.rejects(add('a', { timeout: 5, signal: controller.signal }), TIMEOUT)
  controller.abort()
  queue.release()
  assert.deepEqual([ended, queue.size], [['a timeout'], 0])
})

test('calls are sent by priority, those of the same one in order, and never before the one on the wire has ended', async () => {
  const { queue, sent, add } = queueOf()
  const ids = ['wire', 'a', 'b-2', 'c', 'd-1', 'e-2', 'f--1']
  const calls = ids.map((id) => add(id, { priority: Number(id.slice(id.indexOf('-') + 1)) || 0 }))
  assert.deepEqual(sent, ['wire'])
  for (const id of ids) queue.answer(id)
  assert.deepEqual(sent, ['wire', 'b-2', 'e-2', 'd-1', 'a', 'c', 'f--1'])
  assert.equal((await Promise.all(calls)).length, ids.length)
})

test('a call that finds no room takes the place of the last one with a lower priority, which was not sent', async () => {
  const { queue, sent, ended, add } = queueOf({ limit: 2 })
  const first = add('a')
  const second = add('b')
  const third = add('c')
  const urgent = add('d', { priority: 1 })
  await assert.rejects(third, { code: 'OCPP_ERR_QUEUE_FULL' })
  assert.deepEqual([ended, queue.size], [['c queue-full'], 3])
  await assert.rejects(add('e'), { code: 'OCPP_ERR_QUEUE_FULL' })
  const other = add('f', { priority: 1 })
  await assert.rejects(second, { code: 'OCPP_ERR_QUEUE_FULL' })
  await assert.rejects(add('g', { priority: 1 }), { code: 'OCPP_ERR_QUEUE_FULL' })
  for (const id of ['a', 'd', 'f']) queue.answer(id)
  assert.deepEqual(await Promise.all([first, urgent, other]), ['a', 'd', 'f'])
  assert.deepEqual(sent, ['a', 'd', 'f'])
})

test('the time of a call that others overtake begins when it is sent', async () => {
  const { queue, sent, add } = queueOf()
  const first = add('a')
  const overtaken = add('b', { timeout: 10 })
  const urgent = add('c', { priority: 1 })
  await new Promise((resolve) => setTimeout(resolve, 30))
  queue.answer('a')
  queue.answer('c')
  assert.deepEqual([await first, await urgent, sent], ['a', 'c', ['a', 'c', 'b']])
  await assert.rejects(overtaken, TIMEOUT)
  queue.close('closed')
})

const step = fc.constantFrom('add', 'answer', 'fail', 'abort first', 'abort last', 'close')

test('every call ends exactly once and in order after any sequence of events', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { queue, sent, ended, add } = queueOf({ limit: 5 })
      const calls: Promise<unknown>[] = []
      const controllers: AbortController[] = []
      let freed = 0
      for (const name of steps) {
        if (name === 'add') {
          const controller = new AbortController()
          controllers.push(controller)
          calls.push(add(String(calls.length), { signal: controller.signal }))
        } else if (name === 'answer' || name === 'fail' || name === 'close') {
          if (queue.isBusy) freed++
          if (name === 'close') queue.close('closed')
          else if (queue.isGivenUp) queue.release()
          else if (name === 'answer') queue.answer({})
          else queue.fail(new Error('x'), 'callerror')
        } else controllers.at(name === 'abort first' ? 0 : -1)?.abort()
        assert.ok(queue.size <= 6)
        assert.equal(sent.length - freed, queue.isBusy ? 1 : 0, 'more than one is on the wire')
      }
      const settled = Promise.allSettled(calls)
      queue.close('closed')
      await settled
      const ids = ended.map((line) => line.split(' ')[0] ?? '')
      assert.equal(new Set(ids).size, calls.length)
      assert.equal(ids.length, calls.length)
      assert.deepEqual(
        sent,
        [...sent].sort((a, b) => Number(a) - Number(b))
      )
      assert.equal(queue.size, 0)
    }),
    { numRuns: isLong ? 4_000 : 200 }
  )
})
