import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type * as v201 from 'fastify-ocpp/v201'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { CERTIFICATE } from './certificates.js'
import { Backend, casesOf, copesWith, type Row } from './station.js'
import { ACCEPTED, charging, type Station2, status } from './v201.js'

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp2.0.1')
const alone = { boot: false }

const PASSWORD = 'correct-horse-battery'
const NEW_PASSWORD = 'staple-of-the-battery'

// --- A: security ------------------------------------------------------------------------------------------------

async function logsIn(station: Station2, password = PASSWORD): Promise<void> {
  await backend.put(`/charge-points/${station.identity}`, { password })
  await station.connect({ password })
  await station.boot()
}

const passwordVariable = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } }

function setPassword(station: Station2, attributeStatus: 'Accepted' | 'Rejected'): Promise<void> {
  return station.isAsked(
    'SetVariables',
    { setVariableData: [{ ...passwordVariable, attributeValue: NEW_PASSWORD }] },
    { setVariableResult: [{ ...passwordVariable, attributeStatus }] }
  )
}

describe('2.0.1 A', () => {
  scenario(
    'TC_A_01_CSMS',
    'the right name and password',
    async (station) => {
      await logsIn(station)
      await station.shows({ bootStatus: 'Accepted', connected: true, hasPassword: true })
    },
    alone
  )

  scenario(
    'TC_A_02_CSMS',
    'the name of another',
    async (station) => {
      await backend.put('/charge-points/TC_A_02_CSMS', { password: PASSWORD })
      assert.equal(await station.refusal({ username: 'TC_A_01_CSMS', password: PASSWORD }), 401)
    },
    alone
  )

  scenario(
    'TC_A_03_CSMS',
    'a wrong password',
    async (station) => {
      await backend.put('/charge-points/TC_A_03_CSMS', { password: PASSWORD })
      assert.equal(await station.refusal({ password: NEW_PASSWORD }), 401)
      assert.equal(await station.refusal(), 401)
    },
    alone
  )

  scenario(
    'TC_A_09_CSMS',
    'a new password',
    async (station) => {
      await logsIn(station)
      await setPassword(station, 'Accepted')
      await station.reboot({ password: NEW_PASSWORD })
      await station.client.close()
      assert.equal(await station.refusal({ password: PASSWORD }), 401)
      assert.ok(!JSON.stringify(await station.state()).includes(NEW_PASSWORD))
    },
    alone
  )

  scenario(
    'TC_A_10_CSMS',
    'a new password that is refused',
    async (station) => {
      await logsIn(station)
      await setPassword(station, 'Rejected')
      await station.reboot({ password: PASSWORD })
      await station.client.close()
      assert.equal(await station.refusal({ password: NEW_PASSWORD }), 401)
    },
    alone
  )

  for (const [id, requestedMessage, certificateType] of [
    ['TC_A_11_CSMS', 'SignChargingStationCertificate', 'ChargingStationCertificate'],
    ['TC_A_12_CSMS', 'SignV2GCertificate', 'V2GCertificate'],
    ['TC_A_13_CSMS', 'SignCombinedCertificate', undefined]
  ] as const) {
    scenario(id, `a certificate after ${requestedMessage}`, async (station) => {
      await station.isAsked('TriggerMessage', { requestedMessage }, ACCEPTED)
      const request = { certificateChain: CERTIFICATE, ...(certificateType !== undefined && { certificateType }) }
      await station.isAsked('CertificateSigned', request, ACCEPTED)
      await station.shows({
        certificates: [{ type: certificateType ?? 'ChargingStationCertificate', pem: CERTIFICATE }]
      })
    })
  }

  scenario('TC_A_14_CSMS', 'a certificate that is refused', async (station) => {
    await station.isAsked('TriggerMessage', { requestedMessage: 'SignChargingStationCertificate' }, ACCEPTED)
    await station.isAsked('CertificateSigned', { certificateChain: CERTIFICATE }, { status: 'Rejected' })
    const event = { type: 'InvalidChargingStationCertificate', timestamp: '2026-01-01T00:00:00.000Z' }
    assert.deepEqual(await station.says('SecurityEventNotification', event), {})
    await station.shows({ certificates: [], securityEvents: [{ type: event.type, source: 'chargePoint' }] })
  })

  scenario('TC_A_19_CSMS', 'a higher security profile', async (station) => {
    const variable = { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'NetworkConfigurationPriority' } }
    await setPassword(station, 'Accepted')
    await station.isAsked('SetNetworkProfile', { configurationSlot: 1, connectionData: NETWORK }, ACCEPTED)
    await station.isAsked(
      'SetVariables',
      { setVariableData: [{ ...variable, attributeValue: '1' }] },
      { setVariableResult: [{ ...variable, attributeStatus: 'RebootRequired' }] }
    )
    await station.isAsked('Reset', { type: 'OnIdle' }, ACCEPTED)
    await station.reboot({ password: NEW_PASSWORD })
    await station.client.close()
    assert.equal(await station.refusal(), 401)
  })
})

