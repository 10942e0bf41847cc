import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CallQueue, type PendingCall } from '../../src/call-queue.js'

function queueOf(limit = 50) {
  const sent: string[] = []
  const ended: string[] = []
  const queue = new CallQueue({
    limit,
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

const step = fc.constantFrom('add', 'answer', 'fail', 'abort first', 'abort last', 'close')

test('whatever happens in whatever order, every call ends exactly once and order is kept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { queue, sent, ended, add } = queueOf(5)
      const calls: Promise<unknown>[] = []
      const controllers: AbortController[] = []
      for (const name of steps) {
        if (name === 'add') {
          const controller = new AbortController()
          controllers.push(controller)
          calls.push(add(String(calls.length), { signal: controller.signal }))
        } else if (name === 'answer') queue.answer({})
        else if (name === 'fail') queue.fail(new Error('x'), 'callerror')
        else if (name === 'close') queue.close('closed')
        else controllers.at(name === 'abort first' ? 0 : -1)?.abort()
        assert.ok(queue.size <= 6)
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
    { numRuns: 200 }
  )
})
