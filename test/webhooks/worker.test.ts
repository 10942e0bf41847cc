import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { delayAfter } from '../../lib/webhooks/back-off.js'
import type { AttemptResult, DueDelivery } from '../../lib/webhooks/deliveries.js'
import { Outbox } from '../../lib/webhooks/outbox.js'
import { Recorder } from '../../lib/webhooks/recorder.js'
import type { Answer } from '../../lib/webhooks/sender.js'
import { Streams } from '../../lib/webhooks/streams.js'
import { DeliveryWorker, type WorkerOptions } from '../../lib/webhooks/worker.js'
import { type Deferred, deferred, until } from '../support/wait.js'

const HOUR_MS = 3_600_000
/** Nothing that waits is tried again by itself during a test. */
const BACK_OFF = { min: HOUR_MS / 2, max: HOUR_MS }
const FAILED: Answer = { isOk: false, status: 500 }
const OK: Answer = { isOk: true, status: 204 }

type Options = Partial<Pick<WorkerOptions, 'onError'>> & {
  /** When attempts end. Epoch milliseconds. */
  until?: number
  /** Reads of the database that fail. */
  failures?: number
}

/** A worker whose receiver answers when the test says so. */
function start({ onError = (error) => assert.fail(String(error)), ...options }: Options = {}) {
  const { until: retry_until = Date.now() + 24 * HOUR_MS } = options
  let { failures = 0 } = options
  const attempts: { id: string; answer: Deferred<Answer> }[] = []
  const results: AttemptResult[] = []
  const outcomes: string[] = []
  const worker = new DeliveryWorker({
    target: {} as WorkerOptions['target'],
    find: async (id): Promise<DueDelivery> => {
      if (failures-- > 0) throw new Error('the database is away')
      return { id, event_id: String(id), payload: '{}', attempts: 0, retry_until }
    },
    send: async (_target, { id }, signal) => {
      const answer = deferred<Answer>()
      signal.addEventListener('abort', () => answer.resolve({ isOk: false, error: 'ABORTED' }))
      attempts.push({ id, answer })
      return answer.promise
    },
    record: async (result) => void results.push(result),
    mayStart: () => true,
    onOutcome: (outcome) => outcomes.push(outcome),
    onError,
    backOff: BACK_OFF
  })
  after(() => worker.stop(0))
  return { worker, attempts, results, outcomes }
}

