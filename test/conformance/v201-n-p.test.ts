import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type * as v201 from 'fastify-ocpp/v201'
import { HASH } from './certificates.js'
import { Backend, casesOf, copesWith } from './station.js'
import { ACCEPTED, charging, DRIVER, EVSE, isAuthorized, Session, type Station2 } from './v201.js'

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp2.0.1')

const LONG_AGO = '2026-01-01T00:00:00.000Z'

// --- N: monitoring, logs, customer information --------------------------------------------------------------------

const VOLTAGE = { component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'Voltage' } }
const CURRENT = { component: { name: 'Connector', evse: EVSE }, variable: { name: 'Current' } }

function monitor(of: typeof VOLTAGE, id: number, type: v201.MonitorEnumType, value: number) {
  return {
    set: { ...of, type, value, severity: 5, transaction: false },
    result: { ...of, type, severity: 5, id, status: 'Accepted' as const },
    shown: { monitorId: id, component: of.component.name, variable: of.variable.name, type, value, severity: 5 }
  }
}

async function monitors(station: Station2, ...all: ReturnType<typeof monitor>[]): Promise<void> {
  await station.isAsked(
    'SetVariableMonitoring',
    { setMonitoringData: all.map(({ set }) => set) },
    { setMonitoringResult: all.map(({ result }) => result) }
  )
  await station.shows({ monitors: all.map(({ shown }) => shown) })
}

async function event(station: Station2, more: Partial<v201.EventDataType>, shown: object = {}): Promise<void> {
  const eventData: v201.EventDataType = {
    eventId: 1,
    timestamp: LONG_AGO,
    trigger: 'Alerting',
    actualValue: '260',
    eventNotificationType: 'CustomMonitor',
    ...VOLTAGE,
    ...more
  }
  const request = { generatedAt: LONG_AGO, seqNo: 0, eventData: [eventData] }
  assert.deepEqual(await station.says('NotifyEvent', request), {})
  const { trigger, actualValue, eventNotificationType } = eventData
  const told = { component: 'EVSE', variable: 'Voltage', trigger, actualValue, eventNotificationType }
  await station.shows({ deviceEvents: [{ ...told, ...shown }] })
}

