import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type * as v21 from 'fastify-ocpp/v21'
import { CERTIFICATE, HASH } from './certificates.js'
import { Backend, casesOf, copesWith, type Station, soon } from './station.js'

type Station21 = Station<'ocpp2.1'>

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp2.1')

const ACCEPTED = { status: 'Accepted' } as const
const LONG_AGO = '2026-01-01T00:00:00.000Z'
const DRIVER: v21.IdTokenType = { idToken: 'DRIVER', type: 'ISO14443' }

function event(
  station: Station21,
  eventType: v21.TransactionEventRequest['eventType'],
  seqNo: number,
  {
    transactionInfo,
    ...more
  }: Omit<Partial<v21.TransactionEventRequest>, 'transactionInfo'> & {
    transactionInfo?: Partial<v21.TransactionType>
  } = {}
): Promise<v21.TransactionEventResponse> {
  return station.says('TransactionEvent', {
    eventType,
    seqNo,
    timestamp: soon(),
    triggerReason: 'ChargingStateChanged',
    transactionInfo: { transactionId: 'tx', ...transactionInfo },
    ...more
  })
}

/** With a transaction "tx" that goes on. */
async function charges(station: Station21): Promise<void> {
  const transactionInfo = { chargingState: 'Charging' as const }
  const { idTokenInfo } = await event(station, 'Started', 0, { idToken: DRIVER, evse: { id: 1 }, transactionInfo })
  assert.deepEqual(idTokenInfo, ACCEPTED)
}

/** What is kept as it came. */
async function keeps(station: Station21, action: string, payload: object): Promise<void> {
  await station.shows({ notifications: [{ action, payload }] })
}

// --- calls ------------------------------------------------------------------------------------------------------

const NETWORK: v21.NetworkConnectionProfileType = {
  ocppInterface: 'Wired0',
  ocppTransport: 'JSON',
  ocppVersion: 'OCPP21',
  messageTimeout: 30,
  ocppCsmsUrl: 'wss://csms.example.com/ocpp',
  securityProfile: 2,
  identity: 'CS-1'
}
const TARIFF: v21.TariffType = {
  tariffId: 'night',
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.2, conditions: { startTimeOfDay: '22:00', endTimeOfDay: '06:00' } }] }
}
const schedule = (
  more: Partial<v21.ChargingScheduleType>,
  period: Partial<v21.ChargingSchedulePeriodType> = {}
): v21.ChargingScheduleType => ({
  id: 1,
  chargingRateUnit: 'W',
  chargingSchedulePeriod: [{ startPeriod: 0, limit: 7000, ...period }],
  ...more
})
const profile = (
  more: Partial<v21.ChargingProfileType>,
  chargingSchedule = schedule({ startSchedule: LONG_AGO })
): v21.ChargingProfileType => ({
  id: 7,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: [chargingSchedule],
  ...more
})
const setDefault = { evseId: 1, tariff: TARIFF }

describe('2.1: an operator copes with', () => {
  copesWith(backend, scenario, [
    [
      'TC_B_100_CSMS',
      'a network profile with an identity',
      'SetNetworkProfile',
      { configurationSlot: 1, connectionData: NETWORK },
      ACCEPTED
    ],
    ['TC_B_104_CSMS', 'a reset that resumes', 'Reset', { type: 'ImmediateAndResume' }, ACCEPTED],
    ['TC_I_101_CSMS', 'a default tariff', 'SetDefaultTariff', setDefault, ACCEPTED],
    ['TC_I_102_CSMS', 'too long a tariff', 'SetDefaultTariff', setDefault, { status: 'TooManyElements' }],
    ['TC_I_105_CSMS', 'no conditions', 'SetDefaultTariff', setDefault, { status: 'ConditionNotSupported' }],
    ['TC_I_106_CSMS', 'a tariff refused', 'SetDefaultTariff', setDefault, { status: 'Rejected' }],
    [
      'TC_I_110_CSMS',
      'tariffs that are cleared',
      'ClearTariffs',
      { tariffIds: ['night'] },
      { clearTariffsResult: [{ tariffId: 'night', status: 'Accepted' }] }
    ],
    [
      'TC_I_113_CSMS',
      'too long a tariff of a transaction',
      'ChangeTransactionTariff',
      { transactionId: 'tx', tariff: TARIFF },
      { status: 'TooManyElements' }
    ],
    [
      'TC_I_114_CSMS',
      'no conditions in a transaction',
      'ChangeTransactionTariff',
      { transactionId: 'tx', tariff: TARIFF },
      { status: 'ConditionNotSupported' }
    ],
    [
      'TC_I_115_CSMS',
      'another tariff of a transaction',
      'ChangeTransactionTariff',
      { transactionId: 'tx', tariff: TARIFF },
      ACCEPTED
    ],
    [
      'TC_N_104_CSMS',
      'a report of a kind of monitor',
      'GetMonitoringReport',
      { requestId: 1, monitoringCriteria: ['DeltaMonitoring'] },
      { status: 'EmptyResultSet' }
    ],
    [
      'TC_O_100_CSMS',
      'a language that it does not know',
      'SetDisplayMessage',
      {
        message: { id: 1, priority: 'NormalCycle', message: { format: 'UTF8', language: 'xx', content: 'Welcome' } }
      },
      { status: 'LanguageNotSupported' },
      { displayMessages: [] }
    ],
    [
      'TC_R_107_CSMS',
      'a setting for the grid',
      'SetDERControl',
      {
        isDefault: true,
        controlId: 'pf',
        controlType: 'FixedPFInject',
        fixedPFInject: { priority: 1, displacement: 0.9, excitation: true }
      },
      ACCEPTED
    ],
    [
      'TC_S_102_CSMS',
      'too few batteries',
      'RequestBatterySwap',
      { idToken: DRIVER, requestId: 1 },
      { status: 'Rejected' },
      { notifications: [] }
    ]
  ])
})

