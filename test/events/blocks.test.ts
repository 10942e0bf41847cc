import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { PublishedEvent } from '../../lib/events/event.js'
import type {} from '../../plugins/publisher.js'
import { startBackend } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { until } from '../support/wait.js'

const AT = '2026-03-04T05:06:07.000Z'

/** The back-end, and everything that its publisher tells. */
async function listen() {
  const { app, url } = await startBackend()
  const told: PublishedEvent[] = []
  after(app.publisher.subscribe((event) => told.push(event)))
  return { url, dataOf: (type: string) => told.filter((event) => event.type === type).map(({ data }) => data) }
}

async function startTransaction(charger: Charger, request: object): Promise<number> {
  const answer = await charger.call('StartTransaction', request)
  assert.equal(answer.type, 3)
  return Number(answer.payload.transactionId)
}

function sample(value: number | string) {
  return { value, measurand: 'Energy.Active.Import.Register', context: 'Sample.Periodic' }
}

const READING = { timestamp: AT, measurand: 'Energy.Active.Import.Register', context: 'Sample.Periodic', unit: 'Wh' }

describe('an event of a charge point of 1.6', () => {
  it('is published when it is stored, and not again for a retry', async () => {
    const { url, dataOf } = await listen()
    const charger = await connectCharger(url, 'CP-1')
    await charger.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M', firmwareVersion: '7' })
    assert.deepEqual(dataOf('boot'), [
      { protocol: 'ocpp1.6', status: 'Accepted', vendor: 'V', model: 'M', firmwareVersion: '7' }
    ])

    await charger.call('StatusNotification', {
      connectorId: 2,
      errorCode: 'GroundFailure',
      status: 'Faulted',
      timestamp: AT
    })
    assert.deepEqual(dataOf('status'), [
      { evseId: 0, connectorId: 2, status: 'Faulted', errorCode: 'GroundFailure', timestamp: AT }
    ])

    const start = { connectorId: 1, idTag: 'ANNA-LIVIA', meterStart: 100, timestamp: AT }
    const transactionId = await startTransaction(charger, start)
    await charger.call('StartTransaction', start)
    const meterValue = [{ timestamp: AT, sampledValue: [sample('150')] }]
    await charger.call('MeterValues', { connectorId: 1, transactionId, meterValue })
    await charger.call('MeterValues', { connectorId: 1, transactionId: -1, meterValue })
    const stop = { transactionId, meterStop: 200, timestamp: AT, idTag: 'ANNA-LIVIA' }
    await charger.call('StopTransaction', stop)
    await charger.call('StopTransaction', stop)
    const common = { id: 1, transactionId: String(transactionId), timestamp: AT, connectorId: 1, idToken: 'ANNA…' }
    const use = { startedAt: AT, endedAt: AT, meterStart: 100, meterStop: 200, energyWh: 100, duration: 0 }
    assert.deepEqual(dataOf('transaction'), [
      { ...common, eventType: 'Started', meterStart: 100 },
      { ...common, eventType: 'Ended', stopIdToken: 'ANNA…', reason: 'Local', ...use }
    ])
    const readings = [{ ...READING, value: 150 }]
    assert.deepEqual(dataOf('meter-values'), [
      { id: 1, connectorId: 1, transactionId: String(transactionId), readings },
      // It names no transaction; one is open at this connector.
      { id: 1, connectorId: 1, readings }
    ])
  })

  it('by the StopTransaction of an unknown transaction: contains the values of the request', async () => {
    const { url, dataOf } = await listen()
    const charger = await connectCharger(url, 'CP-1', { boot: true })
    const stop = { transactionId: 4711, meterStop: 200, timestamp: AT, idTag: 'ANNA-LIVIA', reason: 'PowerLoss' }
    await charger.call('StopTransaction', stop)
    assert.deepEqual(dataOf('transaction'), [
      {
        transactionId: '4711',
        eventType: 'Ended',
        timestamp: AT,
        meterStop: 200,
        reason: 'PowerLoss',
        stopIdToken: 'ANNA…'
      }
    ])
  })

  it('by the start of a transaction: the end of the previous one', async () => {
    const { url, dataOf } = await listen()
    const charger = await connectCharger(url, 'CP-1', { boot: true })
    const first = await startTransaction(charger, { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: AT })
    const later = '2026-03-04T06:00:00.000Z'
    const next = await startTransaction(charger, { connectorId: 1, idTag: 'A', meterStart: 9, timestamp: later })
    const told = dataOf('transaction').map((data) => data as Record<string, unknown>)
    assert.deepEqual(
      told.map(({ eventType, transactionId, reason }) => [eventType, transactionId, reason]),
      [
        ['Started', String(first), undefined],
        ['Closed', String(first), 'NextTransaction'],
        ['Started', String(next), undefined]
      ]
    )
  })

  it('by a boot: the end of an open transaction', async () => {
    const { url, dataOf } = await listen()
    const charger = await connectCharger(url, 'CP-1', { boot: true })
    const transactionId = await startTransaction(charger, { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: AT })
    charger.ws.close()
    await charger.closed
    await connectCharger(url, 'CP-1', { boot: true })
    await until('it is closed', () => dataOf('transaction').length > 1)
    const { timestamp, ...closed } = dataOf('transaction')[1] as { timestamp: string }
    assert.deepEqual(closed, {
      id: 1,
      transactionId: String(transactionId),
      eventType: 'Closed',
      reason: 'Rebooted',
      connectorId: 1,
      idToken: '…',
      startedAt: AT,
      endedAt: AT,
      meterStart: 0,
      duration: 0
    })
    assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000)
  })
})

