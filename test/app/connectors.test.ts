import assert from 'node:assert/strict'
import { it } from 'node:test'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { onSharedBackend, operate } from './support.js'

async function list(server: TestServer, query = '') {
  const response = await operate(server, 'GET', `/connectors?${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json()
}

onSharedBackend('the list of connectors', (start) => {
  it('shows status, error and start time in one form for all versions', async () => {
    const server = await start()
    const old = await connectCharger(server.url, 'OLD-1', { boot: true })
    const status16 = {
      connectorId: 1,
      status: 'Faulted',
      errorCode: 'GroundFailure',
      info: 'leakage',
      vendorId: 'com.x'
    }
    for (const minute of ['00', '10']) {
      await old.call('StatusNotification', { ...status16, timestamp: `2026-03-01T12:${minute}:00Z` })
    }
    const idle = { connectorId: 0, status: 'Available', errorCode: 'NoError', timestamp: '2026-03-01T12:00:00Z' }
    await old.call('StatusNotification', idle)
    const busy = { connectorId: 2, status: 'SuspendedEV', errorCode: 'NoError', timestamp: '2026-03-01T12:00:00Z' }
    await old.call('StatusNotification', { ...busy, status: 'Charging', timestamp: '2026-03-01T11:00:00Z' })
    await old.call('StatusNotification', busy)

    const young = await connectCharger(server.url, 'YOUNG-1', { protocol: 'ocpp2.0.1', boot: true })
    const status2 = { timestamp: '2026-03-01T13:00:00Z', connectorStatus: 'Faulted', evseId: 2, connectorId: 1 }
    await young.call('StatusNotification', status2)
    await young.call('NotifyEvent', {
      generatedAt: '2026-03-01T13:00:00Z',
      seqNo: 0,
      eventData: [
        {
          eventId: 7,
          timestamp: '2026-03-01T13:00:00Z',
          trigger: 'Alerting',
          actualValue: 'true',
          techCode: 'E-17',
          techInfo: 'contactor welded',
          eventNotificationType: 'HardWiredNotification',
          component: { name: 'Connector', evse: { id: 2, connectorId: 1 } },
          variable: { name: 'Problem' }
        }
      ]
    })

    const { items } = await list(server, 'status=Faulted')
    assert.deepEqual(items, [
      {
        chargePoint: 'OLD-1',
        evseId: 1,
        connectorId: 1,
        status: 'Faulted',
        reportedStatus: 'Faulted',
        since: '2026-03-01T12:00:00.000Z',
        reportedAt: '2026-03-01T12:10:00.000Z',
        errorCode: 'GroundFailure',
        info: 'leakage',
        vendorId: 'com.x'
      },
      {
        chargePoint: 'YOUNG-1',
        evseId: 2,
        connectorId: 1,
        status: 'Faulted',
        reportedStatus: 'Faulted',
        since: '2026-03-01T13:00:00.000Z',
        reportedAt: '2026-03-01T13:00:00.000Z',
        errorCode: 'E-17',
        info: 'contactor welded'
      }
    ])
    const occupied = (await list(server, 'status=Occupied&chargePoint=old-1')).items
    assert.equal(occupied.length, 1)
    const [{ status, reportedStatus, since, errorCode }] = occupied
    assert.deepEqual(
      [status, reportedStatus, since, errorCode],
      ['Occupied', 'SuspendedEV', '2026-03-01T12:00:00.000Z', undefined]
    )
    const [whole] = (await list(server, 'status=Available&chargePoint=OLD-1')).items
    assert.deepEqual([whole.evseId, whole.connectorId], [undefined, 0])
  })

  it('shows a new start time when the error code of a fault changes, or the fault was over in between', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'ANEW-1', { boot: true })
    const report = (status: string, errorCode: string, minute: number) =>
      charger.call('StatusNotification', {
        connectorId: 1,
        status,
        errorCode,
        timestamp: `2026-03-01T12:0${minute}:00Z`
      })
    const since = async () => (await list(server, 'chargePoint=ANEW-1')).items[0].since
    await report('Faulted', 'GroundFailure', 0)
    await report('Faulted', 'HighTemperature', 1)
    assert.equal(await since(), '2026-03-01T12:01:00.000Z')
    await report('Available', 'NoError', 2)
    await report('Faulted', 'HighTemperature', 3)
    await report('Faulted', 'HighTemperature', 4)
    assert.equal(await since(), '2026-03-01T12:03:00.000Z')
  })

  it('is in pages, without charge points that were removed', async () => {
    const server = await start()
    for (const identity of ['PAGE-1', 'PAGE-2', 'GONE-1']) {
      const charger = await connectCharger(server.url, identity, { boot: true })
      for (const connectorId of [1, 2]) {
        await charger.call('StatusNotification', { connectorId, status: 'Reserved', errorCode: 'NoError' })
      }
    }
    await operate(server, 'DELETE', '/charge-points/GONE-1')
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const { items, nextCursor } = await list(server, `status=Reserved&limit=3${cursor}`)
      for (const { chargePoint, connectorId } of items) found.push(`${chargePoint} ${connectorId}`)
      if (nextCursor === undefined) break
      cursor = `&cursor=${nextCursor}`
    }
    assert.deepEqual(found, ['PAGE-1 1', 'PAGE-1 2', 'PAGE-2 1', 'PAGE-2 2'])
    const broken = await operate(server, 'GET', '/connectors?cursor=x')
    assert.equal(broken.statusCode, 400)
  })
})
