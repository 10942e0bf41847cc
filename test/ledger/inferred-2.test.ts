import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { book, event2, onlyTransactionOf, readingsOf, transactionsOf } from './wire-support.js'

/** At this minute after 9 o'clock. */
function at(minute: number): string {
  return `2026-01-01T09:${String(minute).padStart(2, '0')}:00Z`
}

const evse = { id: 1, connectorId: 1 }
const STARTED = event2('Started', 0, at(0), { idTag: 'TAG', evse })
const UPDATED = event2('Updated', 1, at(40))
const ENDED = event2('Ended', 2, at(50))

function reading(minute: number, value: number, evseId = 1, more: object = {}) {
  return { evseId, meterValue: [{ timestamp: at(minute), sampledValue: [{ value, ...more }] }] }
}

async function open(server: TestServer, identity: string, protocol = 'ocpp2.0.1', started: object = STARTED) {
  const charger = await connectCharger(server.url, identity, { protocol, boot: true })
  await book(charger, 'TransactionEvent', started)
  return charger
}

async function measure(charger: Charger, ...readings: readonly object[]): Promise<void> {
  for (const one of readings) await book(charger, 'MeterValues', one)
}

/** The readings of a transaction, and whether they were inferred. */
async function valuesOf(server: TestServer, id: number | undefined) {
  return (await readingsOf(server, id ?? 0)).map(({ value, inferred }) => [value, inferred])
}

onSharedBackend('meter values of 2.x', (start) => {
  for (const protocol of ['ocpp2.0.1', 'ocpp2.1']) {
    it(`are billed in the only transaction of their EVSE when its events tell no meter (${protocol})`, async () => {
      const server = await start()
      const identity = `BILL-${protocol}`
      await operate(server, 'PUT', '/tariffs/default', { currency: 'EUR', pricePerKwh: 1 })
      const charger = await open(server, identity, protocol)
      await measure(charger, reading(20, 3000), reading(0, 1000), reading(20, 3000))
      const running = await onlyTransactionOf(server, identity)
      assert.deepEqual([running.meterStart, running.energyWh, running.cost], [1000, 2000, 2])
      const listed = (await operate(server, 'GET', `/transactions?chargePoint=${identity}`)).json().items[0]
      assert.deepEqual([listed.energyWh, listed.cost], [2000, 2])
      assert.deepEqual(await book(charger, 'TransactionEvent', UPDATED), { totalCost: 2 })
      await measure(charger, reading(49, 5000), reading(10, 2000))
      assert.deepEqual(await book(charger, 'TransactionEvent', ENDED), { totalCost: 4 })
      await measure(charger, reading(20, 3000))
      const { id, status, meterStart, meterStop, energyWh, cost } = await onlyTransactionOf(server, identity)
      assert.deepEqual([status, meterStart, meterStop, energyWh, cost], ['ended', 1000, 5000, 4000, 4])
      const values = [1000, 2000, 3000, 5000].map((value) => [value, true])
      assert.deepEqual(await valuesOf(server, id), values)
    })
  }

  it('do not count when they were read after an end that arrives later', async () => {
    const server = await start()
    const charger = await open(server, 'LATE')
    await measure(charger, reading(0, 1000), reading(48, 4000), reading(55, 9000))
    await book(charger, 'TransactionEvent', ENDED)
    await book(charger, 'TransactionEvent', UPDATED)
    const { energyWh, meterStop } = await onlyTransactionOf(server, 'LATE')
    assert.deepEqual([energyWh, meterStop], [3000, 4000])
  })

  it('give way to the readings of events, and fill in what these lack', async () => {
    const server = await start()
    const both = await open(server, 'BOTH', 'ocpp2.0.1', { ...STARTED, ...meter(0, 1000) })
    await measure(both, reading(0, 500), reading(30, 2500))
    assert.equal((await onlyTransactionOf(server, 'BOTH')).energyWh, 1500)
    await book(both, 'TransactionEvent', { ...ENDED, ...meter(50, 4000) })
    const { meterStart, energyWh } = await onlyTransactionOf(server, 'BOTH')
    assert.deepEqual([meterStart, energyWh], [1000, 3000])
  })

  it('count when the back-end closes their transaction', async () => {
    const server = await start()
    const charger = await open(server, 'CLOSE')
    await measure(charger, reading(0, 1000), reading(30, 1700))
    const again = event2('Started', 0, '2026-01-02T09:00:00Z', { idTag: 'OTHER', evse })
    await book(charger, 'TransactionEvent', again)
    const [first, second] = await transactionsOf(server, 'CLOSE')
    assert.deepEqual([first?.status, first?.energyWh, first?.endedAt], ['closed', 700, '2026-01-01T09:30:00.000Z'])
    assert.equal(second?.energyWh, undefined)
  })

  it('belong to no transaction when they are of another place, time or charge point', async () => {
    const server = await start()
    const charger = await open(server, 'PLACE')
    const other = await open(server, 'OTHER')
    const nowhere = await open(server, 'NOWHERE', 'ocpp2.0.1', event2('Started', 0, at(0), { idTag: 'TAG' }))
    const early = { timestamp: '2026-01-01T08:59:00Z', sampledValue: [{ value: 1 }] }
    await measure(charger, reading(10, 1, 0), reading(10, 1, 2), { evseId: 1, meterValue: [early] })
    await measure(other, reading(20, 2))
    await measure(nowhere, reading(10, 1, 0), reading(10, 1))
    const counted = await Promise.all(
      ['PLACE', 'OTHER', 'NOWHERE'].map(async (name) => valuesOf(server, (await onlyTransactionOf(server, name)).id))
    )
    assert.deepEqual(counted, [[], [[2, true]], []])
  })

  it('belong to no transaction when several are open on their EVSE', async () => {
    const server = await start()
    const charger = await open(server, 'SEVERAL')
    // It is no Started, so that the first one goes on.
    const more = { transactionId: 'second', evse: { id: 1, connectorId: 2 } }
    await book(charger, 'TransactionEvent', event2('Updated', 3, at(5), more))
    await measure(charger, reading(30, 1000))
    const found = await transactionsOf(server, 'SEVERAL')
    assert.deepEqual(await Promise.all(found.map(async ({ status, id }) => [status, await valuesOf(server, id)])), [
      ['open', []],
      ['open', []]
    ])
  })
})

/** The meter in a TransactionEvent. */
function meter(minute: number, value: number) {
  return { meterValue: [{ timestamp: at(minute), sampledValue: [{ value }] }] }
}