describe('2.0.1 N: monitors', () => {
  const requests: Readonly<Record<string, Omit<v201.GetMonitoringReportRequest, 'requestId'>>> = {
    TC_N_01_CSMS: { monitoringCriteria: ['ThresholdMonitoring', 'DeltaMonitoring', 'PeriodicMonitoring'] },
    TC_N_02_CSMS: { componentVariable: [VOLTAGE] },
    TC_N_03_CSMS: { monitoringCriteria: ['ThresholdMonitoring'], componentVariable: [VOLTAGE] },
    TC_N_47_CSMS: {},
    TC_N_60_CSMS: { monitoringCriteria: ['DeltaMonitoring'], componentVariable: [{ component: CURRENT.component }] }
  }
  for (const [id, request] of Object.entries(requests)) {
    scenario(id, `a report of ${JSON.stringify(Object.keys(request))}, and one of nothing`, async (station) => {
      await station.isAsked('GetMonitoringReport', { requestId: 1, ...request }, ACCEPTED)
      const variableMonitoring = [
        { id: 1, transaction: false, value: 250, type: 'UpperThreshold' as const, severity: 5 }
      ]
      const report = { requestId: 1, seqNo: 0, generatedAt: LONG_AGO, monitor: [{ ...VOLTAGE, variableMonitoring }] }
      assert.deepEqual(await station.says('NotifyMonitoringReport', report), {})
      await station.shows({
        monitors: [
          { monitorId: 1, component: 'EVSE', evseId: 1, variable: 'Voltage', type: 'UpperThreshold', value: 250 }
        ],
        reports: [{ action: 'NotifyMonitoringReport', requestId: 1, complete: true }]
      })
      await station.isAsked('GetMonitoringReport', { requestId: 2, ...request }, { status: 'EmptyResultSet' })
    })
  }

  scenario('TC_N_05_CSMS', 'every base', async (station) => {
    for (const monitoringBase of ['All', 'FactoryDefault', 'HardWiredOnly'] as const) {
      await station.isAsked('SetMonitoringBase', { monitoringBase }, ACCEPTED)
    }
  })

  scenario('TC_N_08_CSMS', 'one that is set', (station) =>
    monitors(station, monitor(VOLTAGE, 1, 'UpperThreshold', 250))
  )

  scenario('TC_N_09_CSMS', 'several that are set', (station) =>
    monitors(station, monitor(VOLTAGE, 1, 'UpperThreshold', 250), monitor(CURRENT, 2, 'Delta', 3))
  )

  copesWith(backend, scenario, [
    ['TC_N_16_CSMS', 'a level', 'SetMonitoringLevel', { severity: 4 }, ACCEPTED],
    ['TC_N_17_CSMS', 'no such level', 'SetMonitoringLevel', { severity: 9 }, { status: 'Rejected' }]
  ])

  scenario('TC_N_18_CSMS', 'many that are cleared', async (station) => {
    await monitors(station, monitor(VOLTAGE, 1, 'UpperThreshold', 250), monitor(CURRENT, 2, 'Delta', 3))
    await station.isAsked(
      'ClearVariableMonitoring',
      { id: [1, 2, 3] },
      {
        clearMonitoringResult: [
          { id: 1, status: 'Accepted' },
          { id: 2, status: 'Accepted' },
          { id: 3, status: 'NotFound' }
        ]
      }
    )
    await station.shows({ monitors: [] })
  })

  scenario('TC_N_44_CSMS', 'one that cannot be cleared', async (station) => {
    await monitors(station, monitor(VOLTAGE, 1, 'UpperThreshold', 250))
    await station.isAsked(
      'ClearVariableMonitoring',
      { id: [1] },
      { clearMonitoringResult: [{ id: 1, status: 'Rejected' }] }
    )
    await station.shows({ monitors: [{ monitorId: 1 }] })
  })

  scenario('TC_N_21_CSMS', 'one that is wired', (station) =>
    event(station, { eventNotificationType: 'HardWiredMonitor' })
  )

  scenario('TC_N_24_CSMS', 'one that tells from time to time', async (station) => {
    await monitors(station, monitor(VOLTAGE, 1, 'Periodic', 60))
    await event(station, { trigger: 'Periodic', variableMonitoringId: 1 }, { monitorId: 1 })
  })

  scenario('TC_N_48_CSMS', 'one of what cannot be read', (station) => event(station, { actualValue: '' }))

  scenario('TC_N_49_CSMS', 'one that has cleared after a reboot', async (station) => {
    await station.reboot()
    await event(station, { cleared: true, variableMonitoringId: 1 }, { cleared: true })
  })

  scenario('TC_N_50_CSMS', 'one that tells from time to time after a reboot', async (station) => {
    await station.reboot()
    await event(station, { trigger: 'Periodic', variableMonitoringId: 1 })
  })
})

describe('2.0.1 N: logs', () => {
  const request = (logType: v201.GetLogRequest['logType'], requestId = 1): v201.GetLogRequest => ({
    logType,
    requestId,
    log: { remoteLocation: 'https://example.com/log' }
  })

  async function uploads(station: Station2, requestId = 1): Promise<void> {
    for (const status of ['Uploading', 'Uploaded'] as const) {
      assert.deepEqual(await station.says('LogStatusNotification', { status, requestId }), {})
      await station.shows({ log: { status, requestId } })
    }
  }

  for (const [id, logType] of [
    ['TC_N_25_CSMS', 'DiagnosticsLog'],
    ['TC_N_35_CSMS', 'SecurityLog']
  ] as const) {
    scenario(id, `the ${logType}`, async (station) => {
      await station.isAsked('GetLog', request(logType), { status: 'Accepted', filename: 'log.txt' })
      await uploads(station)
    })
  }

  copesWith(backend, scenario, [
    ['TC_N_34_CSMS', 'no log', 'GetLog', request('DiagnosticsLog'), { status: 'Rejected' }, { progress: [] }]
  ])

  scenario('TC_N_36_CSMS', 'a second one instead of the first', async (station) => {
    await station.isAsked('GetLog', request('DiagnosticsLog'), ACCEPTED)
    assert.deepEqual(await station.says('LogStatusNotification', { status: 'Uploading', requestId: 1 }), {})
    await station.isAsked('GetLog', request('DiagnosticsLog', 2), { status: 'AcceptedCanceled', filename: 'log.txt' })
    assert.deepEqual(await station.says('LogStatusNotification', { status: 'AcceptedCanceled', requestId: 1 }), {})
    await uploads(station, 2)
  })
})

