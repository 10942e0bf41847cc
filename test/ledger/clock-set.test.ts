import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { book, event2, onlyTransactionOf, startTransaction, statusOf, transactionsOf } from './wire-support.js'

// A message that closes a transaction has to be later than it, and one that opens it again later than that, whatever
// clocks say.

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** So many milliseconds from now. */
function at(offset: number): string {
  return new Date(Date.now() + offset).toISOString()
}

async function free(charger: Charger, timestamp?: string | null): Promise<void> {
  const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' }
  await book(charger, 'StatusNotification', { ...status, ...(timestamp !== undefined && { timestamp }) })
}

function measure(charger: Charger, transactionId: number, timestamp: string, value: number) {
  const meterValue = [{ timestamp, sampledValue: [{ value: String(value) }] }]
  return book(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue })
}

async function reconnect(server: TestServer, charger: Charger): Promise<Charger> {
  await charger.close()
  return connectCharger(server.url, charger.identity, { protocol: charger.protocol, boot: true })
}

onBothBackends('a transaction that was left open', (start) => {
  it('1.6: is not opened again by a late reading, which counts all the same', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'READING', { boot: true })
    const id = await startTransaction(charger, { timestamp: '2026-01-01T09:00:00Z' })
    await free(charger, '2026-01-01T10:00:00Z')
    assert.equal(await statusOf(server, charger, 'closed'), 'closed')
    await measure(charger, id, '2026-01-01T09:30:00Z', 600)
    const late = await onlyTransactionOf(server, 'READING')
    assert.deepEqual(
      [late.status, late.energyWh, late.endedAt, late.duration],
      ['closed', 500, '2026-01-01T09:30:00.000Z', 1800]
    )
    await measure(charger, id, '2026-01-01T10:00:00Z', 700)
    assert.equal((await onlyTransactionOf(server, 'READING')).status, 'closed')
    await measure(charger, id, '2026-01-01T10:30:00Z', 900)
    const { status, closedReason, energyWh } = await onlyTransactionOf(server, 'READING')
    assert.deepEqual([status, closedReason, energyWh], ['open', undefined, 800])
  })

  it('1.6: is not opened again by a reading from before the next start, in another process too', async () => {
    const before = await start()
    const charger = await connectCharger(before.url, 'NEXT', { boot: true })
    const first = await startTransaction(charger)
    await measure(charger, first, '2026-01-01T09:10:00Z', 200)
    await startTransaction(charger, { timestamp: '2026-01-01T10:00:00Z', meterStart: 900 })
    await measure(charger, first, '2026-01-01T09:50:00Z', 900)
    await before.close()
    const server = await start()
    const again = await connectCharger(server.url, 'NEXT')
    await measure(again, first, '2026-01-01T09:40:00Z', 800)
    const shown = await transactionsOf(server, 'NEXT')
    assert.deepEqual(
      shown.map(({ status, energyWh }) => [status, energyWh]),
      [
        ['closed', 800],
        ['open', undefined]
      ]
    )
  })

  it('is not opened again by what was measured before the boot that closed it', async () => {
    const server = await start()
    const before = await connectCharger(server.url, 'BOOT', { boot: true })
    const id = await startTransaction(before, { timestamp: at(-HOUR) })
    const charger = await reconnect(server, before)
    assert.equal(await statusOf(server, charger, 'closed'), 'closed')
    await measure(charger, id, at(-30 * MINUTE), 600)
    assert.equal((await onlyTransactionOf(server, 'BOOT')).status, 'closed')
    await measure(charger, id, at(MINUTE), 900)
    assert.equal((await onlyTransactionOf(server, 'BOOT')).status, 'open')
  })

  it('2.x: is not opened again by a late event, which counts all the same', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'EVENT', { protocol: 'ocpp2.0.1', boot: true })
    const evse = { id: 1, connectorId: 1 }
    const transactionInfo = { transactionId: '1', chargingState: 'Charging' }
    const send = (type: string, seqNo: number, time: string, register: number) =>
      book(charger, 'TransactionEvent', event2(type, seqNo, time, { evse, transactionInfo, register }))
    await send('Started', 0, '2026-01-01T09:00:00Z', 100)
    const status = { evseId: 1, connectorId: 1, connectorStatus: 'Available', timestamp: '2026-01-01T10:00:00Z' }
    await book(charger, 'StatusNotification', status)
    assert.equal(await statusOf(server, charger, 'closed'), 'closed')
    await send('Updated', 1, '2026-01-01T09:30:00Z', 600)
    const late = await onlyTransactionOf(server, 'EVENT')
    assert.deepEqual(
      [late.status, late.energyWh, late.endedAt, late.duration],
      ['closed', 500, '2026-01-01T09:30:00.000Z', 1800]
    )
    await send('Updated', 2, '2026-01-01T10:30:00Z', 900)
    assert.equal((await onlyTransactionOf(server, 'EVENT')).status, 'open')
    await send('Ended', 3, '2026-01-01T10:40:00Z', 1000)
    assert.equal((await onlyTransactionOf(server, 'EVENT')).energyWh, 900)
  })

  it('is closed by the next start and by a free connector after a clock that was hours ahead was set right', async () => {
    const server = await start()
    const next = await connectCharger(server.url, 'AHEAD-1', { boot: true })
    await startTransaction(next, { timestamp: at(4 * HOUR) })
    await startTransaction(next, { timestamp: at(MINUTE), meterStart: 200 })
    const statuses = (await transactionsOf(server, 'AHEAD-1')).map(({ status }) => status)
    assert.deepEqual(statuses, ['closed', 'open'])

    const freed = await connectCharger(server.url, 'AHEAD-2', { boot: true })
    await startTransaction(freed, { timestamp: at(4 * HOUR) })
    await free(freed, at(MINUTE))
    assert.equal(await statusOf(server, freed, 'closed'), 'closed')
  })

  it('is closed by an available connector without a timestamp, or with an impossible one, at the time of receipt', async () => {
    const server = await start()
    for (const [index, timestamp] of [null, undefined, '1970-01-01T00:00:00Z', '0001-01-01T00:00:00Z'].entries()) {
      const charger = await connectCharger(server.url, `TIMELESS-${index}`, { boot: true })
      await startTransaction(charger)
      await free(charger, timestamp)
      assert.equal(await statusOf(server, charger, 'closed'), 'closed', String(timestamp))
    }
  })

  it('is not closed by a status Available from before its start, or from the same second', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'EARLIER', { boot: true })
    await startTransaction(charger, { timestamp: '2026-01-01T09:00:00Z' })
    // Without a zone it is UTC.
    for (const timestamp of ['2026-01-01T08:59:59Z', '2026-01-01T09:00:00Z', '2026-01-01T09:00:00']) {
      await free(charger, timestamp)
      await charger.roundTrip()
    }
    // Closing is done in the order of the messages: this one shows that those before it are handled.
    await startTransaction(charger, { connectorId: 2 })
    await book(charger, 'StatusNotification', { connectorId: 2, errorCode: 'NoError', status: 'Available' })
    const secondIs = async () => (await transactionsOf(server, 'EARLIER')).map(({ status }) => status)
    while ((await secondIs())[1] === 'open') await charger.roundTrip()
    assert.deepEqual(await secondIs(), ['open', 'closed'])
  })
})

onBothBackends('a transaction during which the clock of its charge point jumps ahead', (start) => {
  it('costs the time that passed, without the time that the clock skipped', async () => {
    const server = await start()
    await operate(server, 'PUT', '/tariffs/default', { currency: 'EUR', pricePerHour: 1 })
    const charger = await connectCharger(server.url, 'JUMPS', { boot: true })
    const transactionId = await startTransaction(charger, { timestamp: at(0) })
    await book(charger, 'StopTransaction', { transactionId, meterStop: 500, timestamp: at(5 * HOUR) })
    const { duration, cost } = await onlyTransactionOf(server, 'JUMPS')
    assert.ok(Number(duration) < 3600, `${duration} s`)
    assert.ok(Number(cost) < 1, `${cost} euros`)
  })
})
