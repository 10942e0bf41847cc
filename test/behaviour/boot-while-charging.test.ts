import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend } from '../app/support.js'
import { book, event2, onlyTransactionOf, startTransaction, statusOf, transactionsOf } from '../ledger/wire-support.js'
import { perform } from '../operations/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

const MINUTE = 60_000
const at = (minutes: number) => new Date(Date.now() + minutes * MINUTE).toISOString()
const status = (status: string, more: object = {}) => ({ connectorId: 1, errorCode: 'NoError', status, ...more })
const reading = (transactionId: number, value: string, timestamp: string) => ({
  connectorId: 1,
  transactionId,
  meterValue: [{ timestamp, sampledValue: [{ value }] }]
})

/** The transaction events of a charge point in the event stream. */
function listen({ app }: TestServer, identity: string): string[] {
  const told: string[] = []
  app.publisher.subscribe(({ type, chargePoint, data }) => {
    if (type === 'transaction' && chargePoint === identity) told.push((data as { eventType: string }).eventType)
  })
  return told
}

/** A charge point that charges since an hour, and has lost its connection. */
async function charging(server: TestServer, identity: string): Promise<number> {
  const charger = await connectCharger(server.url, identity, { boot: true })
  const transactionId = await startTransaction(charger, { timestamp: at(-60) })
  await book(charger, 'StatusNotification', status('Charging', { timestamp: at(-59) }))
  await charger.close()
  return transactionId
}

/** It comes back, boots, and its transaction is closed. */
async function comeBack(server: TestServer, identity: string): Promise<Charger> {
  const charger = await connectCharger(server.url, identity, { boot: true })
  assert.equal(await statusOf(server, charger, 'closed'), 'closed')
  return charger
}

