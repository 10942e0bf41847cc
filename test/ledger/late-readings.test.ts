import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { book, onlyTransactionOf, startTransaction, statusOf } from './wire-support.js'

function reading(transactionId: number, hour: number, sampled: object) {
  const timestamp = `2026-01-01T${hour}:00:00Z`
  return { connectorId: 1, transactionId, meterValue: [{ timestamp, sampledValue: [sampled] }] }
}

async function billOf(server: TestServer, identity: string) {
  const { status, meterStart, meterStop, energyWh, cost, costUnknown } = await onlyTransactionOf(server, identity)
  return { status, meterStart, meterStop, energyWh, cost, costUnknown }
}

/** A back-end where 1 kWh costs 1 euro. */
async function priced(start: () => Promise<TestServer>): Promise<TestServer> {
  const server = await start()
  await operate(server, 'PUT', '/tariffs/default', { currency: 'EUR', pricePerKwh: 1 })
  return server
}

onBothBackends('meter values of 1.6 that come after the end', (start) => {
  for (const restarts of [false, true]) {
    it(`count when StopTransaction told no meter${restarts ? ', also after a restart' : ''}`, async () => {
      const server = await priced(start)
      const identity = `LATE-${restarts}`
      const charger = await connectCharger(server.url, identity, { boot: true })
      const transactionId = await startTransaction(charger, { meterStart: 1000 })
      await book(charger, 'MeterValues', reading(transactionId, 10, { value: '2.5', unit: 'kWh' }))
      await book(charger, 'StopTransaction', { transactionId, meterStop: -1, timestamp: '2026-01-01T11:00:00Z' })
      const before = await billOf(server, identity)
      assert.deepEqual([before.meterStop, before.cost], [2500, 1.5])
      if (restarts) await server.close()
      const now = restarts ? await start() : server
      const again = restarts ? await connectCharger(now.url, identity) : charger
      const end = { value: '4750', context: 'Transaction.End' }
      for (let times = 0; times < 2; times++) await book(again, 'MeterValues', reading(transactionId, 11, end))
      assert.deepEqual(await billOf(now, identity), {
        status: 'ended',
        meterStart: 1000,
        meterStop: 4750,
        energyWh: 3750,
        cost: 3.75,
        costUnknown: undefined
      })
    })
  }

  it('change nothing when StopTransaction had a meter reading', async () => {
    const server = await priced(start)
    const charger = await connectCharger(server.url, 'TOLD', { boot: true })
    const transactionId = await startTransaction(charger, { meterStart: 1000 })
    await book(charger, 'StopTransaction', { transactionId, meterStop: 3000, timestamp: '2026-01-01T11:00:00Z' })
    await book(charger, 'MeterValues', reading(transactionId, 12, { value: '9000', context: 'Transaction.End' }))
    const { meterStop, energyWh } = await billOf(server, 'TOLD')
    assert.deepEqual([meterStop, energyWh], [3000, 2000])
  })

  it('publish the end again if they change the bill, and only then', async () => {
    const server = await priced(start)
    const told: object[] = []
    server.app.publisher.subscribe((event) => {
      if (event.type === 'transaction' && (event.data as { eventType?: string }).eventType === 'Ended') {
        told.push(event.data as object)
      }
    })
    const charger = await connectCharger(server.url, 'AGAIN', { boot: true })
    const transactionId = await startTransaction(charger, { meterStart: 1000 })
    const stop = { transactionId, meterStop: -1, timestamp: '2026-01-01T11:00:00Z', reason: 'Remote' }
    await book(charger, 'StopTransaction', stop)
    const end = { value: '4750', context: 'Transaction.End' }
    for (let times = 0; times < 2; times++) await book(charger, 'MeterValues', reading(transactionId, 11, end))
    const bills = told.map((data) => {
      const { reason, timestamp, cost, costUnknown } = data as Record<string, unknown>
      return [reason, timestamp, cost, costUnknown]
    })
    assert.deepEqual(bills, [
      ['Remote', '2026-01-01T11:00:00.000Z', undefined, 'no-stop-register'],
      ['Remote', '2026-01-01T11:00:00.000Z', 3.75, undefined]
    ])
  })
})

onBothBackends('a meter reading that stands in for meterStart', (start) => {
  it('gives way to better evidence in StopTransaction, also after the back-end has closed the transaction', async () => {
    const server = await start()
    const before = await connectCharger(server.url, 'BETTER', { boot: true })
    const transactionId = await startTransaction(before, { meterStart: -1 })
    await book(before, 'MeterValues', reading(transactionId, 10, { value: '2500' }))
    await before.close()
    const charger = await connectCharger(server.url, 'BETTER', { boot: true })
    assert.equal(await statusOf(server, charger, 'closed'), 'closed')
    const begin = { timestamp: '2026-01-01T09:00:00Z', sampledValue: [{ value: '1000', context: 'Transaction.Begin' }] }
    const stop = { transactionId, meterStop: 5000, timestamp: '2026-01-01T11:00:00Z', transactionData: [begin] }
    await book(charger, 'StopTransaction', stop)
    const { meterStart, energyWh } = await billOf(server, 'BETTER')
    assert.deepEqual([meterStart, energyWh], [1000, 4000])
  })

  it('is never that of one phase when StopTransaction has the total of all phases', async () => {
    const server = await start()
    const before = await connectCharger(server.url, 'PHASE', { boot: true })
    const transactionId = await startTransaction(before, { meterStart: -1 })
    await book(before, 'MeterValues', reading(transactionId, 10, { value: '1000', phase: 'L1' }))
    await book(before, 'MeterValues', reading(transactionId, 11, { value: '1500', phase: 'L1' }))
    await before.close()
    const charger = await connectCharger(server.url, 'PHASE', { boot: true })
    assert.equal(await statusOf(server, charger, 'closed'), 'closed')
    await book(charger, 'StopTransaction', { transactionId, meterStop: 15_000, timestamp: '2026-01-01T12:00:00Z' })
    const { meterStart, meterStop, energyWh } = await billOf(server, 'PHASE')
    assert.deepEqual([meterStart, meterStop, energyWh], [undefined, 15_000, undefined])
  })
})
