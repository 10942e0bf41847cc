import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type * as v16 from 'fastify-ocpp/v16'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { CERTIFICATE, HASH } from './certificates.js'
import { Backend, casesOf, copesWith, type Row, type Station, soon } from './station.js'

type Station16 = Station<'ocpp1.6'>
type Status = v16.StatusNotificationRequest['status']

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp1.6')

// --- what a charge point does in a session ---------------------------------------------------------------------

async function status(
  station: Station16,
  status: Status,
  connectorId = 1,
  errorCode: v16.StatusNotificationRequest['errorCode'] = 'NoError'
): Promise<void> {
  const answer = await station.says('StatusNotification', { connectorId, status, errorCode, timestamp: soon() })
  assert.deepEqual(answer, {})
}

async function statuses(station: Station16, ...all: Status[]): Promise<void> {
  for (const each of all) await status(station, each)
}

async function authorize(station: Station16, idTag = 'DRIVER'): Promise<void> {
  const { idTagInfo } = await station.says('Authorize', { idTag })
  assert.equal(idTagInfo.status, 'Accepted')
}

async function start(station: Station16, more: Partial<v16.StartTransactionRequest> = {}): Promise<number> {
  const request = { connectorId: 1, idTag: 'DRIVER', meterStart: 1000, timestamp: soon(), ...more }
  const { idTagInfo, transactionId } = await station.says('StartTransaction', request)
  assert.equal(idTagInfo.status, 'Accepted')
  assert.ok(transactionId > 0)
  return transactionId
}

async function stop(
  station: Station16,
  transactionId: number,
  more: Partial<v16.StopTransactionRequest> = {}
): Promise<void> {
  const request = { transactionId, meterStop: 4000, timestamp: soon(), ...more }
  const { idTagInfo } = await station.says('StopTransaction', request)
  assert.equal(idTagInfo?.status, request.idTag === undefined ? undefined : 'Accepted')
}

/** A session that goes on. */
async function charges(station: Station16, more: Partial<v16.StartTransactionRequest> = {}): Promise<number> {
  await status(station, 'Preparing')
  const transactionId = await start(station, more)
  await status(station, 'Charging')
  return transactionId
}

async function ended(station: Station16, transactionId: number, stopReason: string, more: object = {}): Promise<void> {
  const transaction = { transactionId: String(transactionId), status: 'ended', stopReason, energyWh: 3000, ...more }
  await station.shows({ transactions: [transaction] })
}

/** Nothing of it is under way. */
async function isIdle(station: Station16): Promise<void> {
  await station.shows({ transactions: [], connectors: [{ connectorId: 1, status: 'Available' }] })
}

// --- calls whose answer is to be coped with --------------------------------------------------------------------

const LIST: v16.SendLocalListRequest = { listVersion: 2, updateType: 'Full', localAuthorizationList: [] }
const RESERVE = { connectorId: 1, expiryDate: '2099-01-01T00:00:00.000Z', idTag: 'DRIVER', reservationId: 5 }