// --- B, C, E, F, G ------------------------------------------------------------------------------------------------

describe('2.1', () => {
  scenario('TC_B_103_CSMS', 'a transaction goes on over a reset', async (station) => {
    await charges(station)
    await station.isAsked('Reset', { type: 'ImmediateAndResume' }, ACCEPTED)
    await event(station, 'Updated', 1, {
      triggerReason: 'ResetCommand',
      transactionInfo: { chargingState: 'SuspendedEVSE' }
    })
    await station.reboot()
    await event(station, 'Updated', 2, { triggerReason: 'TxResumed', transactionInfo: { chargingState: 'Charging' } })
    await station.shows({
      transactions: [{ transactionId: 'tx', status: 'open', chargingState: 'Charging', seqNo: 2 }]
    })
  })

  scenario('TC_C_103_CSMS', 'a prepaid card', async (station) => {
    await backend.put('/id-tokens/PREPAID', { status: 'Accepted' })
    const idToken = { idToken: 'PREPAID', type: 'ISO14443' }
    assert.equal((await station.says('Authorize', { idToken })).idTokenInfo.status, 'Accepted')
  })

  scenario('TC_C_104_CSMS', 'a prepaid card that is used up', async (station) => {
    await backend.put('/id-tokens/EMPTY', { status: 'NoCredit' })
    const idToken = { idToken: 'EMPTY', type: 'ISO14443' }
    assert.equal((await station.says('Authorize', { idToken })).idTokenInfo.status, 'NoCredit')
  })

  scenario('TC_C_108_CSMS', 'a VAT number', async (station) => {
    const request = { vatNumber: 'NL123456789B01', evseId: 1 }
    assert.equal((await station.says('VatNumberValidation', request)).vatNumber, request.vatNumber)
    await keeps(station, 'VatNumberValidation', request)
  })

  for (const [id, status] of [
    ['TC_C_118_CSMS', 'Settled'],
    ['TC_C_119_CSMS', 'Failed'],
    ['TC_C_120_CSMS', 'Rejected']
  ] as const) {
    scenario(id, `a payment that is ${status}`, async (station) => {
      const request = { pspRef: 'p-1', status, settlementAmount: 12.5, settlementTime: LONG_AGO, transactionId: 'tx' }
      await station.says('NotifySettlement', request)
      await keeps(station, 'NotifySettlement', request)
    })
  }

  for (const [id, limit] of [
    ['TC_E_106_CSMS', { maxEnergy: 10_000 }],
    ['TC_E_107_CSMS', { maxTime: 3600 }]
  ] as const) {
    scenario(id, `a transaction that ends at ${JSON.stringify(limit)}`, async (station) => {
      await charges(station)
      const transactionInfo = { transactionLimit: limit }
      assert.deepEqual(await event(station, 'Updated', 1, { triggerReason: 'LimitSet', transactionInfo }), {})
      const stoppedReason = id === 'TC_E_106_CSMS' ? 'EnergyLimitReached' : 'TimeLimitReached'
      await event(station, 'Ended', 2, { transactionInfo: { stoppedReason } })
      await station.shows({ transactions: [{ transactionId: 'tx', status: 'ended', stopReason: stoppedReason }] })
    })
  }

  scenario('TC_E_113_CSMS', 'a transaction that is resumed', async (station) => {
    await charges(station)
    await station.reboot()
    await event(station, 'Updated', 1, { triggerReason: 'TxResumed', transactionInfo: { chargingState: 'Charging' } })
    await station.shows({ transactions: [{ transactionId: 'tx', status: 'open' }] })
  })

  scenario('TC_F_100_CSMS', 'a trigger of a vendor', async (station) => {
    const request = { requestedMessage: 'CustomTrigger' as const, customTrigger: 'com.example.x' }
    await station.isAsked('TriggerMessage', request, ACCEPTED)
  })

  scenario('TC_G_01_CSMS', 'a status that comes as an event', async (station) => {
    const eventData: v21.EventDataType = {
      eventId: 1,
      timestamp: LONG_AGO,
      trigger: 'Delta',
      actualValue: 'Occupied',
      eventNotificationType: 'HardWiredNotification',
      component: { name: 'Connector', evse: { id: 1, connectorId: 1 } },
      variable: { name: 'AvailabilityState' }
    }
    assert.deepEqual(await station.says('NotifyEvent', { generatedAt: LONG_AGO, seqNo: 0, eventData: [eventData] }), {})
    await station.shows({ connectors: [{ evseId: 1, connectorId: 1, status: 'Occupied' }] })
  })

  scenario('TC_I_122_CSMS', 'the cost that it has calculated itself', async (station) => {
    await charges(station)
    const costDetails: v21.CostDetailsType = {
      totalCost: { currency: 'EUR', typeOfCost: 'NormalCost', total: { exclTax: 10, inclTax: 12 } },
      totalUsage: { energy: 20_000, chargingTime: 3600, idleTime: 0 }
    }
    await event(station, 'Ended', 1, { costDetails })
    const { items } = await backend.get('/transactions?chargePoint=TC_I_122_CSMS')
    assert.deepEqual([items[0].cost, items[0].currency], [12, 'EUR'])
  })
})