describe('2.0.1 N: customer information', () => {
  const { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber } = HASH
  const customerCertificate = { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }
  const asked: readonly (readonly [string, Omit<v201.CustomerInformationRequest, 'requestId'>, string[]])[] = [
    ['TC_N_27_CSMS', { report: true, clear: false, idToken: DRIVER }, ['all of ', 'it']],
    ['TC_N_28_CSMS', { report: true, clear: false, idToken: DRIVER }, ['']],
    ['TC_N_30_CSMS', { report: true, clear: true, idToken: DRIVER }, ['all of it']],
    ['TC_N_31_CSMS', { report: true, clear: true, idToken: DRIVER }, ['']],
    ['TC_N_32_CSMS', { report: false, clear: true, idToken: DRIVER }, ['']],
    ['TC_N_62_CSMS', { report: true, clear: true, customerIdentifier: 'someone' }, ['all of it']],
    ['TC_N_63_CSMS', { report: true, clear: true, customerCertificate }, ['all of it']]
  ]

  async function tells(station: Station2, parts: readonly string[]): Promise<void> {
    for (const [seqNo, data] of parts.entries()) {
      const part = { data, seqNo, requestId: 1, generatedAt: LONG_AGO, tbc: seqNo < parts.length - 1 }
      assert.deepEqual(await station.says('NotifyCustomerInformation', part), {})
    }
    const { reports } = await station.state()
    assert.deepEqual([reports.length, reports[0].complete, reports[0].payload ?? ''], [1, true, parts.join('')])
  }

  for (const [id, request, parts] of asked) {
    const what = Object.keys(request).at(-1)
    scenario(id, `by ${what}: ${JSON.stringify(parts)}`, async (station) => {
      await station.isAsked('CustomerInformation', { requestId: 1, ...request }, ACCEPTED)
      await tells(station, parts)
    })
  }

  copesWith(backend, scenario, [
    [
      'TC_N_29_CSMS',
      'none',
      'CustomerInformation',
      { requestId: 1, report: true, clear: false, idToken: DRIVER },
      { status: 'Rejected' },
      { reports: [] }
    ]
  ])

  scenario('TC_N_46_CSMS', 'cleared, and out of the local list', async (station) => {
    const list = [{ idToken: DRIVER, idTokenInfo: ACCEPTED }]
    const full = { versionNumber: 1, updateType: 'Full' as const, localAuthorizationList: list }
    await station.isAsked('SendLocalList', full, ACCEPTED)
    await station.isAsked('CustomerInformation', { requestId: 1, report: true, clear: true, idToken: DRIVER }, ACCEPTED)
    await tells(station, ['all of it'])
    const update = {
      versionNumber: 2,
      updateType: 'Differential' as const,
      localAuthorizationList: [{ idToken: DRIVER }]
    }
    await station.isAsked('SendLocalList', update, ACCEPTED)
    await station.shows({ localList: { version: 2, entries: [] } })
  })
})

// --- O: display messages ------------------------------------------------------------------------------------------

function message(more: Partial<v201.MessageInfoType> = {}): v201.MessageInfoType {
  return { id: 1, priority: 'NormalCycle', message: { format: 'UTF8', content: 'Welcome', language: 'en' }, ...more }
}

function displays(station: Station2, shown: v201.MessageInfoType): Promise<void> {
  return station.isAsked('SetDisplayMessage', { message: shown }, ACCEPTED)
}

const nothing = { displayMessages: [] }