const ROWS: readonly Row<'ocpp1.6'>[] = [
  ['TC_013_CSMS', 'a hard reset', 'Reset', { type: 'Hard' }, { status: 'Accepted' }],
  ['TC_017_1_CSMS', 'an unlock', 'UnlockConnector', { connectorId: 1 }, { status: 'Unlocked' }],
  ['TC_017_2_CSMS', 'an unlock of a fixed cable', 'UnlockConnector', { connectorId: 1 }, { status: 'NotSupported' }],
  [
    'TC_019_1_CSMS',
    'every configuration key',
    'GetConfiguration',
    {},
    { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }], unknownKey: [] },
    { configuration: [{ key: 'HeartbeatInterval', value: '300', readonly: false }] }
  ],
  [
    'TC_019_2_CSMS',
    'one configuration key',
    'GetConfiguration',
    { key: ['SupportedFeatureProfiles'] },
    { configurationKey: [{ key: 'SupportedFeatureProfiles', readonly: true, value: 'Core' }] },
    { configuration: [{ key: 'SupportedFeatureProfiles', value: 'Core', readonly: true }] }
  ],
  [
    'TC_021_CSMS',
    'a change of configuration',
    'ChangeConfiguration',
    { key: 'MeterValueSampleInterval', value: '15' },
    { status: 'Accepted' },
    { configuration: [{ key: 'MeterValueSampleInterval', value: '15' }] }
  ],
  [
    'TC_026_CSMS',
    'a remote start that is refused',
    'RemoteStartTransaction',
    { idTag: 'DRIVER', connectorId: 1 },
    { status: 'Rejected' },
    { transactions: [] }
  ],
  [
    'TC_028_CSMS',
    'a remote stop that is refused',
    'RemoteStopTransaction',
    { transactionId: 4711 },
    { status: 'Rejected' },
    { transactions: [] }
  ],
  ['TC_030_CSMS', 'an unlock that fails', 'UnlockConnector', { connectorId: 1 }, { status: 'UnlockFailed' }],
  ['TC_031_CSMS', 'an unlock of no connector', 'UnlockConnector', { connectorId: 99 }, { status: 'NotSupported' }],
  [
    'TC_040_1_CSMS',
    'a key that it does not have',
    'ChangeConfiguration',
    { key: 'Nothing', value: '1' },
    { status: 'NotSupported' },
    { configuration: [] }
  ],
  [
    'TC_040_2_CSMS',
    'a value that it does not take',
    'ChangeConfiguration',
    { key: 'MeterValueSampleInterval', value: '-1' },
    { status: 'Rejected' },
    { configuration: [] }
  ],
  ['TC_042_1_CSMS', 'no local list', 'GetLocalListVersion', {}, { listVersion: -1 }, { localList: { version: -1 } }],
  ['TC_042_2_CSMS', 'an empty list', 'GetLocalListVersion', {}, { listVersion: 0 }, { localList: { version: 0 } }],
  ['TC_043_1_CSMS', 'no lists supported', 'SendLocalList', LIST, { status: 'NotSupported' }, { localList: undefined }],
  ['TC_043_3_CSMS', 'a list that fails', 'SendLocalList', LIST, { status: 'Failed' }, { localList: undefined }],
  ['TC_048_1_CSMS', 'no reservation: faulted', 'ReserveNow', RESERVE, { status: 'Faulted' }, { reservations: [] }],
  ['TC_048_2_CSMS', 'no reservation: occupied', 'ReserveNow', RESERVE, { status: 'Occupied' }, { reservations: [] }],
  ['TC_048_4_CSMS', 'no reservation: rejected', 'ReserveNow', RESERVE, { status: 'Rejected' }, { reservations: [] }],
  [
    'TC_052_CSMS',
    'no reservation to cancel',
    'CancelReservation',
    { reservationId: 99 },
    { status: 'Rejected' },
    { reservations: [] }
  ],
  ['TC_055_CSMS', 'no trigger', 'TriggerMessage', { requestedMessage: 'MeterValues' }, { status: 'Rejected' }],
  ['TC_061_CSMS', 'a cache that is cleared', 'ClearCache', {}, { status: 'Accepted' }],
  [
    'TC_066_CSMS',
    'a composite schedule',
    'GetCompositeSchedule',
    { connectorId: 1, duration: 300, chargingRateUnit: 'A' },
    {
      status: 'Accepted',
      connectorId: 1,
      scheduleStart: '2026-01-01T00:00:00.000Z',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }] }
    }
  ]
]

describe('1.6: an operator copes with', () => copesWith(backend, scenario, ROWS))

// --- Core -------------------------------------------------------------------------------------------------------