// --- B: provisioning --------------------------------------------------------------------------------------------

const NETWORK: v201.SetNetworkProfileRequest['connectionData'] = {
  ocppVersion: 'OCPP20',
  ocppTransport: 'JSON',
  ocppCsmsUrl: 'wss://csms.example.com/ocpp',
  messageTimeout: 30,
  securityProfile: 1,
  ocppInterface: 'Wired0'
}

const retries = {
  component: { name: 'OCPPCommCtrlr' },
  variable: { name: 'MessageAttempts', instance: 'TransactionEvent' }
}
const offline = { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'OfflineThreshold' } }
const read = (of: typeof retries | typeof offline, attributeValue: string) => ({
  ...of,
  attributeStatus: 'Accepted' as const,
  attributeValue
})
const variable = ({ variable: { name } }: { variable: { name: string } }, value: string) => ({
  component: 'OCPPCommCtrlr',
  variable: name,
  attribute: 'Actual',
  value
})

const B_ROWS: readonly Row<'ocpp2.0.1'>[] = [
  [
    'TC_B_06_CSMS',
    'one variable read',
    'GetVariables',
    { getVariableData: [{ ...offline, attributeType: 'Actual' }] },
    { getVariableResult: [read(offline, '60')] },
    { variables: [variable(offline, '60')] }
  ],
  [
    'TC_B_07_CSMS',
    'several variables read',
    'GetVariables',
    { getVariableData: [retries, offline] },
    { getVariableResult: [read(retries, '3'), read(offline, '60')] },
    { variables: [{ ...variable(retries, '3'), variableInstance: 'TransactionEvent' }, variable(offline, '60')] }
  ],
  [
    'TC_B_08_CSMS',
    'as many variables as it takes',
    'GetVariables',
    { getVariableData: [offline, offline, offline, offline] },
    { getVariableResult: [read(offline, '60'), read(offline, '60'), read(offline, '60'), read(offline, '60')] },
    { variables: [variable(offline, '60')] }
  ],
  [
    'TC_B_09_CSMS',
    'one variable set',
    'SetVariables',
    { setVariableData: [{ ...offline, attributeValue: '90' }] },
    { setVariableResult: [{ ...offline, attributeStatus: 'Accepted' }] },
    { variables: [variable(offline, '90')] }
  ],
  [
    'TC_B_10_CSMS',
    'several variables set, one in vain',
    'SetVariables',
    {
      setVariableData: [
        { ...retries, attributeValue: '5' },
        { ...offline, attributeValue: '-1' }
      ]
    },
    {
      setVariableResult: [
        { ...retries, attributeStatus: 'Accepted' },
        { ...offline, attributeStatus: 'Rejected' }
      ]
    },
    { variables: [{ ...variable(retries, '5'), variableInstance: 'TransactionEvent' }] }
  ],
  ['TC_B_25_CSMS', 'an EVSE that is reset', 'Reset', { type: 'OnIdle', evseId: 1 }, ACCEPTED, { transactions: [] }],
  [
    'TC_B_42_CSMS',
    'a network profile',
    'SetNetworkProfile',
    { configurationSlot: 1, connectionData: NETWORK },
    ACCEPTED
  ],
  [
    'TC_B_44_CSMS',
    'a network profile that fails',
    'SetNetworkProfile',
    { configurationSlot: 99, connectionData: NETWORK },
    { status: 'Failed' }
  ]
]

