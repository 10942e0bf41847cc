import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends } from '../app/support.js'
import { type Charger, connectCharger, ErrorAnswer } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { book, event2, onlyTransactionOf, transactionsOf } from './wire-support.js'

const SOON = { TRANSACTION_GAP_DELAY: '0' }

/** A charge point that answers GetTransactionStatus like this, and what it was asked. */
async function connect(server: TestServer, identity: string, answers: readonly unknown[]) {
  const charger = await connectCharger(server.url, identity, { protocol: 'ocpp2.0.1' })
  const asked: unknown[] = []
  charger.onCall((action, payload) => {
    if (action !== 'GetTransactionStatus') return {}
    asked.push((payload as { transactionId: string }).transactionId)
    return answers[Math.min(asked.length, answers.length) - 1]
  })
  await charger.boot()
  return { charger, asked }
}

async function withGap(charger: Charger): Promise<void> {
  await book(charger, 'TransactionEvent', event2('Started', 0, '2026-01-01T09:00:00Z'))
  await book(charger, 'TransactionEvent', event2('Updated', 2, '2026-01-01T09:20:00Z'))
}

const ONGOING = { ongoingIndicator: true, messagesInQueue: false }

onBothBackends('events of a transaction that are missing', (start) => {
  it('are requested again when the charge point reconnects after a failed request, and then no more', async () => {
    const server = await start(SOON)
    const first = await connect(server, 'FAILED', [new ErrorAnswer('InternalError')])
    await withGap(first.charger)
    await until('it is asked', () => first.asked.length === 1)
    await first.charger.close()
    const second = await connect(server, 'FAILED', [{ messagesInQueue: true }])
    await until('it is asked again', () => second.asked.length === 1)
    await second.charger.close()
    const third = await connect(server, 'FAILED', [ONGOING])
    await until('it is asked once more', () => third.asked.length === 1)
    const { app } = server
    while (await app.ledger.isIncomplete('FAILED', '1')) await third.charger.roundTrip()
    await third.charger.close()
    // It has said that nothing is to come.
    const fourth = await connect(server, 'FAILED', [ONGOING])
    await withGap(fourth.charger)
    await book(fourth.charger, 'TransactionEvent', event2('Started', 0, '2026-01-01T09:00:00Z', { transactionId: '2' }))
    await book(fourth.charger, 'TransactionEvent', event2('Updated', 2, '2026-01-01T09:20:00Z', { transactionId: '2' }))
    await until('it is asked after the other one', () => fourth.asked.length === 1)
    assert.deepEqual(fourth.asked, ['2'])
    assert.equal((await transactionsOf(server, 'FAILED'))[0]?.complete, false)
  })

  for (const isEnded of [false, true]) {
    it(`are asked after although the back-end was restarted, of one that ${isEnded ? 'ended' : 'goes on'}`, async () => {
      const identity = `RESTART-${isEnded}`
      const before = await start({ TRANSACTION_GAP_DELAY: '600' })
      const first = await connect(before, identity, [])
      await withGap(first.charger)
      if (isEnded) await book(first.charger, 'TransactionEvent', event2('Ended', 3, '2026-01-01T09:30:00Z'))
      await before.close()
      assert.deepEqual(first.asked, [])
      const server = await start(SOON)
      const { charger, asked } = await connect(server, identity, [{ messagesInQueue: true }])
      await until('it is asked', () => asked.length === 1)
      assert.deepEqual(asked, ['1'])
      await book(charger, 'TransactionEvent', event2('Updated', 1, '2026-01-01T09:10:00Z'))
      assert.deepEqual((await onlyTransactionOf(server, identity)).missingSeqNos, [])
    })
  }

  it('include Started, but no seqNo below 0', async () => {
    const server = await start(SOON)
    const { charger, asked } = await connect(server, 'HEADLESS', [{ messagesInQueue: true }])
    await book(charger, 'TransactionEvent', event2('Updated', 0, '2026-01-01T09:00:00Z'))
    await book(charger, 'TransactionEvent', event2('Ended', 1, '2026-01-01T09:10:00Z'))
    const { complete, missingSeqNos } = await onlyTransactionOf(server, 'HEADLESS')
    assert.deepEqual([complete, missingSeqNos], [false, []])
    await until('it is asked', () => asked.length === 1)
  })

  it('are not requested from another charge point', async () => {
    const server = await start({ TRANSACTION_GAP_DELAY: '600' })
    const mine = await connect(server, 'GAPS', [ONGOING])
    await withGap(mine.charger)
    const { ledger } = server.app
    assert.deepEqual(await ledger.incompleteTransactions('gaps'), ['1'])
    const yours = await connect(server, 'NO-GAPS', [ONGOING])
    await book(yours.charger, 'TransactionEvent', event2('Started', 0, '2026-01-01T09:00:00Z'))
    assert.deepEqual(await ledger.incompleteTransactions('NO-GAPS'), [])
    assert.equal(await ledger.isIncomplete('NO-GAPS', '1'), false)
    await ledger.eventsLost('NO-GAPS', '1')
    await ledger.notOngoing('NO-GAPS', '1')
    assert.equal(await ledger.isIncomplete('GAPS', '1'), true)
    assert.equal((await onlyTransactionOf(server, 'GAPS')).status, 'open')
  })
})
