import assert from 'node:assert/strict'
import { it } from 'node:test'
import { connectCharger } from '../support/charger.js'
import { onSharedBackend, stateOf } from './support.js'

const TIMESTAMP = '2026-01-01T00:00:00.000Z'

function variable(name: string, value: string, more: object = {}) {
  return { component: { name: 'Ctrlr' }, variable: { name }, variableAttribute: [{ value, ...more }] }
}

onSharedBackend('the device model', (start) => {
  for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`is joined from the parts of a report, which may come twice, in ${protocol}`, async () => {
      const server = await start()
      const identity = `report-${protocol}`
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      const characteristics = { dataType: 'integer', supportsMonitoring: true }
      const part = (seqNo: number, tbc: boolean, reportData: object[]) =>
        charger.call('NotifyReport', { requestId: 7, generatedAt: TIMESTAMP, seqNo, tbc, reportData })
      const first = [{ ...variable('A', '1', { mutability: 'ReadOnly' }), variableCharacteristics: characteristics }]
      await part(0, true, first)
      await part(0, true, first)
      assert.equal((await stateOf(server, identity)).reports[0].complete, false)
      await part(2, false, [variable('C', '3')])
      assert.equal((await stateOf(server, identity)).reports[0].complete, false)
      await part(1, true, [variable('B', '2'), variable('A', '9', { mutability: 'ReadOnly' }), variable('B', '2')])
      const { reports, variables } = await stateOf(server, identity)
      assert.deepEqual([reports.length, reports[0].complete, reports[0].parts], [1, true, [0, 1, 2]])
      const found = variables.map(({ variable, value }: { variable: string; value: string }) => [variable, value])
      assert.deepEqual(found, [
        ['A', '9'],
        ['B', '2'],
        ['C', '3']
      ])
      assert.equal(variables[0].mutability, 'ReadOnly')
    })
  }

  it('holds no password that a charge point reports', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'secretive', { protocol: 'ocpp2.1', boot: true })
    const reportData = [variable('BasicAuthPassword', 'correct-horse-battery')]
    await charger.call('NotifyReport', { requestId: 1, generatedAt: TIMESTAMP, seqNo: 0, reportData })
    const state = await stateOf(server, 'secretive')
    assert.equal(state.variables.length, 1)
    assert.ok(!JSON.stringify(state).includes('correct-horse'))
  })

  it('gives the status of connectors and EVSEs from events, too', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'eventful', { protocol: 'ocpp2.1', boot: true })
    const event = (eventId: number, evse: object, actualValue: string) => ({
      eventId,
      timestamp: TIMESTAMP,
      trigger: 'Delta',
      actualValue,
      eventNotificationType: 'HardWiredNotification',
      component: { name: 'connectorId' in evse ? 'Connector' : 'EVSE', evse },
      variable: { name: 'AvailabilityState' }
    })
    const eventData = [event(1, { id: 1, connectorId: 2 }, 'Occupied'), event(2, { id: 1 }, 'Unavailable')]
    for (const _ of ['once', 'and again']) {
      await charger.call('NotifyEvent', { generatedAt: TIMESTAMP, seqNo: 0, eventData })
    }
    const { connectors, deviceEvents } = await stateOf(server, 'eventful')
    const places = connectors.map(({ evseId, connectorId, status }: Record<string, unknown>) => [
      evseId,
      connectorId,
      status
    ])
    assert.deepEqual(places, [
      [1, 0, 'Unavailable'],
      [1, 2, 'Occupied']
    ])
    assert.equal(deviceEvents.length, 2)
  })

  it('joins customer information', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'informer', { protocol: 'ocpp2.0.1', boot: true })
    for (const [seqNo, data, tbc] of [
      [0, 'name: ', true],
      [0, 'name: ', true],
      [1, 'Doe', false]
    ] as const) {
      await charger.call('NotifyCustomerInformation', { requestId: 3, generatedAt: TIMESTAMP, seqNo, data, tbc })
    }
    const { reports } = await stateOf(server, 'informer')
    assert.deepEqual([reports.length, reports[0].payload, reports[0].complete], [1, 'name: Doe', true])
  })

  it('has a history of statuses without repeated ones', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'history', { boot: true })
    const tell = (status: string, timestamp: string) =>
      charger.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status, timestamp })
    await tell('Available', TIMESTAMP)
    await tell('Available', TIMESTAMP)
    await tell('Preparing', '2026-01-01T00:00:01.000Z')
    const { statusHistory, connectors } = await stateOf(server, 'history')
    const statuses = statusHistory.map(({ status }: { status: string }) => status)
    assert.deepEqual(statuses, ['Preparing', 'Available'])
    assert.equal(connectors[0].status, 'Preparing')
  })
})