describe('2.0.1 O', () => {
  const plain: Readonly<Record<string, Partial<v201.MessageInfoType>>> = {
    TC_O_01_CSMS: {},
    TC_O_13_CSMS: { startDateTime: '2099-01-01T00:00:00.000Z' },
    TC_O_14_CSMS: { endDateTime: '2099-01-01T00:00:00.000Z' },
    TC_O_25_CSMS: { state: 'Charging' }
  }
  for (const [id, more] of Object.entries(plain)) {
    scenario(id, `a message with ${JSON.stringify(more)}`, async (station) => {
      await displays(station, message(more))
      await station.shows({ displayMessages: [{ messageId: 1, priority: 'NormalCycle', payload: message(more) }] })
    })
  }

  const ofTransaction: Readonly<Record<string, Partial<v201.MessageInfoType>>> = {
    TC_O_06_CSMS: {},
    TC_O_27_CSMS: { startDateTime: '2099-01-01T00:00:00.000Z' },
    TC_O_28_CSMS: { endDateTime: '2099-01-01T00:00:00.000Z' }
  }
  for (const [id, more] of Object.entries(ofTransaction)) {
    scenario(id, `a message of a transaction with ${JSON.stringify(more)}`, async (station) => {
      const session = await charging(station)
      const { transactionId } = session
      await displays(station, message({ ...more, transactionId }))
      await station.shows({ displayMessages: [{ messageId: 1, payload: { transactionId } }] })
      await session.ends('Local')
      await station.shows(nothing)
    })
  }

  const refused: readonly (readonly [
    string,
    v201.SetDisplayMessageResponse['status'],
    Partial<v201.MessageInfoType>
  ])[] = [
    ['TC_O_10_CSMS', 'UnknownTransaction', { transactionId: 'none' }],
    ['TC_O_17_CSMS', 'NotSupportedPriority', { priority: 'AlwaysFront' }],
    ['TC_O_18_CSMS', 'NotSupportedState', { state: 'Faulted' }],
    ['TC_O_19_CSMS', 'NotSupportedMessageFormat', { message: { format: 'HTML', content: '<b>Welcome</b>' } }],
    ['TC_O_26_CSMS', 'Rejected', {}]
  ]
  for (const [id, status, more] of refused) {
    scenario(id, status, async (station) => {
      await station.isAsked('SetDisplayMessage', { message: message(more) }, { status })
      await station.shows(nothing)
    })
  }

  scenario('TC_O_12_CSMS', 'a message instead of another', async (station) => {
    await displays(station, message())
    const other = message({ message: { format: 'ASCII', content: 'Good bye' } })
    await displays(station, other)
    await station.shows({ displayMessages: [{ messageId: 1, payload: other }] })
  })

  scenario('TC_O_04_CSMS', 'a message that is cleared', async (station) => {
    await displays(station, message())
    await station.isAsked('ClearDisplayMessage', { id: 1 }, ACCEPTED)
    await station.shows(nothing)
  })

  scenario('TC_O_05_CSMS', 'a message that was not there', async (station) => {
    await displays(station, message())
    await station.isAsked('ClearDisplayMessage', { id: 2 }, { status: 'Unknown' })
    await station.shows({ displayMessages: [{ messageId: 1 }] })
  })

  const filters: Readonly<Record<string, Omit<v201.GetDisplayMessagesRequest, 'requestId'>>> = {
    TC_O_02_CSMS: {},
    TC_O_07_CSMS: { id: [1] },
    TC_O_08_CSMS: { priority: 'NormalCycle' },
    TC_O_09_CSMS: { state: 'Charging' }
  }
  for (const [id, filter] of Object.entries(filters)) {
    scenario(id, `messages told, by ${JSON.stringify(filter)}`, async (station) => {
      await station.isAsked('GetDisplayMessages', { requestId: 1, ...filter }, ACCEPTED)
      for (const [id, tbc] of [
        [1, true],
        [2, false]
      ] as const) {
        const part = { requestId: 1, tbc, messageInfo: [message({ id, state: 'Charging' })] }
        assert.deepEqual(await station.says('NotifyDisplayMessages', part), {})
      }
      await station.shows({
        displayMessages: [
          { messageId: 1, state: 'Charging' },
          { messageId: 2, state: 'Charging' }
        ]
      })
    })
  }

  scenario('TC_O_03_CSMS', 'no messages at all', async (station) => {
    await displays(station, message())
    await station.isAsked('GetDisplayMessages', { requestId: 1 }, { status: 'Unknown' })
    await station.shows(nothing)
  })

  scenario('TC_O_11_CSMS', 'no such messages', async (station) => {
    await displays(station, message())
    await station.isAsked('GetDisplayMessages', { requestId: 1, state: 'Faulted' }, { status: 'Unknown' })
    await station.shows({ displayMessages: [{ messageId: 1 }] })
  })
})

// --- P: data transfer -------------------------------------------------------------------------------------------

describe('2.0.1 P', () => {
  scenario('TC_P_02_CSMS', 'data of a vendor that nobody knows', async (station) => {
    const { status } = await station.says('DataTransfer', { vendorId: 'com.example', messageId: 'x', data: { a: 1 } })
    assert.equal(status, 'UnknownVendorId')
  })

  scenario('TC_P_03_CSMS', 'custom data', async (station) => {
    const customData = { vendorId: 'com.example', anything: [1, { more: true }] }
    const request = { evseId: 1, connectorId: 1, connectorStatus: 'Occupied' as const, timestamp: LONG_AGO, customData }
    assert.deepEqual(await station.says('StatusNotification', request), {})
    await isAuthorized(station)
    const session = new Session(station)
    assert.deepEqual(
      await session.tells('Started', 'CablePluggedIn', { evse: { ...EVSE, customData }, customData }),
      {}
    )
    await station.shows({ connectors: [{ status: 'Occupied' }], transactions: [{ status: 'open' }] })
    const { items } = await backend.get('/transactions?chargePoint=TC_P_03_CSMS')
    const { events } = await backend.get(`/transactions/${items[0].id}`)
    assert.deepEqual(events[0].request.customData, customData)
  })
})