describe('2.0.1 B', () => {
  copesWith(backend, scenario, B_ROWS)

  scenario(
    'TC_B_01_CSMS',
    'a cold boot',
    async (station) => {
      await station.connect()
      const chargingStation = { vendorName: 'Acme', model: 'Two', firmwareVersion: '2.0' }
      const boot = await station.says('BootNotification', { reason: 'PowerUp', chargingStation })
      assert.equal(boot.status, 'Accepted')
      assert.ok(boot.interval > 0)
      await status(station, 'Available')
      assert.ok((await station.says('Heartbeat', {})).currentTime)
      await station.shows({
        bootStatus: 'Accepted',
        boot: { vendor: 'Acme', model: 'Two', firmwareVersion: '2.0', reason: 'PowerUp' },
        connectors: [{ evseId: 1, connectorId: 1, status: 'Available' }]
      })
    },
    alone
  )

  async function connectsAs(station: Station2, registration: 'Pending' | 'Rejected'): Promise<void> {
    await backend.put(`/charge-points/${station.identity}`, { registration })
    await station.connect()
    await station.shows({ registration })
    assert.equal(((await station.boot()) as v201.BootNotificationResponse).status, registration)
  }

  async function isLetIn(station: Station2): Promise<void> {
    await backend.put(`/charge-points/${station.identity}`, { registration: 'Accepted' })
    assert.equal(((await station.boot()) as v201.BootNotificationResponse).status, 'Accepted')
    await status(station, 'Available')
    await station.shows({ bootStatus: 'Accepted', connectors: [{ status: 'Available' }] })
  }

  scenario(
    'TC_B_02_CSMS',
    'a boot that is answered Pending, and what is asked meanwhile',
    async (station) => {
      await connectsAs(station, 'Pending')
      await station.isAsked(
        'SetVariables',
        { setVariableData: [{ ...offline, attributeValue: '90' }] },
        { setVariableResult: [{ ...offline, attributeStatus: 'Accepted' }] }
      )
      await station.isAsked(
        'GetVariables',
        { getVariableData: [offline] },
        { getVariableResult: [read(offline, '90')] }
      )
      await station.isAsked('GetBaseReport', { requestId: 1, reportBase: 'FullInventory' }, ACCEPTED)
      assert.deepEqual(await station.says('NotifyReport', report(1, 0, 'OfflineThreshold', '95')), {})
      await station.shows({ bootStatus: 'Pending', variables: [variable(offline, '95')] })
      await isLetIn(station)
    },
    alone
  )

  for (const registration of ['Pending', 'Rejected'] as const) {
    scenario(
      `TC_B_30_CSMS-${registration}`,
      `what it says unasked while it is ${registration}`,
      async (station) => {
        await connectsAs(station, registration)
        await assert.rejects(status(station, 'Available'), /^CallError: SecurityError/)
        await station.shows({ bootStatus: registration, connectors: [] })
        await isLetIn(station)
      },
      alone
    )
  }

  scenario(
    'TC_B_31_CSMS',
    'a boot that is triggered',
    async (station) => {
      await connectsAs(station, 'Pending')
      await station.isAsked('TriggerMessage', { requestedMessage: 'BootNotification' }, ACCEPTED)
      await isLetIn(station)
    },
    alone
  )

  const report = (requestId: number, seqNo: number, name: string, value: string, tbc = false) => ({
    requestId,
    generatedAt: '2026-01-01T00:00:00.000Z',
    seqNo,
    tbc,
    reportData: [
      {
        component: { name: 'OCPPCommCtrlr' },
        variable: { name },
        variableAttribute: [{ type: 'Actual' as const, value, mutability: 'ReadWrite' as const }],
        variableCharacteristics: { dataType: 'integer' as const, supportsMonitoring: false }
      }
    ]
  })

  for (const [id, reportBase] of [
    ['TC_B_12_CSMS', 'ConfigurationInventory'],
    ['TC_B_13_CSMS', 'FullInventory'],
    ['TC_B_14_CSMS', 'SummaryInventory']
  ] as const) {
    scenario(id, `a report: ${reportBase}`, async (station) => {
      await station.isAsked('GetBaseReport', { requestId: 7, reportBase }, ACCEPTED)
      const requested = { action: 'NotifyReport', requestId: 7 }
      assert.deepEqual(await station.says('NotifyReport', report(7, 0, 'OfflineThreshold', '60', true)), {})
      await station.shows({ reports: [{ ...requested, complete: false }] })
      assert.deepEqual(await station.says('NotifyReport', report(7, 1, 'RetryBackOffWaitMinimum', '10')), {})
      await station.shows({
        variables: [
          { ...variable(offline, '60'), mutability: 'ReadWrite', characteristics: { dataType: 'integer' } },
          { component: 'OCPPCommCtrlr', variable: 'RetryBackOffWaitMinimum', value: '10' }
        ],
        reports: [{ ...requested, complete: true }]
      })
    })
  }

  scenario('TC_B_18_CSMS', 'a report of some components, and one of nothing', async (station) => {
    const request: v201.GetReportRequest = {
      requestId: 8,
      componentCriteria: ['Problem'],
      componentVariable: [{ component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'AvailabilityState' } }]
    }
    await station.isAsked('GetReport', request, ACCEPTED)
    assert.deepEqual(await station.says('NotifyReport', report(8, 0, 'OfflineThreshold', '60')), {})
    await station.shows({ reports: [{ action: 'NotifyReport', requestId: 8, complete: true }] })
    await station.isAsked('GetReport', { ...request, requestId: 9 }, { status: 'EmptyResultSet' })
  })

  scenario('TC_B_20_CSMS', 'a reset when idle', async (station) => {
    await station.isAsked('Reset', { type: 'OnIdle' }, ACCEPTED)
    await station.reconnect()
    const chargingStation = { vendorName: 'Acme', model: 'Two' }
    const { status } = await station.says('BootNotification', { reason: 'RemoteReset', chargingStation })
    assert.equal(status, 'Accepted')
    await station.shows({ boot: { reason: 'RemoteReset' } })
  })

  for (const [id, type, evseId, answer, stoppedReason] of [
    ['TC_B_21_CSMS', 'OnIdle', undefined, 'Scheduled', 'EVDisconnected'],
    ['TC_B_22_CSMS', 'Immediate', undefined, 'Accepted', 'ImmediateReset'],
    ['TC_B_26_CSMS', 'OnIdle', 1, 'Scheduled', 'EVDisconnected'],
    ['TC_B_27_CSMS', 'Immediate', 1, 'Accepted', 'ImmediateReset']
  ] as const) {
    scenario(id, `a reset ${type} of ${evseId === undefined ? 'all' : 'an EVSE'} in a transaction`, async (station) => {
      const session = await charging(station)
      await station.isAsked('Reset', { type, ...(evseId !== undefined && { evseId }) }, { status: answer })
      await station.shows({ transactions: [{ status: 'open' }] })
      await session.tells('Ended', type === 'OnIdle' ? 'EVCommunicationLost' : 'ResetCommand', { stoppedReason })
      if (evseId === undefined) await station.reboot()
      await station.shows({
        transactions: [{ transactionId: session.transactionId, status: 'ended', stopReason: stoppedReason }]
      })
    })
  }

  it('TC_B_58_CSMS: subprotocols', async () => {
    const { url } = backend.server
    const charger = await connectCharger(url, 'TC_B_58_CSMS', { protocol: ['ocpp0.1', 'ocpp2.0.1'] })
    assert.equal(charger.protocol, 'ocpp2.0.1')
    assert.equal((await refusedCharger(url, 'TC_B_58_CSMS', { protocol: 'ocpp0.1' })).status, 400)
  })
})
