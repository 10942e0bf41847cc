import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { book, onlyTransactionOf, startTransaction, transactionsOf } from './wire-support.js'

/** Times of a charge point whose clock was never set, or is far ahead. */
const IMPOSSIBLE = ['1970-01-01T00:00:10Z', '0001-01-01T00:00:00Z', '2099-01-01T00:00:00Z'] as const

onSharedBackend('a StartTransaction equal to an earlier one', (start) => {
  for (const boots of [true, false]) {
    it(`is another session when the first one was measured and never ended, ${boots ? 'with' : 'without'} a boot`, async () => {
      const server = await start()
      const identity = `POWER-LOSS-${boots}`
      const timestamp = '1970-01-01T00:00:10Z'
      const before = await connectCharger(server.url, identity, { boot: true })
      const first = await startTransaction(before, { timestamp, meterStart: 0 })
      const meterValue = [{ timestamp: '1970-01-01T00:10:00Z', sampledValue: [{ value: '3000' }] }]
      await book(before, 'MeterValues', { connectorId: 1, transactionId: first, meterValue })
      if (boots) await before.close()
      const charger = boots ? await connectCharger(server.url, identity, { boot: true }) : before
      const second = await startTransaction(charger, { timestamp, meterStart: 0 })
      assert.equal(await startTransaction(charger, { timestamp, meterStart: 0 }), second, 'a retry of the second one')
      await book(charger, 'StopTransaction', { transactionId: second, meterStop: 2000, timestamp })
      assert.deepEqual(
        (await transactionsOf(server, identity)).map(({ status, energyWh }) => [status, energyWh]),
        [
          ['closed', 3000],
          ['ended', 2000]
        ]
      )
    })
  }

  for (const timestamp of IMPOSSIBLE) {
    it(`is another session after the end of the first one, at ${timestamp}`, async () => {
      const server = await start()
      const identity = `NO-CLOCK-${timestamp.slice(0, 4)}`
      const charger = await connectCharger(server.url, identity, { boot: true })
      const session = { timestamp, meterStart: 0 }
      const before = Date.now()
      const first = await startTransaction(charger, session)
      assert.equal(await startTransaction(charger, session), first, 'a retry while it goes on')
      await book(charger, 'StopTransaction', { transactionId: first, meterStop: 5000, timestamp })
      const second = await startTransaction(charger, session)
      assert.notEqual(second, first)
      assert.equal(await startTransaction(charger, session), second, 'a retry of the second one')
      await book(charger, 'StopTransaction', { transactionId: second, meterStop: 2000, timestamp })
      await book(charger, 'StopTransaction', { transactionId: first, meterStop: 1, timestamp })
      const shown = await transactionsOf(server, identity)
      assert.deepEqual(
        shown.map(({ transactionId, status, energyWh }) => [transactionId, status, energyWh]),
        [
          [String(first), 'ended', 5000],
          [String(second), 'ended', 2000]
        ]
      )
      // It is listed and shown as if it had begun when we heard of it.
      for (const { startedAt, receivedAt } of shown) {
        assert.equal(startedAt, receivedAt)
        assert.ok(Date.parse(String(startedAt)) >= before)
      }
    })
  }

  it('is a retry for ever if its time is possible, also of a transaction that the back-end closed', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CLOCK', { boot: true })
    const first = await startTransaction(charger)
    await book(charger, 'StopTransaction', { transactionId: first, meterStop: 500, timestamp: '2026-01-01T10:00:00Z' })
    assert.equal(await startTransaction(charger), first)
    const closed = await startTransaction(charger, { timestamp: '2026-01-02T09:00:00Z' })
    await startTransaction(charger, { timestamp: '2026-01-03T09:00:00Z' })
    assert.equal(await startTransaction(charger, { timestamp: '2026-01-02T09:00:00Z' }), closed)
    const statuses = (await transactionsOf(server, 'CLOCK')).map(({ status }) => status)
    assert.deepEqual(statuses, ['ended', 'closed', 'open'])
  })

  it('is a retry of a transaction that the back-end closed if the clock was never set', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CLOSED', { boot: true })
    const session = { timestamp: '1970-01-01T00:00:10Z', meterStart: 0 }
    const first = await startTransaction(charger, session)
    await charger.close()
    const again = await connectCharger(server.url, 'CLOSED', { boot: true })
    assert.equal(await startTransaction(again, session), first)
    assert.equal((await onlyTransactionOf(server, 'CLOSED')).events.length, 1)
  })
})
