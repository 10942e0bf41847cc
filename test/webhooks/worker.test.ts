import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { AttemptResult, DueDelivery } from '../../lib/webhooks/deliveries.js'
import type { Answer } from '../../lib/webhooks/sender.js'
import { DeliveryWorker } from '../../lib/webhooks/worker.js'
import { type Deferred, deferred, until } from '../support/wait.js'

const HOUR_MS = 3_600_000
/** Nothing that waits is tried again by itself during a test. */
const BACK_OFF = { min: HOUR_MS / 2, max: HOUR_MS }
const FAILED: Answer = { isOk: false, status: 500 }
const OK: Answer = { isOk: true, status: 204 }

/** A worker whose receiver answers when the test says so. */
function start() {
  const attempts: { id: string; answer: Deferred<Answer> }[] = []
  const results: AttemptResult[] = []
  const worker = new DeliveryWorker({
    target: {} as ConstructorParameters<typeof DeliveryWorker>[0]['target'],
    find: async (id): Promise<DueDelivery> => {
      return { id, event_id: String(id), payload: '{}', attempts: 0, retry_until: Date.now() + 24 * HOUR_MS }
    },
    send: async (_target, { id }) => {
      const answer = deferred<Answer>()
      attempts.push({ id, answer })
      return answer.promise
    },
    record: async (result) => void results.push(result),
    mayStart: () => true,
    onOutcome: () => undefined,
    onError: (error) => assert.fail(String(error)),
    backOff: BACK_OFF
  })
  after(() => worker.stop(0))
  return { worker, attempts, results }
}

const heads = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `cp-${index}`, id: index + 1 }))

describe('a worker', () => {
  for (const [what, retryAfter] of [
    ['a year', 365 * 24 * HOUR_MS],
    ['for ever', Number.POSITIVE_INFINITY]
  ] as const) {
    it(`tries again after the longest pause at most, though the receiver asks for ${what}`, async () => {
      const { worker, attempts, results } = start()
      worker.add(heads(1))
      await until('it is sent', () => attempts.length === 1)
      const before = Date.now()
      attempts[0]?.answer.resolve({ isOk: false, status: 503, retryAfter })
      await until('it is written down', () => results.length === 1)
      const wait = (results[0]?.nextAttemptAt ?? 0) - before
      assert.ok(wait >= HOUR_MS && wait <= HOUR_MS + 60_000, String(wait))
    })
  }

  it('waits as long as the receiver asks for if that is longer than its own pause', async () => {
    const { worker, attempts, results } = start()
    worker.add(heads(1))
    await until('it is sent', () => attempts.length === 1)
    const before = Date.now()
    const retryAfter = HOUR_MS * 0.9
    attempts[0]?.answer.resolve({ isOk: false, status: 429, retryAfter })
    await until('it is written down', () => results.length === 1)
    const wait = (results[0]?.nextAttemptAt ?? 0) - before
    assert.ok(wait >= retryAfter && wait <= retryAfter + 60_000, String(wait))
  })

  it('sends all waiting deliveries at once when a failed receiver answers again, although each had its own pause', async () => {
    const { worker, attempts, results } = start()
    worker.add(heads(6))
    await until('all are sent', () => attempts.length === 6)
    for (const { answer } of attempts.slice(0, 5)) answer.resolve(FAILED)
    await until('five have failed', () => results.length === 5)
    assert.equal(attempts.length, 6, 'they wait')
    attempts[5]?.answer.resolve(OK)
    await until('the others are sent again', () => attempts.length === 11)
    const again = attempts.slice(6).map(({ id }) => id)
    assert.deepEqual(again.sort(), ['1', '2', '3', '4', '5'])
    for (const { answer } of attempts.slice(6)) answer.resolve(OK)
    await until('all are delivered', () => worker.size === 0)
  })

  it('lets failed deliveries wait when the receiver accepts others', async () => {
    const { worker, attempts, results } = start()
    worker.add(heads(3))
    await until('all are sent', () => attempts.length === 3)
    attempts[0]?.answer.resolve(FAILED)
    await until('one has failed', () => results.length === 1)
    for (const { answer } of attempts.slice(1)) answer.resolve(OK)
    await until('the others are delivered', () => worker.size === 1)
    worker.pump()
    assert.equal(attempts.length, 3)
  })
})