onSharedBackend('a charge point that boots while it charges', (start) => {
  it('keeps its transaction if it says Charging, however often; it is stopped by its connector and billed once', async () => {
    const server = await start()
    const told = listen(server, 'LOOP')
    const transactionId = await charging(server, 'LOOP')
    for (const word of ['Charging', 'SuspendedEV', 'SuspendedEVSE']) {
      const again = await comeBack(server, 'LOOP')
      await book(again, 'StatusNotification', status(word))
      assert.equal(await statusOf(server, again, 'open'), 'open')
      await again.close()
    }
    const charger = await comeBack(server, 'LOOP')
    charger.onCall(() => ({ status: 'Accepted' }))
    await book(charger, 'StatusNotification', status('Charging', { timestamp: at(-59.5) }))
    assert.equal(await statusOf(server, charger, 'open'), 'open')
    const { body } = await perform(server, 'LOOP', 'operations/stop', { connectorId: 1 })
    assert.deepEqual([body.status, body.transactionId], ['accepted', String(transactionId)])
    await book(charger, 'StopTransaction', { transactionId, meterStop: 5100, timestamp: at(0), reason: 'Remote' })
    const ended = await onlyTransactionOf(server, 'LOOP')
    assert.deepEqual(
      [ended.status, ended.energyWh, ended.closedReason, ended.stopReason],
      ['ended', 5000, undefined, 'Remote']
    )
    assert.ok(Math.abs(Number(ended.duration) - 3600) < 60)
    assert.deepEqual(told, ['Started', ...Array(4).fill(['Closed', 'Reopened']).flat(), 'Ended'])
  })

  it('keeps its transaction if it continues to send meter values', async () => {
    const server = await start()
    const told = listen(server, 'METER')
    const transactionId = await charging(server, 'METER')
    const charger = await comeBack(server, 'METER')
    // One that waited in its queue says nothing of now.
    await book(charger, 'MeterValues', reading(transactionId, '2000', at(-30)))
    assert.equal((await onlyTransactionOf(server, 'METER')).status, 'closed')
    await book(charger, 'MeterValues', reading(transactionId, '3000', at(1)))
    const open = await onlyTransactionOf(server, 'METER')
    assert.deepEqual([open.status, open.energyWh], ['open', 2900])
    await book(charger, 'StopTransaction', { transactionId, meterStop: 4100, timestamp: at(2) })
    assert.equal((await onlyTransactionOf(server, 'METER')).energyWh, 4000)
    assert.deepEqual(told, ['Started', 'Closed', 'Closed', 'Reopened', 'Ended'])
  })

  it('keeps its transaction if that measures with the boot, before the transaction is closed', async () => {
    const server = await start()
    const transactionId = await charging(server, 'SWIFT')
    const charger = await connectCharger(server.url, 'SWIFT')
    const boot = charger.boot()
    const said = [
      book(charger, 'MeterValues', reading(transactionId, '3000', at(1))),
      book(charger, 'StatusNotification', status('Charging'))
    ]
    await Promise.all([boot, ...said])
    await startTransaction(charger, { connectorId: 2, timestamp: at(-5) })
    await book(charger, 'StatusNotification', status('Available', { connectorId: 2 }))
    // All earlier messages are dealt with then.
    let all = await transactionsOf(server, 'SWIFT')
    while (all[1]?.status !== 'closed') {
      await charger.roundTrip()
      all = await transactionsOf(server, 'SWIFT')
    }
    assert.equal(all[0]?.status, 'open')
  })

  it('has no open transaction once its connector is available, whatever arrives late', async () => {
    const server = await start()
    const transactionId = await charging(server, 'FREE')
    const charger = await comeBack(server, 'FREE')
    await book(charger, 'StatusNotification', status('Available'))
    await book(charger, 'StatusNotification', status('Charging', { timestamp: at(-40) }))
    await book(charger, 'StatusNotification', status('Charging', { connectorId: 2 }))
    for (let turn = 0; turn < 5; turn++) await charger.roundTrip()
    const { status: now, closedReason } = await onlyTransactionOf(server, 'FREE')
    assert.deepEqual([now, closedReason], ['closed', 'Rebooted'])
    const stop = await perform(server, 'FREE', 'operations/stop', { connectorId: 1 })
    assert.equal(stop.body.code, 'NO_OPEN_TRANSACTION')
    await book(charger, 'StopTransaction', { transactionId, meterStop: 1100, timestamp: at(-20) })
    assert.equal((await onlyTransactionOf(server, 'FREE')).energyWh, 1000)
  })

  it('has no transaction any more if it charges in another one', async () => {
    const server = await start()
    await charging(server, 'NEXT')
    const charger = await comeBack(server, 'NEXT')
    await startTransaction(charger, { timestamp: at(0), meterStart: 900 })
    await book(charger, 'StatusNotification', status('Charging'))
    for (let turn = 0; turn < 5; turn++) await charger.roundTrip()
    const all = await transactionsOf(server, 'NEXT')
    assert.deepEqual(
      all.map((each) => [each.status, each.closedReason]),
      [
        ['closed', 'Rebooted'],
        ['open', undefined]
      ]
    )
  })

  for (const protocol of ['ocpp2.0.1', 'ocpp2.1']) {
    it(`keeps its transaction if events of it go on, in ${protocol}`, async () => {
      const server = await start()
      const identity = `EVENTS-${protocol}`
      const told = listen(server, identity)
      const first = await connectCharger(server.url, identity, { protocol, boot: true })
      const evse = { id: 1, connectorId: 1 }
      await book(first, 'TransactionEvent', event2('Started', 0, at(-60), { idTag: 'TAG', register: 100, evse }))
      await first.close()
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      charger.onCall(() => ({ status: 'Accepted' }))
      assert.equal(await statusOf(server, charger, 'closed'), 'closed')
      // Late ones of the time before do not open it.
      await book(charger, 'TransactionEvent', event2('Updated', 1, at(-30), { register: 1100 }))
      assert.equal((await onlyTransactionOf(server, identity)).status, 'closed')
      await book(charger, 'TransactionEvent', event2('Updated', 2, at(1), { register: 2100 }))
      const { body } = await perform(server, identity, 'operations/stop', { evseId: 1 })
      assert.deepEqual([body.status, body.transactionId], ['accepted', '1'])
      await book(charger, 'TransactionEvent', event2('Ended', 3, at(2), { register: 5100 }))
      const ended = await onlyTransactionOf(server, identity)
      assert.deepEqual([ended.status, ended.energyWh, ended.closedReason], ['ended', 5000, undefined])
      assert.deepEqual(told, ['Started', 'Closed', 'Updated', 'Reopened', 'Updated', 'Ended'])
    })
  }
})
