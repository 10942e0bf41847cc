import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type * as v16 from 'fastify-ocpp/v16'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { CERTIFICATE, HASH } from './certificates.js'
import { Backend, casesOf, soon } from './station.js'
import { authorize, charges, isIdle, RESERVE, type Station16, status, statuses, stop } from './v16.js'

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp1.6')

// --- Local Auth List, Reservation, Remote Trigger ----------------------------------------------------------------

describe('1.6 Local Auth List', () => {
  const driver: v16.AuthorizationData = { idTag: 'DRIVER', idTagInfo: { status: 'Accepted' } }
  const child: v16.AuthorizationData = { idTag: 'CHILD', idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY' } }

  scenario('TC_043_4_CSMS', 'a full list', async (station) => {
    await station.isAsked('GetLocalListVersion', {}, { listVersion: 3 })
    const localAuthorizationList = [driver, child]
    const request = { listVersion: 4, updateType: 'Full', localAuthorizationList } as const
    await station.isAsked('SendLocalList', request, { status: 'Accepted' })
    await station.isAsked('GetLocalListVersion', {}, { listVersion: 4 })
    await station.shows({ localList: { version: 4, entries: [driver, child] } })
  })

  scenario('TC_043_5_CSMS', 'an update of a list', async (station) => {
    const full: v16.SendLocalListRequest = { listVersion: 1, updateType: 'Full', localAuthorizationList: [driver] }
    await station.isAsked('SendLocalList', full, { status: 'Accepted' })
    const localAuthorizationList = [child, { idTag: 'DRIVER' }]
    const update = { listVersion: 2, updateType: 'Differential', localAuthorizationList } as const
    await station.isAsked('SendLocalList', update, { status: 'Accepted' })
    await station.isAsked('GetLocalListVersion', {}, { listVersion: 2 })
    await station.shows({ localList: { version: 2, entries: [child] } })
  })
})

describe('1.6 Reservation', () => {
  const reserved = (more: object = {}) => ({ reservationId: 5, idToken: 'DRIVER', status: 'Accepted', ...more })

  async function reserve(station: Station16, more: Partial<v16.ReserveNowRequest> = {}): Promise<void> {
    await station.isAsked('ReserveNow', { ...RESERVE, ...more }, { status: 'Accepted' })
  }

  scenario('TC_046_CSMS', 'a connector, which is used', async (station) => {
    await reserve(station)
    await status(station, 'Reserved')
    await station.shows({ reservations: [reserved({ connectorId: 1, expiresAt: RESERVE.expiryDate })] })
    await authorize(station)
    await charges(station, { reservationId: 5 })
    const { items } = await backend.get('/transactions?chargePoint=TC_046_CSMS')
    assert.equal(items[0].reservationId, 5)
    await station.shows({ reservations: [reserved({ status: 'Used', transactionId: items[0].transactionId })] })
  })

  scenario('TC_047_CSMS', 'a connector, which is not used in time', async (station) => {
    await reserve(station, { expiryDate: '2026-01-01T00:00:00.000Z' })
    await statuses(station, 'Reserved', 'Available')
    await station.shows({ reservations: [reserved({ status: 'Expired' })] })
    await isIdle(station)
  })

  scenario('TC_048_3_CSMS', 'a connector that is out of service', async (station) => {
    await station.isAsked('ChangeAvailability', { connectorId: 1, type: 'Inoperative' }, { status: 'Accepted' })
    await status(station, 'Unavailable')
    await station.isAsked('ReserveNow', RESERVE, { status: 'Unavailable' })
    await station.shows({ connectors: [{ status: 'Unavailable' }], reservations: [] })
  })

  scenario('TC_049_CSMS', 'the charge point, whichever connector', async (station) => {
    await reserve(station, { connectorId: 0 })
    await station.shows({ reservations: [reserved()] })
    await charges(station, { reservationId: 5 })
    await station.shows({
      transactions: [{ status: 'open', connectorId: 1 }],
      reservations: [reserved({ status: 'Used' })]
    })
  })

  scenario('TC_051_CSMS', 'a reservation that is cancelled', async (station) => {
    await reserve(station)
    await status(station, 'Reserved')
    await station.isAsked('CancelReservation', { reservationId: 5 }, { status: 'Accepted' })
    await status(station, 'Available')
    await station.shows({ reservations: [reserved({ status: 'Cancelled' })] })
  })

  scenario('TC_053_CSMS', 'a connector, for all of a parent id tag', async (station) => {
    await reserve(station, { idTag: 'PARENT', parentIdTag: 'FAMILY' })
    const { idTagInfo } = await station.says('Authorize', { idTag: 'CHILD' })
    assert.deepEqual(idTagInfo, { status: 'Accepted', parentIdTag: 'FAMILY' })
    await charges(station, { idTag: 'CHILD', reservationId: 5 })
    await station.shows({
      transactions: [{ idToken: 'CHILD', status: 'open' }],
      reservations: [reserved({ idToken: 'PARENT', groupId: 'FAMILY', status: 'Used' })]
    })
  })
})

describe('1.6 Remote Trigger', () => {
  scenario('TC_054_CSMS', 'everything that can be triggered', async (station) => {
    const trigger = (requestedMessage: v16.TriggerMessageRequest['requestedMessage'], connectorId?: number) =>
      station.isAsked(
        'TriggerMessage',
        { requestedMessage, ...(connectorId !== undefined && { connectorId }) },
        { status: 'Accepted' }
      )
    await trigger('MeterValues', 1)
    const meterValue = [{ timestamp: soon(), sampledValue: [{ value: '1234' }] }] satisfies v16.MeterValue[]
    assert.deepEqual(await station.says('MeterValues', { connectorId: 1, meterValue }), {})
    await trigger('Heartbeat')
    assert.ok((await station.says('Heartbeat', {})).currentTime)
    await trigger('StatusNotification', 1)
    await status(station, 'Available')
    await trigger('DiagnosticsStatusNotification')
    assert.deepEqual(await station.says('DiagnosticsStatusNotification', { status: 'Idle' }), {})
    await trigger('FirmwareStatusNotification')
    assert.deepEqual(await station.says('FirmwareStatusNotification', { status: 'Idle' }), {})
    await trigger('BootNotification')
    await station.boot()
    await station.shows({
      readings: [{ connectorId: 1, samples: [{ value: 1234 }] }],
      connectors: [{ status: 'Available' }],
      diagnostics: { status: 'Idle' },
      firmware: { status: 'Idle' }
    })
  })
})

// --- Firmware ---------------------------------------------------------------------------------------------------

describe('1.6 Firmware', () => {
  const update = { location: 'https://example.com/firmware.bin', retrieveDate: '2026-01-01T00:00:00.000Z' }

  async function tells(station: Station16, ...all: v16.FirmwareStatusNotificationRequest['status'][]): Promise<void> {
    for (const status of all) assert.deepEqual(await station.says('FirmwareStatusNotification', { status }), {})
  }

  scenario('TC_044_1_CSMS', 'an update that is installed', async (station) => {
    await station.isAsked('UpdateFirmware', update, {})
    await tells(station, 'Downloading', 'Downloaded')
    await status(station, 'Unavailable')
    await tells(station, 'Installing')
    await station.reboot()
    await tells(station, 'Installed')
    const { firmware, progress } = await station.state()
    assert.equal(firmware.status, 'Installed')
    assert.deepEqual(
      progress.map((row: { status: string }) => row.status),
      ['Installed', 'Installing', 'Downloaded', 'Downloading']
    )
  })

  for (const [id, steps] of [
    ['TC_044_2_CSMS', ['Downloading', 'DownloadFailed']],
    ['TC_044_3_CSMS', ['Downloading', 'Downloaded', 'Installing', 'InstallationFailed']]
  ] as const) {
    scenario(id, `an update that ends with ${steps.at(-1)}`, async (station) => {
      await station.isAsked('UpdateFirmware', update, {})
      await tells(station, ...steps)
      await station.shows({ firmware: { status: steps.at(-1) } })
    })
  }

  for (const [id, last] of [
    ['TC_045_1_CSMS', 'Uploaded'],
    ['TC_045_2_CSMS', 'UploadFailed']
  ] as const) {
    scenario(id, `diagnostics: ${last}`, async (station) => {
      const location = 'https://example.com/diagnostics'
      await station.isAsked('GetDiagnostics', { location, retries: 1, retryInterval: 10 }, { fileName: 'd.zip' })
      for (const status of ['Uploading', last] as const) {
        assert.deepEqual(await station.says('DiagnosticsStatusNotification', { status }), {})
      }
      await station.shows({ diagnostics: { status: last } })
    })
  }
})

// --- Smart Charging ---------------------------------------------------------------------------------------------

describe('1.6 Smart Charging', () => {
  const profile = (
    chargingProfilePurpose: v16.ChargingProfile['chargingProfilePurpose'],
    more: Partial<v16.ChargingProfile> = {}
  ): v16.ChargingProfile => ({
    chargingProfileId: 7,
    stackLevel: 0,
    chargingProfilePurpose,
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] },
    ...more
  })
  const accepted = { status: 'Accepted' } as const

  scenario('TC_056_CSMS', 'a default profile', async (station) => {
    const csChargingProfiles = profile('TxDefaultProfile')
    await station.isAsked('SetChargingProfile', { connectorId: 1, csChargingProfiles }, accepted)
    await station.shows({
      chargingProfiles: [{ profileId: 7, connectorId: 1, purpose: 'TxDefaultProfile', payload: csChargingProfiles }]
    })
  })

  scenario('TC_057_CSMS', 'a profile of a transaction, as long as it goes on', async (station) => {
    const transactionId = await charges(station)
    const csChargingProfiles = profile('TxProfile', { transactionId })
    await station.isAsked('SetChargingProfile', { connectorId: 1, csChargingProfiles }, accepted)
    await station.shows({ chargingProfiles: [{ purpose: 'TxProfile', transactionId: String(transactionId) }] })
    await stop(station, transactionId)
    await station.shows({ chargingProfiles: [] })
  })

  scenario('TC_059_CSMS', 'a remote start with a profile', async (station) => {
    const chargingProfile = profile('TxProfile')
    await station.isAsked('RemoteStartTransaction', { idTag: 'DRIVER', connectorId: 1, chargingProfile }, accepted)
    await authorize(station)
    await charges(station)
    await station.shows({ transactions: [{ status: 'open', idToken: 'DRIVER' }] })
  })

  scenario('TC_067_CSMS', 'profiles that are cleared, by id and by what they are for', async (station) => {
    const set = (connectorId: number, csChargingProfiles: v16.ChargingProfile) =>
      station.isAsked('SetChargingProfile', { connectorId, csChargingProfiles }, accepted)
    await set(1, profile('TxDefaultProfile'))
    await set(1, profile('TxDefaultProfile', { chargingProfileId: 8, stackLevel: 1 }))
    await set(0, profile('ChargePointMaxProfile', { chargingProfileId: 9, chargingProfileKind: 'Absolute' }))
    await station.isAsked('ClearChargingProfile', { id: 7 }, accepted)
    const ids = async () =>
      (await station.state()).chargingProfiles.map(({ profileId }: { profileId: number }) => profileId)
    assert.deepEqual(await ids(), [9, 8])
    const criteria = { connectorId: 1, chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 1 } as const
    await station.isAsked('ClearChargingProfile', criteria, accepted)
    assert.deepEqual(await ids(), [9])
    await station.isAsked('ClearChargingProfile', { id: 99 }, { status: 'Unknown' })
    assert.deepEqual(await ids(), [9])
  })
})

