import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualScheduler } from '../../src/simulator/scheduler.js'
import { swipe } from '../../src/simulator/sessions/authorization.js'
import { plug } from '../../src/simulator/sessions/cable.js'
import { until } from '../support/wait.js'
import { started16, started21 } from './support.js'

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

test('2.1: an upload to an unknown host fails, and a second upload replaces the first', async () => {
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
