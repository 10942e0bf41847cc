import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GapWatch, type TransactionStatus } from '../../plugins/domain/ledger/gap-watch.js'
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
  it('are asked after once, and given up when the charge point has none of them', async () => {
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

  it('that have come meanwhile are not asked after, but the next ones are', async () => {
    const incomplete = [false]
    const { gaps, log, wait } = watch({ incomplete, status: { ongoing: true, messagesInQueue: true } })
    gaps.notice('CP', 'a')
    await until('it has looked', () => incomplete.length === 0)
    await Promise.resolve()
    gaps.notice('CP', 'a')
    await wait(1)
    assert.deepEqual(log, ['ask CP a'])
  })

  it('of a charge point that cannot be asked are reported, and not asked after in a loop', async () => {
    const { gaps, log, wait } = watch({ incomplete: [] })
    gaps.notice('CP', 'a')
    await wait(2)
    gaps.notice('CP', 'a')
    assert.deepEqual(log, ['ask CP a', 'not connected'])
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