// --- Security ---------------------------------------------------------------------------------------------------

const KEY = 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8'
const NEW_KEY = '00112233445566778899aabbccddeeff00112233'

describe('1.6 Security', () => {
  const event = (type: string) => ({ type, timestamp: '2026-01-01T00:00:00.000Z' })

  async function securityEvent(station: Station16, type: string): Promise<void> {
    assert.deepEqual(await station.says('SecurityEventNotification', event(type)), {})
    await station.shows({ securityEvents: [{ type, source: 'chargePoint', timestamp: '2026-01-01T00:00:00.000Z' }] })
  }

  scenario(
    'TC_073_CSMS',
    'a new password',
    async (station) => {
      await backend.put('/charge-points/TC_073_CSMS', { password: KEY })
      await station.connect({ password: Buffer.from(KEY, 'hex') })
      await station.boot()
      await station.isAsked('ChangeConfiguration', { key: 'AuthorizationKey', value: NEW_KEY }, { status: 'Accepted' })
      await station.reconnect({ password: Buffer.from(NEW_KEY, 'hex') })
      await station.boot()
      await station.client.close()
      assert.equal(await station.refusal({ password: Buffer.from(KEY, 'hex') }), 401)
      assert.ok(!JSON.stringify(await station.state()).includes(NEW_KEY))
    },
    { boot: false }
  )

  scenario('TC_074_CSMS', 'a new certificate', async (station) => {
    const requestedMessage = 'SignChargePointCertificate'
    await station.isAsked('ExtendedTriggerMessage', { requestedMessage }, { status: 'Accepted' })
    await station.isAsked('CertificateSigned', { certificateChain: CERTIFICATE }, { status: 'Accepted' })
    await station.shows({ certificates: [{ type: 'ChargingStationCertificate', pem: CERTIFICATE }] })
  })

  for (const [id, certificateType] of [
    ['TC_075_1_CSMS', 'ManufacturerRootCertificate'],
    ['TC_075_2_CSMS', 'CentralSystemRootCertificate']
  ] as const) {
    scenario(id, `a ${certificateType}`, async (station) => {
      const installed = { type: certificateType, pem: CERTIFICATE, status: 'Installed' }
      await station.isAsked('InstallCertificate', { certificateType, certificate: CERTIFICATE }, { status: 'Accepted' })
      await station.shows({ certificates: [installed] })
      await station.isAsked(
        'GetInstalledCertificateIds',
        { certificateType },
        { status: 'Accepted', certificateHashData: [HASH] }
      )
      await station.shows({ certificates: [{ ...installed, issuerNameHash: HASH.issuerNameHash }] })
    })
  }

  scenario('TC_076_CSMS', 'a certificate that is deleted', async (station) => {
    const certificateType = 'CentralSystemRootCertificate'
    const listed = { status: 'Accepted' as const, certificateHashData: [HASH] }
    await station.isAsked('GetInstalledCertificateIds', { certificateType }, listed)
    await station.shows({ certificates: [{ type: certificateType }] })
    await station.isAsked('DeleteCertificate', { certificateHashData: HASH }, { status: 'Accepted' })
    await station.shows({ certificates: [] })
    await station.isAsked('GetInstalledCertificateIds', { certificateType }, { status: 'NotFound' })
    await station.shows({ certificates: [] })
  })

  for (const [id, type] of [
    ['TC_077_CSMS', 'InvalidChargePointCertificate'],
    ['TC_078_CSMS', 'InvalidCentralSystemCertificate']
  ] as const) {
    scenario(id, `the security event ${type}`, (station) => securityEvent(station, type))
  }

  scenario('TC_079_CSMS', 'the security log', async (station) => {
    const request = {
      logType: 'SecurityLog',
      requestId: 1,
      log: { remoteLocation: 'https://example.com/log' }
    } as const
    await station.isAsked('GetLog', request, { status: 'Accepted', filename: 'security.log' })
    for (const status of ['Uploading', 'Uploaded'] as const) {
      assert.deepEqual(await station.says('LogStatusNotification', { status, requestId: 1 }), {})
    }
    await station.shows({ log: { status: 'Uploaded', requestId: 1 } })
  })

  const signed = {
    requestId: 3,
    firmware: {
      location: 'https://example.com/firmware.bin',
      retrieveDateTime: '2026-01-01T00:00:00.000Z',
      signingCertificate: CERTIFICATE,
      signature: 'c2lnbmF0dXJl'
    }
  }
  async function tells(
    station: Station16,
    ...all: v16.SignedFirmwareStatusNotificationRequest['status'][]
  ): Promise<void> {
    for (const status of all) {
      assert.deepEqual(await station.says('SignedFirmwareStatusNotification', { status, requestId: 3 }), {})
    }
  }

  scenario('TC_080_CSMS', 'signed firmware', async (station) => {
    await station.isAsked('SignedUpdateFirmware', signed, { status: 'Accepted' })
    await tells(station, 'Downloading', 'Downloaded', 'SignatureVerified', 'Installing', 'InstallRebooting')
    await station.reboot()
    await tells(station, 'Installed')
    await station.shows({ firmware: { status: 'Installed', requestId: 3 } })
  })

  scenario('TC_081_CSMS', 'firmware whose signature is wrong', async (station) => {
    await station.isAsked('SignedUpdateFirmware', signed, { status: 'Accepted' })
    await tells(station, 'Downloading', 'Downloaded', 'InvalidSignature')
    await securityEvent(station, 'InvalidFirmwareSignature')
    await station.shows({ firmware: { status: 'InvalidSignature', requestId: 3 } })
  })

  scenario('TC_083_CSMS', 'a higher security profile, and no way back', async (station) => {
    await station.isAsked('ChangeConfiguration', { key: 'AuthorizationKey', value: KEY }, { status: 'Accepted' })
    await station.isAsked('ChangeConfiguration', { key: 'SecurityProfile', value: '1' }, { status: 'Accepted' })
    await station.reconnect({ password: Buffer.from(KEY, 'hex') })
    await station.boot()
    await station.client.close()
    assert.equal(await station.refusal(), 401)
    await station.shows({ configuration: [{ key: 'AuthorizationKey' }, { key: 'SecurityProfile', value: '1' }] })
  })

  scenario(
    'TC_085_CSMS',
    'a login',
    async (station) => {
      await backend.put('/charge-points/TC_085_CSMS', { password: KEY })
      assert.equal(await station.refusal(), 401)
      assert.equal(await station.refusal({ password: Buffer.from(NEW_KEY, 'hex') }), 401)
      await station.connect({ password: Buffer.from(KEY, 'hex') })
      await station.boot()
      await station.shows({ bootStatus: 'Accepted', connected: true })
    },
    { boot: false }
  )

  it('TC_088_CSMS: subprotocols', async () => {
    const { url } = backend.server
    assert.equal((await refusedCharger(url, 'TC_088_CSMS', { protocol: 'ocpp0.1' })).status, 400)
    const charger = await connectCharger(url, 'TC_088_CSMS', { protocol: ['ocpp0.1', 'ocpp1.6'] })
    assert.equal(charger.protocol, 'ocpp1.6')
  })
})