/** Lets everything happen that waits for no timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
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

  it('makes the last attempt at the end of the time, and gives up after it', async () => {
    const end = Date.now() + 60_000
    const { worker, attempts, results } = start({ until: end })
    worker.add(heads(1))
    await until('it is sent', () => attempts.length === 1)
    attempts[0]?.answer.resolve({ isOk: false, status: 503, retryAfter: HOUR_MS })
    await until('it is written down', () => results.length === 1)
    const [first] = results
    assert.ok(first?.nextAttemptAt && Math.abs(first.nextAttemptAt - end) < 1_000, JSON.stringify(first))
    assert.deepEqual([first.status, first.attempts], ['pending', 1])

    const late = start({ until: Date.now() })
    late.worker.add(heads(1))
    await until('it is sent', () => late.attempts.length === 1)
    late.attempts[0]?.answer.resolve(FAILED)
    await until('it is given up', () => late.worker.size === 0)
    const { status, nextAttemptAt } = late.results[0] ?? {}
    assert.deepEqual([status, nextAttemptAt, late.outcomes], ['failed', null, ['failed']])
  })

  it('counts no attempt that its own end has aborted', async () => {
    const { worker, attempts, results, outcomes } = start()
    worker.add(heads(2))
    await until('both are sent', () => attempts.length === 2)
    attempts[0]?.answer.resolve(OK)
    await until('one is delivered', () => worker.size === 1)
    await worker.stop(0)
    assert.deepEqual([results.map(({ id }) => id), outcomes], [[1], ['delivered']])
  })

  it('loses nothing while the database cannot be read', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const errors: unknown[] = []
    const { worker, attempts } = start({ failures: 2, onError: (error) => errors.push(error) })
    worker.add(heads(2))
    await settle()
    assert.deepEqual([errors.length, attempts.length, worker.size], [2, 0, 2])
    t.mock.timers.tick(1_000)
    await settle()
    assert.equal(attempts.length, 2)
    for (const { answer } of attempts) answer.resolve(OK)
    await settle()
    assert.equal(worker.size, 0)
  })

  it('sends one at a time to a receiver that is down, and pauses in between', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { worker, attempts } = start()
    worker.add(heads(5))
    await settle()
    for (const { answer } of attempts) answer.resolve(FAILED)
    await settle()
    worker.add(Array.from({ length: 3 }, (_, index) => ({ key: `more-${index}`, id: 10 + index })))
    await settle()
    assert.equal(attempts.length, 5, 'it pauses')
    for (const sent of [6, 7]) {
      // A pause of a minute at most, varied by a fifth.
      t.mock.timers.tick(72_000)
      await settle()
      assert.equal(attempts.length, sent)
      attempts.at(-1)?.answer.resolve(FAILED)
      await settle()
      assert.equal(attempts.length, sent, 'it pauses again')
    }
    await worker.stop(0)
  })

  it('sends nothing more to a receiver that is gone', async () => {
    const { worker, attempts, results, outcomes } = start()
    worker.add([
      { key: 'cp', id: 1 },
      { key: 'cp', id: 2 }
    ])
    await until('the first is sent', () => attempts.length === 1)
    attempts[0]?.answer.resolve({ isOk: false, status: 410 })
    await until('it is told', () => outcomes.length === 1)
    worker.pump()
    assert.deepEqual([attempts.length, outcomes, results[0]?.status], [1, ['gone'], 'failed'])
  })
})

describe('the outcome of an attempt', () => {
  it('is saved once the database answers again', async () => {
    const troubles: unknown[] = []
    let writes = 0
    const recorder = new Recorder({
      writer: {
        write: async () => {
          if (++writes === 1) throw new Error('the database is away')
          return undefined as never
        }
      },
      onTrouble: (error) => troubles.push(error)
    })
    let isSaved = false
    const result = { id: 1, status: 'delivered', attempts: 1, at: 0, responseStatus: 204 } as const
    const saved = recorder.add({ ...result, error: null, nextAttemptAt: null }).then(() => {
      isSaved = true
    })
    await settle()
    assert.deepEqual([writes, troubles.length, isSaved], [1, 1, false])
    await until('it is saved', () => isSaved)
    assert.equal(writes, 2)
    await saved
    await recorder.close()
  })
})

describe('an event that is being saved', () => {
  it('is waited for by the next one of its charge point, however that is spelt, and by no other', async () => {
    const written = deferred()
    const outbox = new Outbox({
      writer: { write: async () => written.promise as never },
      onLost: (error) => assert.fail(String(error))
    })
    outbox.use([{ id: 1, filter: { types: new Set(['disconnect']) } }])
    const data = { protocol: 'ocpp1.6', reason: 'closed', code: 1000 } as const
    outbox.add({ id: '1', type: 'disconnect', chargePoint: 'Cp-1', at: '2026-01-01T00:00:00.000Z', data })
    assert.equal(outbox.settled('CP-2'), undefined)
    const settled = outbox.settled('CP-1')
    assert.ok(settled !== undefined)
    written.resolve()
    await settled
    assert.equal(outbox.settled('CP-1'), undefined)
  })
})

describe('the deliveries of a charge point', () => {
  it('are each sent once, though one with a lower id is committed while another is being sent', () => {
    const streams = new Streams()
    for (const id of [5, 6]) streams.add({ key: 'cp', id })
    const sent = [streams.take()?.id]
    streams.add({ key: 'cp', id: 3 })
    for (let more = 0; more < 3; more++) {
      streams.done('cp')
      sent.push(streams.take()?.id)
    }
    assert.deepEqual(sent, [5, 3, 6, undefined])
    assert.equal(streams.size, 0)
  })
})

describe('the pause before another attempt', () => {
  it('doubles up to a maximum, and varies by a fifth', () => {
    const pauses = [1, 2, 3, 12, 13, 1_000].map((failures) => delayAfter(failures, { min: 1_000, max: 3_600_000 }, 0.5))
    assert.deepEqual(pauses, [1_000, 2_000, 4_000, 2_048_000, 3_600_000, 3_600_000])
    assert.deepEqual(
      [0, 1].map((random) => Math.round(delayAfter(1, { min: 1_000, max: 2_000 }, random))),
      [800, 1_200]
    )
  })
})