// --- K: smart charging ------------------------------------------------------------------------------------------

describe('2.1 K: a profile', () => {
  const profiles: Readonly<Record<string, v21.ChargingProfileType>> = {
    TC_K_100_CSMS: profile({ maxOfflineDuration: 600 }),
    TC_K_101_CSMS: profile(
      {},
      schedule({ startSchedule: LONG_AGO }, { operationMode: 'CentralSetpoint', setpoint: 5000 })
    ),
    TC_K_102_CSMS: profile({}, schedule({ startSchedule: LONG_AGO, limitAtSoC: { soc: 80, limit: 3000 } })),
    TC_K_104_CSMS: profile({ chargingProfilePurpose: 'PriorityCharging' }),
    TC_K_106_CSMS: profile({}, schedule({ startSchedule: LONG_AGO, randomizedDelay: 60 })),
    TC_Q_109_CSMS: profile({ chargingProfileKind: 'Dynamic', dynUpdateInterval: 60 })
  }
  for (const [id, chargingProfile] of Object.entries(profiles)) {
    scenario(
      id,
      `of ${chargingProfile.chargingProfileKind}, ${chargingProfile.chargingProfilePurpose}`,
      async (station) => {
        await station.isAsked('SetChargingProfile', { evseId: 1, chargingProfile }, ACCEPTED)
        await station.shows({ chargingProfiles: [{ profileId: 7, evseId: 1, payload: chargingProfile }] })
      }
    )
  }

  scenario('TC_K_118_CSMS', 'that is put first', async (station) => {
    await charges(station)
    await station.isAsked('UsePriorityCharging', { transactionId: 'tx', activate: true }, ACCEPTED)
    assert.deepEqual(await station.says('NotifyPriorityCharging', { transactionId: 'tx', activated: true }), {})
    await keeps(station, 'NotifyPriorityCharging', { transactionId: 'tx', activated: true })
  })

  scenario('TC_Q_109_CSMS-update', 'that is changed while it holds', async (station) => {
    const chargingProfile = profile({ chargingProfileKind: 'Dynamic' })
    await station.isAsked('SetChargingProfile', { evseId: 1, chargingProfile }, ACCEPTED)
    await station.isAsked('UpdateDynamicSchedule', { chargingProfileId: 7, scheduleUpdate: { limit: 5000 } }, ACCEPTED)
  })
})

// --- M, N, O, Q, R, S -------------------------------------------------------------------------------------------

