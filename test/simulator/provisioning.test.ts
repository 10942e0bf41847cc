import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualScheduler } from '../../src/simulator/scheduler.js'
import { swipe } from '../../src/simulator/sessions/authorization.js'
import { plug } from '../../src/simulator/sessions/cable.js'
import { until } from '../support/wait.js'
import { createCharger, startCsms, started16, started21 } from './support.js'

const CARD = { idToken: 'CARD-1', type: 'ISO14443' }
const SECOND = 1000

test('a charger whose boot is Pending sends only BootNotification, again after the interval', async () => {
  const time = new ManualScheduler()
  const csms = await startCsms()
  let answers = 0
  csms.answers.set('BootNotification', () => {
    answers++
    return {
      status: answers < 3 ? ['Pending', 'Rejected'][answers - 1] : 'Accepted',
      currentTime: new Date().toISOString(),
      interval: 60
    }
  })
  const { charger } = createCharger(csms, 'ocpp2.0.1', { time })
  await charger.connect()
  for (const expected of ['Pending', 'Rejected', 'Accepted']) {
    await until(`it is ${expected}`, () => charger.registration === expected)
    const booted = csms.actions().filter((action) => action === 'BootNotification').length
    if (expected === 'Accepted') break
    assert.equal(csms.actions().length, booted)
    time.advance(59 * SECOND)
    time.advance(2 * SECOND)
  }
  await until('it works', () => csms.of('StatusNotification').length === 1)
})

test('heartbeats are sent at the interval of the BootNotification', async () => {
  const time = new ManualScheduler()
  const { csms } = await started16({ time })
  for (const beats of [1, 2, 3]) {
    time.advance(331 * SECOND)
    await until('it beats', () => csms.of('Heartbeat').length === beats)
  }
})

test('after a lost connection the charger reconnects without a new BootNotification', async () => {
  const { csms, charger } = await started16()
  csms.app.ocpp.chargePoints.get('SIM-1')?.disconnect()
  await until('it is away', () => !charger.client.connected)
  await until('it is back', () => charger.client.connected)
  assert.equal(csms.of('BootNotification').length, 1)
})

test('1.6: configuration keys are read, changed and refused by type, access and range', async () => {
  const { v16 } = await started16({ layout: { evses: 3 } })
  const all = await v16.call('SIM-1', 'GetConfiguration', {})
  assert((all.configurationKey?.length ?? 0) >= 40)
  const some = await v16.call('SIM-1', 'GetConfiguration', { key: ['heartbeatinterval', 'NumberOfConnectors', 'Nope'] })
  assert.deepEqual(some, {
    configurationKey: [
      { key: 'HeartbeatInterval', readonly: false, value: '300' },
      { key: 'NumberOfConnectors', readonly: true, value: '3' }
    ],
    unknownKey: ['Nope']
  })
  for (const [key, value, status] of [
    ['MeterValueSampleInterval', '15', 'Accepted'],
    ['MeterValueSampleInterval', '-1', 'Rejected'],
    ['MeterValueSampleInterval', 'soon', 'Rejected'],
    ['LocalPreAuthorize', 'TRUE', 'Accepted'],
    ['LocalPreAuthorize', 'maybe', 'Rejected'],
    ['NumberOfConnectors', '7', 'Rejected'],
    ['MeterValuesSampledData', 'Power.Active.Import,Voltage', 'Accepted'],
    ['MeterValuesSampledData', 'Happiness', 'Rejected'],
    ['SecurityProfile', '1', 'RebootRequired'],
    ['Nope', '1', 'NotSupported']
  ] as const) {
    assert.deepEqual(await v16.call('SIM-1', 'ChangeConfiguration', { key, value }), { status }, `${key}=${value}`)
  }
  const changed = await v16.call('SIM-1', 'GetConfiguration', { key: ['MeterValueSampleInterval'] })
  assert.equal(changed.configurationKey?.[0]?.value, '15')
})

