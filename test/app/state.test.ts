import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connectCharger } from '../support/charger.js'
import { startBackend, stateOf } from './support.js'

const server = await startBackend()

describe('the state of a charge point', () => {
  it('contains its last boot in one form for all versions', async () => {
    const old = await connectCharger(server.url, 'boot-16')
    await old.call('BootNotification', {
      chargePointVendor: 'Acme',
      chargePointModel: 'One',
      chargeBoxSerialNumber: 'S1',
      firmwareVersion: '1.0'
    })
    const young = await connectCharger(server.url, 'boot-21', { protocol: 'ocpp2.1' })
    const chargingStation = { vendorName: 'Acme', model: 'Two', serialNumber: 'S2', firmwareVersion: '2.0' }
    await young.call('BootNotification', { reason: 'PowerUp', chargingStation })
    const acme = { vendor: 'Acme' }
    assert.deepEqual((await stateOf(server, 'boot-16')).boot, {
      ...acme,
      model: 'One',
      serialNumber: 'S1',
      boxSerialNumber: 'S1',
      firmwareVersion: '1.0',
      protocol: 'ocpp1.6'
    })
    const { boot, lastBootAt } = await stateOf(server, 'BOOT-21')
    assert.deepEqual(boot, {
      ...acme,
      model: 'Two',
      serialNumber: 'S2',
      firmwareVersion: '2.0',
      reason: 'PowerUp',
      protocol: 'ocpp2.1'
    })
    assert.ok(Math.abs(Date.parse(lastBootAt) - Date.now()) < 60_000)
  })

  it('contains the last status of each connector', async () => {
    const timestamp = '2026-01-01T00:00:00.000Z'
    const withoutOurTime = ({ updatedAt, ...connector }: { updatedAt: string }) => {
      assert.ok(Math.abs(Date.parse(updatedAt) - Date.now()) < 60_000)
      return connector
    }
    const old = await connectCharger(server.url, 'status-16', { boot: true })
    for (const [connectorId, errorCode, status] of [
      [1, 'NoError', 'Available'],
      [2, 'GroundFailure', 'Faulted'],
      [1, 'NoError', 'Charging']
    ] as const) {
      await old.call('StatusNotification', { connectorId, errorCode, status, timestamp })
    }
    const young = await connectCharger(server.url, 'status-201', { protocol: 'ocpp2.0.1', boot: true })
    await young.call('StatusNotification', { evseId: 1, connectorId: 2, connectorStatus: 'Occupied', timestamp })
    assert.deepEqual((await stateOf(server, 'status-16')).connectors.map(withoutOurTime), [
      { connectorId: 1, status: 'Charging', timestamp },
      { connectorId: 2, status: 'Faulted', errorCode: 'GroundFailure', timestamp }
    ])
    assert.deepEqual((await stateOf(server, 'status-201')).connectors.map(withoutOurTime), [
      { evseId: 1, connectorId: 2, status: 'Occupied', timestamp }
    ])
  })

  it('contains the latest readings of each EVSE and connector as numbers', async () => {
    const old = await connectCharger(server.url, 'meter-16', { boot: true })
    await old.call('MeterValues', {
      connectorId: 1,
      meterValue: [
        {
          timestamp: '2026-01-01T00:01:00Z',
          sampledValue: [{ value: '12.5' }, { value: 'aGk=', format: 'SignedData' }]
        },
        { timestamp: '2026-01-01T00:00:00Z', sampledValue: [{ value: '11' }] }
      ]
    })
    const young = await connectCharger(server.url, 'meter-201', { protocol: 'ocpp2.0.1', boot: true })
    await young.call('MeterValues', {
      evseId: 2,
      meterValue: [
        {
          timestamp: '2026-01-01T00:00:00Z',
          sampledValue: [
            { value: 7.25, measurand: 'Power.Active.Import', phase: 'L1', unitOfMeasure: { unit: 'W', multiplier: 3 } }
          ]
        }
      ]
    })
    assert.deepEqual((await stateOf(server, 'meter-16')).readings, [
      {
        connectorId: 1,
        timestamp: '2026-01-01T00:01:00.000Z',
        samples: [{ measurand: 'Energy.Active.Import.Register', value: 12.5, unit: 'Wh' }]
      }
    ])
    assert.deepEqual((await stateOf(server, 'meter-201')).readings, [
      {
        evseId: 2,
        timestamp: '2026-01-01T00:00:00.000Z',
        samples: [{ measurand: 'Power.Active.Import', value: 7250, unit: 'W', phase: 'L1' }]
      }
    ])
  })

  it('contains the progress of its firmware update and its log upload', async () => {
    const charger = await connectCharger(server.url, 'progress', { protocol: 'ocpp2.1', boot: true })
    await charger.call('FirmwareStatusNotification', { status: 'Downloading', requestId: 7 })
    await charger.call('LogStatusNotification', { status: 'Uploaded', requestId: 8 })
    const { firmware, log } = await stateOf(server, 'progress')
    assert.deepEqual([firmware.status, firmware.requestId], ['Downloading', 7])
    assert.deepEqual([log.status, log.requestId], ['Uploaded', 8])
  })

  it('outlives its connection', async () => {
    const charger = await connectCharger(server.url, 'gone', { boot: true })
    await charger.close()
    assert.equal((await stateOf(server, 'gone')).boot.model, 'One')
  })
})