describe('2.1 and the rest', () => {
  scenario('TC_M_101_CSMS', 'a root of car makers', async (station) => {
    const certificateType = 'OEMRootCertificate'
    await station.isAsked('InstallCertificate', { certificateType, certificate: CERTIFICATE }, ACCEPTED)
    const chain = { certificateType, certificateHashData: HASH } as const
    const answer = { status: 'Accepted' as const, certificateHashDataChain: [chain] }
    await station.isAsked('GetInstalledCertificateIds', { certificateType: [certificateType] }, answer)
    await station.shows({ certificates: [{ type: certificateType, issuerKeyHash: HASH.issuerKeyHash }] })
  })

  scenario('TC_N_100_CSMS', 'a log of collected data', async (station) => {
    const log = { remoteLocation: 'https://example.com/log' }
    await station.isAsked('GetLog', { logType: 'DataCollectorLog', requestId: 1, log }, ACCEPTED)
    assert.deepEqual(await station.says('LogStatusNotification', { status: 'Uploaded', requestId: 1 }), {})
    await station.shows({ log: { status: 'Uploaded', requestId: 1 } })
  })

  scenario('TC_N_107_CSMS', 'a stream of events', async (station) => {
    const place = { component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'Power' } }
    const periodicEventStream = { interval: 5, values: 10 }
    const wanted = { ...place, type: 'Periodic' as const, value: 1, severity: 8, periodicEventStream }
    await station.isAsked(
      'SetVariableMonitoring',
      { setMonitoringData: [wanted] },
      { setMonitoringResult: [{ ...place, type: 'Periodic', severity: 8, id: 1, status: 'Accepted' }] }
    )
    const constantStreamData = { id: 9, variableMonitoringId: 1, params: periodicEventStream }
    assert.deepEqual(await station.says('OpenPeriodicEventStream', { constantStreamData }), ACCEPTED)
    const data = [{ t: 0, v: '7000' }]
    station.client.send('NotifyPeriodicEventStream', { id: 9, pending: 0, basetime: LONG_AGO, data })
    assert.deepEqual(await station.says('ClosePeriodicEventStream', { id: 9 }), {})
    await station.shows({
      monitors: [{ monitorId: 1, type: 'Periodic' }],
      notifications: [
        { action: 'ClosePeriodicEventStream' },
        { action: 'NotifyPeriodicEventStream', payload: { id: 9, data } },
        { action: 'OpenPeriodicEventStream' }
      ]
    })
  })

  scenario('TC_O_101_CSMS', 'the language of a driver', async (station) => {
    await backend.put('/id-tokens/DUTCH', { language: 'nl' })
    const { idTokenInfo } = await station.says('Authorize', { idToken: { idToken: 'DUTCH', type: 'ISO14443' } })
    assert.deepEqual(idTokenInfo, { status: 'Accepted', language1: 'nl' })
  })

  scenario('TC_Q_102_CSMS', 'what energy a car may give', async (station) => {
    await charges(station)
    const request = { transactionId: 'tx', allowedEnergyTransfer: ['AC_BPT' as const] }
    await station.isAsked('NotifyAllowedEnergyTransfer', request, ACCEPTED)
  })

  scenario('TC_Q_120_CSMS', 'a signal of the grid', async (station) => {
    await station.isAsked('AFRRSignal', { timestamp: LONG_AGO, signal: 10 }, ACCEPTED)
  })

  scenario('TC_R_108_CSMS', 'an alarm of the grid', async (station) => {
    const request = { controlType: 'FreqDroop' as const, timestamp: LONG_AGO, gridEventFault: 'OverFrequency' as const }
    assert.deepEqual(await station.says('NotifyDERAlarm', request), {})
    await keeps(station, 'NotifyDERAlarm', request)
  })

  scenario('TC_S_103_CSMS', 'a battery for another', async (station) => {
    await station.isAsked('RequestBatterySwap', { idToken: DRIVER, requestId: 1 }, ACCEPTED)
    const batteryData = [{ evseId: 1, serialNumber: 'B-1', soC: 90, soH: 99 }]
    for (const eventType of ['BatteryIn', 'BatteryOut'] as const) {
      assert.deepEqual(await station.says('BatterySwap', { batteryData, eventType, idToken: DRIVER, requestId: 1 }), {})
    }
    await station.shows({
      notifications: [
        { action: 'BatterySwap', payload: { eventType: 'BatteryOut', requestId: 1 } },
        { action: 'BatterySwap', payload: { eventType: 'BatteryIn', requestId: 1 } }
      ]
    })
  })
})