test('1.6: a changed sample interval and measurands hold for the transaction that runs', async () => {
  const time = new ManualScheduler()
  const { csms, charger, v16 } = await started16({ time })
  await v16.call('SIM-1', 'ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '10' })
  await v16.call('SIM-1', 'ChangeConfiguration', { key: 'MeterValuesSampledData', value: 'Power.Active.Import' })
  plug(charger)
  await swipe(charger, CARD)
  time.advance(10 * SECOND)
  await until('a sample arrives', () => csms.of('MeterValues').length === 1)
  const [values] = csms.of('MeterValues') as {
    meterValue: { sampledValue: { measurand: string; value: string }[] }[]
  }[]
  assert.deepEqual(
    values?.meterValue[0]?.sampledValue.map(({ measurand, value }) => [measurand, value]),
    [['Power.Active.Import', '11000']]
  )
})

test('1.6: clock-aligned values are sent at full intervals, from idle connectors too', async () => {
  const time = new ManualScheduler(Date.UTC(2026, 0, 1, 10, 7, 30))
  const { csms, v16 } = await started16({ time, layout: { evses: 2 } })
  await v16.call('SIM-1', 'ChangeConfiguration', { key: 'ClockAlignedDataInterval', value: '900' })
  await until('the interval holds', () => {
    time.advance(450 * SECOND)
    return csms.of('MeterValues').length >= 2
  })
  const [first, second] = csms.of('MeterValues') as { connectorId: number; meterValue: { timestamp: string }[] }[]
  assert.deepEqual([first?.connectorId, second?.connectorId], [1, 2])
  assert.match(first?.meterValue[0]?.timestamp ?? '', /:(00|15|30|45):00\.000Z$/)
})

test('2.x: variables are read, set and refused, and the full report comes in parts', async () => {
  const { csms, v21 } = await started21({ layout: { evses: 2 } })
  const of = (component: string, variable: string, evse?: number) => ({
    component: { name: component, ...(evse !== undefined && { evse: { id: evse } }) },
    variable: { name: variable }
  })
  const { getVariableResult } = await v21.call('SIM-1', 'GetVariables', {
    getVariableData: [
      of('ocppcommctrlr', 'HEARTBEATINTERVAL'),
      of('EVSE', 'AvailabilityState', 2),
      of('SecurityCtrlr', 'BasicAuthPassword'),
      of('Nope', 'Nope'),
      of('OCPPCommCtrlr', 'Nope'),
      { ...of('OCPPCommCtrlr', 'HeartbeatInterval'), attributeType: 'Target' }
    ]
  })
  assert.deepEqual(
    getVariableResult.map(({ attributeStatus, attributeValue }) => [attributeStatus, attributeValue]),
    [
      ['Accepted', '300'],
      ['Accepted', 'Available'],
      ['Rejected', undefined],
      ['UnknownComponent', undefined],
      ['UnknownVariable', undefined],
      ['NotSupportedAttributeType', undefined]
    ]
  )
  const { setVariableResult } = await v21.call('SIM-1', 'SetVariables', {
    setVariableData: [
      { ...of('SampledDataCtrlr', 'TxUpdatedInterval'), attributeValue: '20' },
      { ...of('SampledDataCtrlr', 'TxUpdatedInterval'), attributeValue: 'often' },
      { ...of('TxCtrlr', 'TxStartPoint'), attributeValue: 'EVConnected' },
      { ...of('EVSE', 'AvailabilityState', 1), attributeValue: 'Faulted' }
    ]
  })
  assert.deepEqual(
    setVariableResult.map(({ attributeStatus }) => attributeStatus),
    ['Accepted', 'Rejected', 'RebootRequired', 'Rejected']
  )
  await v21.call('SIM-1', 'GetBaseReport', { requestId: 5, reportBase: 'FullInventory' })
  await until('the report is complete', () => csms.of('NotifyReport').some(({ tbc }) => tbc === false))
  const parts = csms.of('NotifyReport') as { requestId: number; seqNo: number; tbc: boolean; reportData: unknown[] }[]
  assert(parts.length >= 3)
  assert.deepEqual(
    parts.map(({ requestId, seqNo, tbc }) => [requestId, seqNo, tbc]),
    parts.map((_, index) => [5, index, index < parts.length - 1])
  )
  assert(parts.flatMap(({ reportData }) => reportData).length > 80)
})