for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
  describe(`an event of a charging station of ${protocol}`, () => {
    it('is published when it is stored, and not again for a retry', async () => {
      const { url, dataOf } = await listen()
      const charger = await connectCharger(url, 'CS-1', { protocol })
      const chargingStation = { vendorName: 'V', model: 'M', serialNumber: '9' }
      await charger.call('BootNotification', { reason: 'PowerUp', chargingStation })
      assert.deepEqual(dataOf('boot'), [
        { protocol, status: 'Accepted', vendor: 'V', model: 'M', serialNumber: '9', reason: 'PowerUp' }
      ])

      const status = { evseId: 1, connectorId: 2, connectorStatus: 'Occupied', timestamp: AT }
      await charger.call('StatusNotification', status)
      assert.deepEqual(dataOf('status'), [{ evseId: 1, connectorId: 2, status: 'Occupied', timestamp: AT }])

      const meterValue = [{ timestamp: AT, sampledValue: [sample(150)] }]
      const event = {
        eventType: 'Started',
        timestamp: AT,
        triggerReason: 'CablePluggedIn',
        seqNo: 0,
        transactionInfo: { transactionId: 'T-1', chargingState: 'EVConnected' },
        evse: { id: 1, connectorId: 2 },
        idToken: { idToken: 'ANNA-LIVIA', type: 'ISO14443' },
        meterValue
      }
      await charger.call('TransactionEvent', event)
      await charger.call('TransactionEvent', event)
      assert.deepEqual(dataOf('transaction'), [
        {
          id: 1,
          transactionId: 'T-1',
          eventType: 'Started',
          timestamp: AT,
          seqNo: 0,
          triggerReason: 'CablePluggedIn',
          offline: false,
          evseId: 1,
          connectorId: 2,
          chargingState: 'EVConnected',
          idToken: 'ANNA…'
        }
      ])
      await charger.call('MeterValues', { evseId: 1, meterValue })
      const readings = [{ ...READING, value: 150 }]
      assert.deepEqual(dataOf('meter-values'), [
        { id: 1, evseId: 1, connectorId: 2, transactionId: 'T-1', readings },
        // It names no transaction; one is open at this EVSE.
        { id: 1, evseId: 1, readings }
      ])

      const { evse: _, idToken: __, ...nowhere } = { ...event, transactionInfo: { transactionId: 'T-2' } }
      await charger.call('TransactionEvent', nowhere)
      await charger.call('TransactionEvent', { ...event, eventType: 'Updated', seqNo: 1, evse: undefined })
      assert.deepEqual(dataOf('meter-values').slice(2), [
        { id: 2, transactionId: 'T-2', readings },
        { id: 1, evseId: 1, connectorId: 2, transactionId: 'T-1', readings }
      ])

      const security = { type: 'SettingSystemTime', timestamp: AT, techInfo: 'by hand' }
      await charger.call('SecurityEventNotification', security)
      assert.deepEqual(dataOf('security'), [{ source: 'chargePoint', ...security }])
    })
  })
}