describe('1.6 Core', () => {
  scenario(
    'TC_001_CSMS',
    'a cold boot',
    async (station) => {
      await station.connect()
      const boot = await station.says('BootNotification', { chargePointVendor: 'Acme', chargePointModel: 'One' })
      assert.equal(boot.status, 'Accepted')
      assert.ok(boot.interval > 0)
      for (const connectorId of [0, 1, 2]) await status(station, 'Available', connectorId)
      const { currentTime } = await station.says('Heartbeat', {})
      assert.ok(Math.abs(Date.parse(currentTime) - Date.now()) < 5000)
      const connectors = [0, 1, 2].map((connectorId) => ({ connectorId, status: 'Available' }))
      await station.shows({ bootStatus: 'Accepted', boot: { vendor: 'Acme', model: 'One' }, connectors })
    },
    { boot: false }
  )

  scenario('TC_003_CSMS', 'a session, the plug first', async (station) => {
    await statuses(station, 'Available', 'Preparing')
    await authorize(station)
    const transactionId = await start(station)
    await status(station, 'Charging')
    await station.shows({
      connectors: [{ connectorId: 1, status: 'Charging' }],
      transactions: [
        { transactionId: String(transactionId), status: 'open', connectorId: 1, idToken: 'DRIVER', meterStart: 1000 }
      ]
    })
  })

  scenario('TC_004_1_CSMS', 'a session, the id tag first', async (station) => {
    await authorize(station)
    const transactionId = await charges(station)
    await station.shows({ transactions: [{ transactionId: String(transactionId), status: 'open' }] })
  })

  scenario('TC_004_2_CSMS', 'an id tag, but no plug', async (station) => {
    await authorize(station)
    await statuses(station, 'Preparing', 'Available')
    await isIdle(station)
  })

  scenario('TC_005_1_CSMS', 'an unplugged vehicle', async (station) => {
    const transactionId = await charges(station)
    await status(station, 'SuspendedEV')
    await stop(station, transactionId, { reason: 'EVDisconnected' })
    await statuses(station, 'Finishing', 'Available')
    await ended(station, transactionId, 'EVDisconnected', { closedReason: undefined })
    const { statusHistory } = await station.state()
    assert.deepEqual(
      statusHistory.map(({ status }: { status: string }) => status),
      ['Available', 'Finishing', 'SuspendedEV', 'Charging', 'Preparing']
    )
  })

  scenario('TC_007_CSMS', 'an id tag out of the cache', async (station) => {
    const transactionId = await start(station)
    await station.shows({ transactions: [{ transactionId: String(transactionId), idToken: 'DRIVER', status: 'open' }] })
  })

  scenario('TC_010_CSMS', 'a remote start, the plug first', async (station) => {
    await status(station, 'Preparing')
    await station.isAsked('RemoteStartTransaction', { idTag: 'DRIVER', connectorId: 1 }, { status: 'Accepted' })
    await authorize(station)
    await start(station)
    await status(station, 'Charging')
    await station.shows({ transactions: [{ status: 'open', idToken: 'DRIVER' }] })
  })

  scenario('TC_011_1_CSMS', 'a remote start, then the plug', async (station) => {
    await station.isAsked('RemoteStartTransaction', { idTag: 'DRIVER', connectorId: 1 }, { status: 'Accepted' })
    await authorize(station)
    await charges(station)
    await station.shows({ transactions: [{ status: 'open', idToken: 'DRIVER' }] })
  })

  scenario('TC_011_2_CSMS', 'a remote start, but no plug', async (station) => {
    await station.isAsked('RemoteStartTransaction', { idTag: 'DRIVER', connectorId: 1 }, { status: 'Accepted' })
    await authorize(station)
    await statuses(station, 'Preparing', 'Available')
    await isIdle(station)
  })

  scenario('TC_012_CSMS', 'a remote stop', async (station) => {
    const transactionId = await charges(station)
    await station.isAsked('RemoteStopTransaction', { transactionId }, { status: 'Accepted' })
    await stop(station, transactionId, { reason: 'Remote' })
    await statuses(station, 'Finishing', 'Available')
    await ended(station, transactionId, 'Remote')
  })

  scenario('TC_014_CSMS', 'a soft reset and its reboot', async (station) => {
    const transactionId = await charges(station)
    await station.isAsked('Reset', { type: 'Soft' }, { status: 'Accepted' })
    await stop(station, transactionId, { reason: 'SoftReset' })
    const { lastBootAt } = await station.state()
    await station.reboot()
    await status(station, 'Available')
    await ended(station, transactionId, 'SoftReset')
    assert.ok(Date.parse((await station.state()).lastBootAt) > Date.parse(lastBootAt))
  })

  scenario('TC_018_1_CSMS', 'an unlock in a session', async (station) => {
    const transactionId = await charges(station)
    await station.isAsked('UnlockConnector', { connectorId: 1 }, { status: 'Unlocked' })
    await stop(station, transactionId, { reason: 'UnlockCommand' })
    await ended(station, transactionId, 'UnlockCommand')
  })

  for (const [id, idTag, expected] of [
    ['TC_023_1_CSMS', 'GHOST', 'Invalid'],
    ['TC_023_2_CSMS', 'EXPIRED', 'Expired'],
    ['TC_023_3_CSMS', 'BLOCKED', 'Blocked']
  ] as const) {
    scenario(id, `an id tag that is ${expected}`, async (station) => {
      const { idTagInfo } = await station.says('Authorize', { idTag })
      assert.equal(idTagInfo.status, expected)
    })
  }

  scenario('TC_024_CSMS', 'a lock that fails', async (station) => {
    await authorize(station)
    await status(station, 'Preparing')
    await status(station, 'Faulted', 1, 'ConnectorLockFailure')
    await station.shows({ connectors: [{ status: 'Faulted', errorCode: 'ConnectorLockFailure' }], transactions: [] })
  })

  scenario('TC_032_1_CSMS', 'a power failure', async (station) => {
    const transactionId = await charges(station)
    await station.reboot()
    await stop(station, transactionId, { reason: 'PowerLoss' })
    await status(station, 'Available')
    await ended(station, transactionId, 'PowerLoss', { closedReason: undefined })
  })

  scenario('TC_037_1_CSMS', 'a start without connection', async (station) => {
    await station.reconnect()
    const timestamp = '2026-01-01T00:00:00.000Z'
    await start(station, { timestamp })
    await station.shows({ transactions: [{ status: 'open', startedAt: timestamp }] })
  })

  scenario('TC_037_3_CSMS', 'a start without connection and with a bad id tag', async (station) => {
    await station.reconnect()
    const request = { connectorId: 1, idTag: 'GHOST', meterStart: 1000, timestamp: '2026-01-01T00:00:00.000Z' }
    const { idTagInfo, transactionId } = await station.says('StartTransaction', request)
    assert.equal(idTagInfo.status, 'Invalid')
    assert.ok(transactionId > 0)
    await stop(station, transactionId, { reason: 'DeAuthorized' })
    await ended(station, transactionId, 'DeAuthorized', { idToken: 'GHOST' })
  })

  scenario('TC_039_CSMS', 'a whole session without connection', async (station) => {
    await station.reconnect()
    const transactionId = await start(station, { timestamp: '2026-01-01T00:00:00.000Z' })
    const end = '2026-01-01T01:00:00.000Z'
    await stop(station, transactionId, { timestamp: end, idTag: 'DRIVER', reason: 'Local' })
    await ended(station, transactionId, 'Local', { startedAt: '2026-01-01T00:00:00.000Z', endedAt: end })
  })

  scenario('TC_064_CSMS', 'data of a vendor that nobody knows', async (station) => {
    assert.deepEqual(await station.says('DataTransfer', { vendorId: 'com.example', messageId: 'x', data: '{}' }), {
      status: 'UnknownVendorId'
    })
  })
})

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
