import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GapWatch, type TransactionStatus } from '../../lib/ledger/gap-watch.js'
import { until } from '../support/wait.js'

function watch({ incomplete, status }: { incomplete: boolean[]; status?: TransactionStatus }) {
  const log: string[] = []
  const gaps = new GapWatch({
    delay: 0,
    isIncomplete: async () => incomplete.shift() ?? true,
    async ask(identity, transactionId) {
      log.push(`ask ${identity} ${transactionId}`)
      if (status === undefined) throw new Error('not connected')
      return status
    },
    onLost: (_identity, transactionId) => void log.push(`lost ${transactionId}`),
    onError: (_identity, error) => void log.push((error as Error).message)
  })
  return { gaps, log, wait: (count: number) => until(`${count} things happened`, () => log.length >= count) }
}

describe('missing events of a transaction', () => {
  it('are requested once, and given up when the charge point has none of them', async () => {
    const { gaps, log, wait } = watch({ incomplete: [], status: { ongoing: true, messagesInQueue: false } })
    gaps.notice('CP', 'a')
    gaps.notice('cp', 'a')
    await wait(2)
    gaps.notice('CP', 'a')
    gaps.notice('CP', 'b')
    await wait(4)
    assert.deepEqual(log, ['ask CP a', 'lost a', 'ask CP b', 'lost b'])
  })

  it('are waited for when the charge point still has them', async () => {
    const { gaps, log, wait } = watch({ incomplete: [], status: { ongoing: false, messagesInQueue: true } })
    gaps.notice('CP', 'a')
    await wait(1)
    gaps.notice('CP', 'b')
    await wait(2)
    assert.deepEqual(log, ['ask CP a', 'ask CP b'])
  })

  it('are not requested after they arrived, but the next ones are', async () => {
    const incomplete = [false]
    const { gaps, log, wait } = watch({ incomplete, status: { ongoing: true, messagesInQueue: true } })
    gaps.notice('CP', 'a')
    await until('it has looked', () => incomplete.length === 0)
    await Promise.resolve()
    gaps.notice('CP', 'a')
    await wait(1)
    assert.deepEqual(log, ['ask CP a'])
  })

  it('of a charge point that cannot be asked are reported, and not requested in a loop', async () => {
    const { gaps, log, wait } = watch({ incomplete: [] })
    gaps.notice('CP', 'a')
    await wait(2)
    gaps.notice('CP', 'a')
    assert.deepEqual(log, ['ask CP a', 'not connected'])
  })

  it('are requested again, each time later, when the request fails: six times at most', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] })
    const { gaps, log } = watch({ incomplete: [] })
    gaps.notice('CP', 'a')
    const asked: number[] = []
    for (let minute = 0; minute <= 64; minute++) {
      test.mock.timers.tick(minute === 0 ? 0 : 60_000)
      await new Promise(setImmediate)
      asked.push(log.filter((line) => line.startsWith('ask')).length)
    }
    const askedAfter = [0, 1, 3, 7, 15, 31, 64]
    assert.deepEqual(
      askedAfter.map((minute) => asked[minute]),
      [1, 2, 3, 4, 5, 6, 6]
    )
  })

  it('are requested again when the charge point answers that they wait in its queue', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] })
    const { gaps, log } = watch({ incomplete: [], status: { ongoing: true, messagesInQueue: true } })
    gaps.notice('CP', 'a')
    for (const ticks of [0, 59_999, 1]) {
      test.mock.timers.tick(ticks)
      await new Promise(setImmediate)
    }
    assert.deepEqual(log, ['ask CP a', 'ask CP a'])
  })

  it('are requested at once when the charge point reconnects, however often it was asked before', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] })
    const { gaps, log } = watch({ incomplete: [] })
    gaps.notice('CP', 'a')
    test.mock.timers.tick(0)
    await new Promise(setImmediate)
    gaps.cameBack('cp', ['a', 'b'])
    test.mock.timers.tick(0)
    await new Promise(setImmediate)
    assert.deepEqual(
      log.filter((line) => line.startsWith('ask')),
      ['ask CP a', 'ask cp a', 'ask cp b']
    )
  })

  it('are forgotten when the app closes', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] })
    const { gaps, log } = watch({ incomplete: [], status: { ongoing: true, messagesInQueue: false } })
    gaps.notice('CP', 'a')
    gaps.close()
    test.mock.timers.tick(1000)
    await new Promise(setImmediate)
    assert.deepEqual(log, [])
  })
})
