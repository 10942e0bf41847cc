import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { Backend, casesOf, copesWith, type Row } from './station.js'
import { authorize, charges, ended, isIdle, LIST, RESERVE, start, status, statuses, stop } from './v16.js'

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp1.6')

// --- calls whose answer is to be coped with --------------------------------------------------------------------

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
