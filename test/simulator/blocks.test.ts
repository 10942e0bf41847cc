import assert from 'node:assert/strict'
import { test } from 'node:test'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import { ManualScheduler } from '../../src/simulator/scheduler.js'
import { swipe } from '../../src/simulator/sessions/authorization.js'
import { plug, unplug } from '../../src/simulator/sessions/cable.js'
import { evseOf } from '../../src/simulator/sessions/evse.js'
import { until } from '../support/wait.js'
import { type Csms, createCharger, start, startCsms } from './support.js'

const CARD = { idToken: 'CARD-1', type: 'ISO14443' }
const SECOND = 1000
/** Self-signed, for nothing but this test; its hashes below are those of `openssl ocsp`. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBqDCCAU2gAwIBAgIUUiwVXOEocxS97TF/1nuA2X9tQZIwCgYIKoZIzj0EAwIw
KDESMBAGA1UEAwwJVGVzdCBSb290MRIwEAYDVQQKDAlTaW11bGF0ZWQwIBcNMjYx
MTIyMTgzODU1WhgPMjEyNjEwMjkxODM4NTVaMCgxEjAQBgNVBAMMCVRlc3QgUm9v
dDESMBAGA1UECgwJU2ltdWxhdGVkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
v8JblUpvz6sNrbvGr5ZwQD05mLDLP3OnghV9r3Wp5KWOMdZGCLmedoxAr9vpG4Pc
2mbtpNhmErpbmbcFtrPhJaNTMFEwHQYDVR0OBBYEFNN6kb92aJv2p83dV4UTzueY
LIHZMB8GA1UdIwQYMBaAFNN6kb92aJv2p83dV4UTzueYLIHZMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAOJyaTO+S4Ize2fUDOrJy44jVIjKETLl
sehbM5P6DMCjAiEA5SONa2nzWNlhRPJiEikM75uVIhwxHoECnw4HdIy8yAs=
-----END CERTIFICATE-----
`

async function started16(options: Parameters<typeof createCharger>[2] = {}) {
  const csms = await startCsms()
  const charger = await start(createCharger(csms, 'ocpp1.6', options), csms)
  return { csms, charger, v16: csms.app.ocpp.v16 }
}

async function started21(options: Parameters<typeof createCharger>[2] = {}) {
  const csms = await startCsms()
  const charger = await start(createCharger(csms, 'ocpp2.1', options), csms)
  return { csms, charger, v21: csms.app.ocpp.v21 }
}

const statuses = (csms: Csms) =>
  csms.of('StatusNotification').map(({ status, connectorStatus }) => status ?? connectorStatus)

// --- boot ----------------------------------------------------------------------------------------------------

test('a charger that is told to wait says nothing but BootNotification, again after the interval', async () => {
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

test('heartbeats come at the interval of the BootNotification', async () => {
  const time = new ManualScheduler()
  const { csms } = await started16({ time })
  for (const beats of [1, 2, 3]) {
    time.advance(331 * SECOND)
    await until('it beats', () => csms.of('Heartbeat').length === beats)
  }
})

test('a connection that is lost comes back without a new BootNotification', async () => {
  const { csms, charger } = await started16()
  csms.app.ocpp.chargePoints.get('SIM-1')?.disconnect()
  await until('it is away', () => !charger.client.connected)
  await until('it is back', () => charger.client.connected)
  assert.equal(csms.of('BootNotification').length, 1)
})

// --- settings ------------------------------------------------------------------------------------------------

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

test('1.6: clock-aligned values come at full intervals, from idle connectors too', async () => {
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

// --- smart charging ------------------------------------------------------------------------------------------

test('1.6: a charging profile bounds the power, and the composite schedule says the same', async () => {
  const { charger, v16 } = await started16()
  plug(charger)
  await swipe(charger, CARD)
  await until('energy flows', () => evseOf(charger).power === 11_000)
  const csChargingProfiles: v16.ChargingProfile = {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] }
  }
  assert.deepEqual(await v16.call('SIM-1', 'SetChargingProfile', { connectorId: 1, csChargingProfiles }), {
    status: 'Accepted'
  })
  await until('the limit holds', () => evseOf(charger).power === 8 * 230 * 3)
  const composite = await v16.call('SIM-1', 'GetCompositeSchedule', {
    connectorId: 1,
    duration: 600,
    chargingRateUnit: 'A'
  })
  assert.deepEqual(composite.chargingSchedule?.chargingSchedulePeriod, [{ startPeriod: 0, limit: 8 }])
  assert.deepEqual(await v16.call('SIM-1', 'ClearChargingProfile', { id: 1 }), { status: 'Accepted' })
  await until('the limit is gone', () => evseOf(charger).power === 11_000)
  assert.deepEqual(await v16.call('SIM-1', 'ClearChargingProfile', { id: 1 }), { status: 'Unknown' })
})

test('2.1: a TxProfile of another transaction is refused, a limit of nothing suspends charging', async () => {
  const { csms, charger, v21 } = await started21()
  plug(charger)
  await swipe(charger, CARD)
  const chargingProfile: v21.ChargingProfileType = {
    id: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Relative',
    transactionId: 'another',
    chargingSchedule: [{ id: 1, chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 0 }] }]
  }
  const set = (transactionId: string) =>
    v21.call('SIM-1', 'SetChargingProfile', {
      evseId: 1,
      chargingProfile: { ...chargingProfile, transactionId }
    })
  assert.equal((await set('another')).status, 'Rejected')
  assert.equal((await set(evseOf(charger).transaction?.id ?? '')).status, 'Accepted')
  const states = () =>
    csms
      .of('TransactionEvent')
      .map(({ transactionInfo }) => (transactionInfo as { chargingState: string }).chargingState)
  await until('it is suspended', () => states().at(-1) === 'SuspendedEVSE')
  await v21.call('SIM-1', 'GetChargingProfiles', { requestId: 3, chargingProfile: { chargingProfileId: [1] } })
  await until('the profile is reported', () => csms.of('ReportChargingProfiles').length === 1)
})

// --- availability, reservation, reset ------------------------------------------------------------------------

test('1.6: availability changes after the transaction', async () => {
  const { csms, charger, v16 } = await started16()
  plug(charger)
  await swipe(charger, CARD)
  await until('it charges', () => statuses(csms).at(-1) === 'Charging')
  const change = await v16.call('SIM-1', 'ChangeAvailability', { connectorId: 0, type: 'Inoperative' })
  assert.deepEqual(change, { status: 'Scheduled' })
  await swipe(charger, CARD)
  await until('it is out of service', () => statuses(csms).at(-1) === 'Unavailable')
  unplug(charger)
  await v16.call('SIM-1', 'ChangeAvailability', { connectorId: 1, type: 'Operative' })
  await until('it is back', () => statuses(csms).at(-1) === 'Available')
})

test('2.1: a reservation is for its token, and ends', async () => {
  const time = new ManualScheduler()
  const { csms, charger, v21 } = await started21({ time })
  const reserve = (id: number, seconds: number) =>
    v21.call('SIM-1', 'ReserveNow', {
      id,
      idToken: CARD,
      expiryDateTime: charger.timestamp(time.now() + seconds * SECOND)
    })
  assert.equal((await reserve(1, 60)).status, 'Accepted')
  await until('it is reserved', () => statuses(csms).at(-1) === 'Reserved')
  await assert.rejects(swipe(charger, { idToken: 'OTHER', type: 'ISO14443' }), /no EVSE is free/)
  time.advance(61 * SECOND)
  await until('the end is told', () => csms.of('ReservationStatusUpdate').length === 1)
  assert.equal((await reserve(2, 60)).status, 'Accepted')
  await until('it is reserved again', () => evseOf(charger).reservation?.id === 2)
  plug(charger)
  assert.equal(await swipe(charger, CARD), 'Accepted')
  await until('the transaction is started', () => csms.of('TransactionEvent').length > 0)
  assert.equal(csms.of('TransactionEvent')[0]?.reservationId, 2)
})

test('1.6: a reset ends the transaction, restarts and boots', async () => {
  const time = new ManualScheduler()
  const { csms, charger, v16 } = await started16({ time })
  plug(charger)
  await swipe(charger, CARD)
  await until('it has its id', () => evseOf(charger).transaction?.csmsId !== undefined)
  await v16.call('SIM-1', 'Reset', { type: 'Hard' })
  await until('the transaction is ended', () => csms.of('StopTransaction')[0]?.reason === 'HardReset')
  await until('it is away', () => charger.isRebooting && !charger.client.connected)
  await until('it booted again', () => {
    time.advance(SECOND)
    return csms.of('BootNotification').length === 2
  })
})

test('2.1: a reset on idle waits, one that resumes takes the transaction along', async () => {
  const time = new ManualScheduler()
  const { csms, charger, v21 } = await started21({ time })
  plug(charger)
  await swipe(charger, CARD)
  const { id } = evseOf(charger).transaction ?? {}
  assert.deepEqual(await v21.call('SIM-1', 'Reset', { type: 'ImmediateAndResume' }), { status: 'Accepted' })
  await until('it is away', () => charger.isRebooting && !charger.client.connected)
  const triggers = () => csms.of('TransactionEvent').map(({ triggerReason }) => triggerReason)
  await until('the transaction goes on', () => {
    time.advance(SECOND)
    return triggers().includes('TxResumed')
  })
  assert.equal(evseOf(charger).transaction?.id, id)
  assert.deepEqual(await v21.call('SIM-1', 'Reset', { type: 'OnIdle' }), { status: 'Scheduled' })
  await swipe(charger, CARD)
  await until('it restarts', () => charger.isRebooting && !charger.client.connected)
  await until('it booted again', () => {
    time.advance(SECOND)
    return csms.of('BootNotification').at(-1)?.reason === 'ScheduledReset'
  })
})

// --- firmware, logs, certificates, lists -----------------------------------------------------------------------

test('1.6: a firmware update goes from the download over a restart to the installation', async () => {
  const time = new ManualScheduler()
  const { csms, charger, v16 } = await started16({ time })
  await v16.call('SIM-1', 'UpdateFirmware', {
    location: 'ftp://127.0.0.1:9/firmware',
    retrieveDate: charger.timestamp()
  })
  const told = () => csms.of('FirmwareStatusNotification').map(({ status }) => status)
  await until('the update is over', () => {
    time.advance(SECOND)
    return told().at(-1) === 'Installed'
  })
  assert.deepEqual(told(), ['Downloading', 'Downloaded', 'Installing', 'Installed'])
  assert.equal(csms.of('BootNotification').at(-1)?.firmwareVersion, '1.0.1')
})

test('2.1: what is nowhere cannot be uploaded to, and a second upload takes the place of the first', async () => {
  const time = new ManualScheduler()
  const { csms, v21 } = await started21({ time })
  const getLog = (requestId: number, remoteLocation: string) =>
    v21.call('SIM-1', 'GetLog', { logType: 'DiagnosticsLog', requestId, log: { remoteLocation } })
  assert.equal((await getLog(1, 'https://logs.invalid/')).status, 'Accepted')
  assert.equal((await getLog(2, 'https://logs.invalid/')).status, 'AcceptedCanceled')
  const told = () => csms.of('LogStatusNotification').map(({ status, requestId }) => [requestId, status])
  await until('both began', () => told().length === 2)
  time.advance(6 * SECOND)
  await until('the second is over', () => told().length === 3)
  assert.deepEqual(told(), [
    [1, 'Uploading'],
    [2, 'Uploading'],
    [2, 'UploadFailure']
  ])
})

test('2.1: a certificate is installed, listed with its hashes and deleted by them', async () => {
  const { v21 } = await started21()
  const install = (certificate: string) =>
    v21.call('SIM-1', 'InstallCertificate', { certificateType: 'CSMSRootCertificate', certificate })
  assert.equal((await install('no certificate')).status, 'Rejected')
  assert.equal((await install(CERTIFICATE)).status, 'Accepted')
  const { certificateHashDataChain = [] } = await v21.call('SIM-1', 'GetInstalledCertificateIds', {})
  const [installed] = certificateHashDataChain
  assert.equal(installed?.certificateType, 'CSMSRootCertificate')
  assert.deepEqual(installed.certificateHashData, {
    hashAlgorithm: 'SHA256',
    issuerNameHash: '3737599a85a65fe9f16db0335f16a2c638cf6294e54be279e82ca74aad2fb799',
    issuerKeyHash: '4a8e96018a2897a0bc9c60f3e16baa956543733475be77cb8784a9fe0aa258da',
    serialNumber: '522c155ce1287314bded317fd67b80d97f6d4192'
  })
  const { certificateHashData } = installed
  assert.equal((await v21.call('SIM-1', 'DeleteCertificate', { certificateHashData })).status, 'Accepted')
  assert.equal((await v21.call('SIM-1', 'DeleteCertificate', { certificateHashData })).status, 'NotFound')
})

test('1.6: the local list authorizes offline and is changed by differences', async () => {
  const { charger, v16 } = await started16()
  const entry = (idTag: string, status: 'Accepted' | 'Blocked') => ({ idTag, idTagInfo: { status } })
  const update = (listVersion: number, updateType: 'Full' | 'Differential', localAuthorizationList: object[]) =>
    v16.call('SIM-1', 'SendLocalList', { listVersion, updateType, localAuthorizationList } as never)
  assert.deepEqual(await update(1, 'Full', [entry('GOOD', 'Accepted'), entry('BAD', 'Blocked')]), {
    status: 'Accepted'
  })
  assert.deepEqual(await update(1, 'Differential', []), { status: 'VersionMismatch' })
  assert.deepEqual(await update(2, 'Differential', [entry('BAD', 'Accepted'), { idTag: 'GOOD' }]), {
    status: 'Accepted'
  })
  assert.deepEqual(await v16.call('SIM-1', 'GetLocalListVersion', {}), { listVersion: 2 })
  await v16.call('SIM-1', 'ChangeConfiguration', { key: 'AllowOfflineTxForUnknownId', value: 'false' })
  await charger.goOffline()
  plug(charger)
  assert.equal(await swipe(charger, { idToken: 'GOOD', type: 'Central' }), 'Invalid')
  assert.equal(await swipe(charger, { idToken: 'bad', type: 'Central' }), 'Accepted')
})

test('1.6: triggers send what they ask for after their answer', async () => {
  const { csms, v16 } = await started16()
  for (const [requestedMessage, action] of [
    ['BootNotification', 'BootNotification'],
    ['Heartbeat', 'Heartbeat'],
    ['MeterValues', 'MeterValues'],
    ['FirmwareStatusNotification', 'SignedFirmwareStatusNotification'],
    ['LogStatusNotification', 'LogStatusNotification'],
    ['SignChargePointCertificate', 'SignCertificate']
  ] as const) {
    const before = csms.of(action).length
    assert.deepEqual(await v16.call('SIM-1', 'ExtendedTriggerMessage', { requestedMessage }), { status: 'Accepted' })
    await until(`${action} arrives`, () => csms.of(action).length === before + 1)
  }
  const nowhere = await v16.call('SIM-1', 'TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 9 })
  assert.deepEqual(nowhere, { status: 'Rejected' })
})

test('2.1: a monitored value goes into an event stream that is opened, sent and closed', async () => {
  const time = new ManualScheduler()
  const { csms, v21 } = await started21({ time })
  const { setMonitoringResult } = await v21.call('SIM-1', 'SetVariableMonitoring', {
    setMonitoringData: [
      {
        component: { name: 'EVSE', evse: { id: 1 } },
        variable: { name: 'Power' },
        type: 'Periodic',
        value: 10,
        severity: 8,
        periodicEventStream: { interval: 10 }
      }
    ]
  })
  assert.equal(setMonitoringResult[0]?.status, 'Accepted')
  await until('the stream is opened', () => csms.of('OpenPeriodicEventStream').length === 1)
  await until('values come', () => {
    time.advance(10 * SECOND)
    return csms.of('NotifyPeriodicEventStream').length >= 2
  })
  const { constantStreamData } = await v21.call('SIM-1', 'GetPeriodicEventStream', {})
  assert.equal(constantStreamData?.length, 1)
  await v21.call('SIM-1', 'ClearVariableMonitoring', { id: [1] })
  await until('the stream is closed', () => csms.of('ClosePeriodicEventStream').length === 1)
})
