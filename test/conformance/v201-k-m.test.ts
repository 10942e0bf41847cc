import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type * as v201 from 'fastify-ocpp/v201'
import { CERTIFICATE, HASH } from './certificates.js'
import { Backend, casesOf, copesWith } from './station.js'
import { ACCEPTED, charging, DRIVER, EVSE, Session, type Station2, status } from './v201.js'

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp2.0.1')

const LONG_AGO = '2026-01-01T00:00:00.000Z'

// --- K: smart charging ------------------------------------------------------------------------------------------

function profile(more: Partial<v201.ChargingProfileType> = {}, limit = 6): v201.ChargingProfileType {
  return {
    id: 7,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: [
      {
        id: 1,
        startSchedule: LONG_AGO,
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit }]
      }
    ],
    ...more
  }
}

function set(station: Station2, evseId: number, chargingProfile: v201.ChargingProfileType): Promise<void> {
  return station.isAsked('SetChargingProfile', { evseId, chargingProfile }, ACCEPTED)
}

async function profileIds(station: Station2): Promise<number[]> {
  const { chargingProfiles } = await station.state()
  return chargingProfiles.map(({ profileId }: { profileId: number }) => profileId)
}

const MAXIMUM = profile({ id: 8, chargingProfilePurpose: 'ChargingStationMaxProfile' })
const RECURRING = profile({ chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' })
const none = { chargingProfiles: [] }

describe('2.0.1 K: profiles', () => {
  for (const [id, name, evseId, chargingProfile] of [
    ['TC_K_01_CSMS', 'a default of one EVSE', 1, profile()],
    ['TC_K_03_CSMS', 'a maximum of all', 0, MAXIMUM],
    ['TC_K_10_CSMS', 'a default of every EVSE', 0, profile()],
    ['TC_K_19_CSMS', 'one that recurs', 1, RECURRING]
  ] as const) {
    scenario(id, name, async (station) => {
      await set(station, evseId, chargingProfile)
      const { id: profileId, chargingProfilePurpose: purpose, chargingProfileKind: kind } = chargingProfile
      const shown = { profileId, purpose, kind, source: 'CSO', payload: chargingProfile }
      await station.shows({ chargingProfiles: [evseId === 0 ? shown : { ...shown, evseId }] })
    })
  }

  copesWith(backend, scenario, [
    [
      'TC_K_02_CSMS',
      'one of no transaction',
      'SetChargingProfile',
      { evseId: 1, chargingProfile: profile({ chargingProfilePurpose: 'TxProfile', transactionId: 'none' }) },
      { status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } },
      none
    ],
    [
      'TC_K_08_CSMS',
      'none to clear',
      'ClearChargingProfile',
      { chargingProfileId: 7, chargingProfileCriteria: { stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile' } },
      { status: 'Unknown' },
      none
    ],
    [
      'TC_K_43_CSMS',
      'what they come to on an EVSE',
      'GetCompositeSchedule',
      { duration: 300, chargingRateUnit: 'A', evseId: 1 },
      {
        status: 'Accepted',
        schedule: {
          evseId: 1,
          duration: 300,
          scheduleStart: LONG_AGO,
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }]
        }
      }
    ],
    [
      'TC_K_44_CSMS',
      'what they come to in all',
      'GetCompositeSchedule',
      { duration: 300, evseId: 0 },
      { status: 'Rejected' }
    ]
  ])

  scenario('TC_K_15_CSMS', 'none at all', async (station) => {
    await station.isAskedInVain('SetChargingProfile', { evseId: 1, chargingProfile: profile() }, 'NotSupported')
    await station.shows(none)
  })

  scenario('TC_K_04_CSMS', 'one that replaces another', async (station) => {
    await set(station, 1, profile())
    const chargingProfile = profile({}, 16)
    await set(station, 1, chargingProfile)
    await station.shows({ chargingProfiles: [{ profileId: 7, payload: chargingProfile }] })
  })

  scenario('TC_K_05_CSMS', 'one that is cleared by its id', async (station) => {
    await set(station, 1, profile())
    await set(station, 0, MAXIMUM)
    await station.isAsked('ClearChargingProfile', { chargingProfileId: 8 }, ACCEPTED)
    assert.deepEqual(await profileIds(station), [7])
  })

  scenario('TC_K_06_CSMS', 'one that is cleared by what it is for', async (station) => {
    await set(station, 1, profile())
    await set(station, 1, profile({ id: 9, stackLevel: 1 }))
    const chargingProfileCriteria = { evseId: 1, stackLevel: 1, chargingProfilePurpose: 'TxDefaultProfile' } as const
    await station.isAsked('ClearChargingProfile', { chargingProfileCriteria }, ACCEPTED)
    assert.deepEqual(await profileIds(station), [7])
  })

  scenario('TC_K_70_CSMS', 'two, one above the other', async (station) => {
    await set(station, 1, profile())
    await set(station, 1, profile({ id: 9, stackLevel: 1 }))
    assert.deepEqual(await profileIds(station), [7, 9])
  })

  scenario('TC_K_60_CSMS', 'one of a transaction, as long as it goes on', async (station) => {
    const session = await charging(station)
    const { transactionId } = session
    await set(station, 1, profile({ chargingProfilePurpose: 'TxProfile', transactionId }))
    await station.shows({ chargingProfiles: [{ purpose: 'TxProfile', evseId: 1, transactionId }] })
    await session.ends('EVDisconnected')
    await station.shows(none)
  })

  scenario('TC_K_37_CSMS', 'one that comes with a remote start', async (station) => {
    const chargingProfile = profile({ chargingProfilePurpose: 'TxProfile' })
    await station.isAsked(
      'RequestStartTransaction',
      { idToken: DRIVER, remoteStartId: 3, evseId: 1, chargingProfile },
      ACCEPTED
    )
    const session = new Session(station)
    await session.tells('Started', 'RemoteStart', { idToken: DRIVER, remoteStartId: 3, evse: EVSE })
    const { items } = await backend.get('/transactions?chargePoint=TC_K_37_CSMS')
    assert.deepEqual([items[0].remoteStartId, items[0].status], [3, 'open'])
  })

  scenario('TC_K_58_CSMS', 'one that is changed while a car charges', async (station) => {
    const session = await charging(station)
    const { transactionId } = session
    const txProfile = profile({ chargingProfilePurpose: 'TxProfile', transactionId }, 10)
    await set(station, 1, txProfile)
    const [chargingSchedule] = txProfile.chargingSchedule
    assert.ok(chargingSchedule)
    const schedule = { timeBase: LONG_AGO, evseId: 1, chargingSchedule }
    assert.deepEqual(await station.says('NotifyEVChargingSchedule', schedule), ACCEPTED)
    assert.deepEqual(await session.tells('Updated', 'ChargingRateChanged'), {})
    await station.shows({
      chargingProfiles: [{ purpose: 'TxProfile', transactionId, payload: txProfile }],
      notifications: [{ action: 'NotifyEVChargingSchedule', payload: schedule }]
    })
  })
})

describe('2.0.1 K: reports of profiles', () => {
  const criteria: readonly (readonly [string, number | undefined, v201.ChargingProfileCriterionType])[] = [
    ['TC_K_29_CSMS', 0, { chargingProfilePurpose: 'ChargingStationMaxProfile' }],
    ['TC_K_30_CSMS', 1, { chargingProfilePurpose: 'TxDefaultProfile' }],
    ['TC_K_31_CSMS', undefined, { chargingProfilePurpose: 'TxDefaultProfile' }],
    ['TC_K_32_CSMS', undefined, { chargingProfileId: [7] }],
    ['TC_K_33_CSMS', 1, { stackLevel: 0 }],
    ['TC_K_34_CSMS', 1, { chargingLimitSource: ['CSO'] }],
    ['TC_K_35_CSMS', 1, { chargingProfilePurpose: 'TxProfile' }],
    ['TC_K_36_CSMS', 1, { chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 0 }]
  ]
  for (const [id, evseId, chargingProfile] of criteria) {
    scenario(id, `those of ${evseId ?? 'any'} with ${JSON.stringify(chargingProfile)}`, async (station) => {
      const place = evseId === undefined ? {} : { evseId }
      await station.isAsked('GetChargingProfiles', { requestId: 1, ...place, chargingProfile }, ACCEPTED)
      const report = { requestId: 1, chargingLimitSource: 'CSO' as const, evseId: evseId ?? 1 }
      for (const [id, tbc] of [
        [7, true],
        [8, false]
      ] as const) {
        const part = { ...report, tbc, chargingProfile: [profile({ id, stackLevel: id })] }
        assert.deepEqual(await station.says('ReportChargingProfiles', part), {})
      }
      assert.deepEqual(await profileIds(station), [7, 8])
    })
  }
})

describe('2.0.1 K: limits of others', () => {
  const external = profile({ id: 99, chargingProfilePurpose: 'ChargingStationExternalConstraints' })
  const limit = { chargingLimitSource: 'EMS', isGridCritical: false } as const

  async function isReported(station: Station2): Promise<void> {
    const report = { requestId: 2, chargingLimitSource: 'EMS' as const, evseId: 1, chargingProfile: [external] }
    assert.deepEqual(await station.says('ReportChargingProfiles', report), {})
    await station.shows({ chargingProfiles: [{ profileId: 99, source: 'EMS' }] })
  }

  scenario('TC_K_48_CSMS', 'one that is set', async (station) => {
    const request = { evseId: 1, chargingLimit: limit, chargingSchedule: external.chargingSchedule }
    assert.deepEqual(await station.says('NotifyChargingLimit', request), {})
    await station.shows({ notifications: [{ action: 'NotifyChargingLimit', evseId: 1, payload: request }] })
  })

  scenario('TC_K_50_CSMS', 'one that is gone', async (station) => {
    await isReported(station)
    assert.deepEqual(await station.says('ClearedChargingLimit', { chargingLimitSource: 'EMS', evseId: 1 }), {})
    await station.shows({ ...none, notifications: [{ action: 'ClearedChargingLimit' }] })
  })

  scenario('TC_K_51_CSMS', 'one that is gone in a transaction', async (station) => {
    const session = await charging(station)
    await isReported(station)
    assert.deepEqual(await station.says('ClearedChargingLimit', { chargingLimitSource: 'EMS', evseId: 1 }), {})
    assert.deepEqual(await session.tells('Updated', 'ChargingRateChanged', { chargingState: 'Charging' }), {})
    await station.shows({ ...none, transactions: [{ status: 'open', seqNo: 1 }] })
  })

  scenario('TC_K_52_CSMS', 'one that is reported', async (station) => {
    const chargingProfile = { chargingProfilePurpose: 'ChargingStationExternalConstraints' as const }
    await station.isAsked('GetChargingProfiles', { requestId: 2, chargingProfile }, ACCEPTED)
    await isReported(station)
  })
})

// --- L: firmware ------------------------------------------------------------------------------------------------

const FIRMWARE: v201.UpdateFirmwareRequest = {
  requestId: 4,
  firmware: {
    location: 'https://example.com/firmware.bin',
    retrieveDateTime: LONG_AGO,
    signingCertificate: CERTIFICATE,
    signature: 'c2lnbmF0dXJl'
  }
}

type FirmwareStatus = v201.FirmwareStatusNotificationRequest['status']

async function updates(station: Station2, requestId: number, all: readonly FirmwareStatus[]): Promise<void> {
  for (const status of all) {
    assert.deepEqual(await station.says('FirmwareStatusNotification', { status, requestId }), {})
    if (status === 'InstallRebooting') await station.reboot()
  }
  const { firmware, progress } = await station.state()
  assert.deepEqual([firmware.status, firmware.requestId], [all.at(-1), requestId])
  const told = progress.filter((row: { requestId: number }) => row.requestId === requestId)
  assert.deepEqual(told.map(({ status }: { status: string }) => status).reverse(), all)
}

const DOWNLOAD = ['Downloading', 'Downloaded'] as const
const VERIFIED = [...DOWNLOAD, 'SignatureVerified'] as const
const INSTALLED = ['Installing', 'InstallRebooting', 'Installed'] as const

describe('2.0.1 L: firmware', () => {
  const chains: Readonly<Record<string, readonly FirmwareStatus[]>> = {
    TC_L_01_CSMS: [...VERIFIED, ...INSTALLED],
    TC_L_02_CSMS: [...VERIFIED, 'InstallScheduled', ...INSTALLED],
    TC_L_03_CSMS: ['DownloadScheduled', ...VERIFIED, ...INSTALLED],
    TC_L_07_CSMS: ['Downloading', 'DownloadFailed'],
    TC_L_08_CSMS: [...VERIFIED, 'Installing', 'InstallVerificationFailed'],
    TC_L_09_CSMS: [...VERIFIED, 'Installing', 'InstallationFailed']
  }
  for (const [id, chain] of Object.entries(chains)) {
    scenario(id, `${chain.length} steps to ${chain.at(-1)}`, async (station) => {
      await station.isAsked('UpdateFirmware', FIRMWARE, ACCEPTED)
      await updates(station, 4, chain)
    })
  }

  copesWith(backend, scenario, [
    ['TC_L_04_CSMS', 'revoked', 'UpdateFirmware', FIRMWARE, { status: 'RevokedCertificate' }, { progress: [] }]
  ])

  scenario('TC_L_05_CSMS', 'a wrong certificate', async (station) => {
    await station.isAsked('UpdateFirmware', FIRMWARE, { status: 'InvalidCertificate' })
    const event = { type: 'InvalidFirmwareSigningCertificate', timestamp: LONG_AGO }
    assert.deepEqual(await station.says('SecurityEventNotification', event), {})
    await station.shows({ securityEvents: [{ ...event, source: 'chargePoint' }], progress: [] })
  })

  scenario('TC_L_06_CSMS', 'a wrong signature', async (station) => {
    await station.isAsked('UpdateFirmware', FIRMWARE, ACCEPTED)
    await updates(station, 4, [...DOWNLOAD, 'InvalidSignature'])
    const event = { type: 'InvalidFirmwareSignature', timestamp: LONG_AGO }
    assert.deepEqual(await station.says('SecurityEventNotification', event), {})
    await station.shows({ securityEvents: [event] })
  })

  for (const [id, answer, requestId] of [
    ['TC_L_10_CSMS', 'AcceptedCanceled', 5],
    ['TC_L_11_CSMS', 'Rejected', 4]
  ] as const) {
    scenario(id, `a second update that is ${answer}`, async (station) => {
      await station.isAsked('UpdateFirmware', FIRMWARE, ACCEPTED)
      assert.deepEqual(await station.says('FirmwareStatusNotification', { status: 'Downloading', requestId: 4 }), {})
      await station.isAsked('UpdateFirmware', { ...FIRMWARE, requestId: 5 }, { status: answer })
      for (const status of ['Downloaded', 'SignatureVerified', ...INSTALLED] as const) {
        assert.deepEqual(await station.says('FirmwareStatusNotification', { status, requestId }), {})
      }
      await station.shows({ firmware: { status: 'Installed', requestId } })
    })
  }

  scenario('TC_L_13_CSMS', 'an update that waits for a transaction', async (station) => {
    const session = await charging(station)
    await station.isAsked('UpdateFirmware', FIRMWARE, ACCEPTED)
    await status(station, 'Unavailable', 2)
    await station.shows({ connectors: [{ evseId: 2, status: 'Unavailable' }], transactions: [{ status: 'open' }] })
    await session.ends('EVDisconnected')
    await updates(station, 4, [...VERIFIED, ...INSTALLED])
    await station.shows({ transactions: [{ status: 'ended' }] })
  })

  const publish = { location: 'https://example.com/firmware.bin', checksum: '0'.repeat(32), requestId: 6 }
  for (const [id, steps] of [
    ['TC_L_17_CSMS', ['Downloading', 'Downloaded', 'ChecksumVerified', 'Published']],
    ['TC_L_19_CSMS', ['Downloading', 'Downloaded', 'InvalidChecksum']],
    ['TC_L_20_CSMS', ['Downloading', 'Downloaded', 'ChecksumVerified', 'PublishFailed']],
    ['TC_L_24_CSMS', ['Downloading', 'DownloadFailed']]
  ] as const) {
    scenario(id, `what is published: ${steps.at(-1)}`, async (station) => {
      await station.isAsked('PublishFirmware', publish, ACCEPTED)
      for (const status of steps) {
        const location = status === 'Published' ? { location: ['http://192.168.0.1/firmware.bin'] } : {}
        const request = { status, requestId: 6, ...location }
        assert.deepEqual(await station.says('PublishFirmwareStatusNotification', request), {})
      }
      await station.shows({ publishFirmware: { status: steps.at(-1), requestId: 6 } })
    })
  }

  const { checksum } = publish
  copesWith(backend, scenario, [
    ['TC_L_21_CSMS', 'not published any more', 'UnpublishFirmware', { checksum }, { status: 'Unpublished' }],
    ['TC_L_22_CSMS', 'not published', 'UnpublishFirmware', { checksum }, { status: 'NoFirmware' }],
    ['TC_L_23_CSMS', 'still downloaded', 'UnpublishFirmware', { checksum }, { status: 'DownloadOngoing' }]
  ])
})

// --- M: certificates --------------------------------------------------------------------------------------------

describe('2.0.1 M: certificates', () => {
  for (const [id, certificateType] of [
    ['TC_M_01_CSMS', 'CSMSRootCertificate'],
    ['TC_M_02_CSMS', 'ManufacturerRootCertificate'],
    ['TC_M_03_CSMS', 'V2GRootCertificate'],
    ['TC_M_04_CSMS', 'MORootCertificate']
  ] as const) {
    scenario(id, `${certificateType} installed`, async (station) => {
      await station.isAsked('InstallCertificate', { certificateType, certificate: CERTIFICATE }, ACCEPTED)
      await station.shows({ certificates: [{ type: certificateType, pem: CERTIFICATE, status: 'Installed' }] })
    })
  }

  copesWith(backend, scenario, [
    [
      'TC_M_05_CSMS',
      'not installed',
      'InstallCertificate',
      { certificateType: 'CSMSRootCertificate', certificate: CERTIFICATE },
      { status: 'Failed' },
      { certificates: [] }
    ],
    [
      'TC_M_19_CSMS',
      'none found',
      'GetInstalledCertificateIds',
      { certificateType: ['CSMSRootCertificate'] },
      { status: 'NotFound' },
      { certificates: [] }
    ]
  ])

  type Use = v201.CertificateHashDataChainType['certificateType']
  const chain = (certificateType: Use, serialNumber: string) => ({
    certificateType,
    certificateHashData: { ...HASH, serialNumber }
  })
  const listed = (...all: v201.CertificateHashDataChainType[]) => ({
    status: 'Accepted' as const,
    certificateHashDataChain: all
  })

  const uses: Readonly<Record<string, readonly Use[]>> = {
    TC_M_12_CSMS: ['CSMSRootCertificate'],
    TC_M_13_CSMS: ['ManufacturerRootCertificate'],
    TC_M_14_CSMS: ['V2GRootCertificate'],
    TC_M_16_CSMS: ['MORootCertificate'],
    TC_M_17_CSMS: ['CSMSRootCertificate', 'ManufacturerRootCertificate']
  }
  for (const [id, certificateType] of Object.entries(uses)) {
    scenario(id, `${certificateType.join(', ')} listed`, async (station) => {
      const answer = listed(...certificateType.map((use, index) => chain(use, `a${index}`)))
      await station.isAsked('GetInstalledCertificateIds', { certificateType: [...certificateType] }, answer)
      const shown = certificateType.map((type, index) => ({ type, serialNumber: `a${index}`, hashAlgorithm: 'SHA256' }))
      await station.shows({ certificates: shown })
    })
  }

  scenario('TC_M_15_CSMS', 'a chain, with what is below', async (station) => {
    const childCertificateHashData = ['b2', 'c3'].map((serialNumber) => ({ ...HASH, serialNumber }))
    const answer = listed({ ...chain('V2GCertificateChain', 'a1'), childCertificateHashData })
    await station.isAsked('GetInstalledCertificateIds', { certificateType: ['V2GCertificateChain'] }, answer)
    const shown = ['a1', 'b2', 'c3'].map((serialNumber) => ({ type: 'V2GCertificateChain', serialNumber }))
    await station.shows({ certificates: shown })
  })

  scenario('TC_M_18_CSMS', 'all that are listed', async (station) => {
    await station.isAsked(
      'InstallCertificate',
      { certificateType: 'MORootCertificate', certificate: CERTIFICATE },
      ACCEPTED
    )
    const answer = listed(chain('CSMSRootCertificate', 'a1'), chain('V2GRootCertificate', 'b2'))
    await station.isAsked('GetInstalledCertificateIds', {}, answer)
    await station.shows({ certificates: [{ type: 'CSMSRootCertificate' }, { type: 'V2GRootCertificate' }] })
  })

  for (const [id, hashAlgorithm] of [
    ['TC_M_20_CSMS', 'SHA256'],
    ['TC_M_20_CSMS-384', 'SHA384'],
    ['TC_M_20_CSMS-512', 'SHA512']
  ] as const) {
    scenario(id, `one deleted by its ${hashAlgorithm}`, async (station) => {
      const certificateHashData = { ...HASH, hashAlgorithm }
      const answer = listed({ certificateType: 'CSMSRootCertificate', certificateHashData })
      await station.isAsked('GetInstalledCertificateIds', { certificateType: ['CSMSRootCertificate'] }, answer)
      await station.isAsked('DeleteCertificate', { certificateHashData }, ACCEPTED)
      await station.shows({ certificates: [] })
    })
  }

  scenario('TC_M_21_CSMS', 'one not deleted', async (station) => {
    const answer = listed(chain('CSMSRootCertificate', 'a1'))
    await station.isAsked('GetInstalledCertificateIds', { certificateType: ['CSMSRootCertificate'] }, answer)
    const certificateHashData = { ...HASH, serialNumber: 'a1' }
    await station.isAsked('DeleteCertificate', { certificateHashData }, { status: 'Failed' })
    await station.shows({ certificates: [{ type: 'CSMSRootCertificate', serialNumber: 'a1' }] })
  })
})
