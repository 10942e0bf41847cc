import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import type { Quirk } from '../../src/simulator/model/quirks.js'
import { ManualScheduler } from '../../src/simulator/scheduler.js'
import { reset } from '../../src/simulator/sessions/transactions.js'
import { itemsOf, onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { createCharger } from '../simulator/support.js'
import { connectCharger, ErrorAnswer } from '../support/charger.js'
import { listen, type TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }

/** A charger with a limit of its own and one of its EVSE, which boots. Returns the requests since then. */
async function booted(server: TestServer, protocol: Protocol, quirks: readonly Quirk[]) {
  const identity = `AB-${protocol}-${quirks.join()}`
  const time = new ManualScheduler(Date.now())
  const test = createCharger({ url: `${server.url}/ocpp` }, protocol, { identity, time, layout: { quirks } })
  const { charger } = test
  await charger.connect()
  await until('it is accepted', () => charger.isOnline)
  for (const body of [
    { limit: 20, unit: 'A' },
    { limit: 10, unit: 'A', evseId: 1 }
  ]) {
    const { status } = await perform(server, identity, 'operations/charging-limit', body)
    assert.equal(status, 200)
  }
  const before = charger.station.profiles.map(({ original }) => original)
  test.events.length = 0
  charger.background(reset(charger, 'HardReset'))
  await until('it boots', () => {
    time.advance(1000)
    return !charger.isRebooting && charger.isOnline && test.saw('boot')
  })
  const requests = () => test.events.filter(({ event }) => event === 'request').map(({ action }) => action)
  return { charger, before, requests, identity }
}

onBothBackends('after a boot', (start) => {
  for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
    const question = protocol === 'ocpp1.6' ? 'GetCompositeSchedule' : 'GetChargingProfiles'

    it(`${protocol}: a charge point that has lost its profiles gets them again`, async () => {
      const server = await start(SETTINGS, listen)
      const { charger, before, requests } = await booted(server, protocol, ['forgets-profiles'])
      await until('they are there', () => charger.station.profiles.length === 2)
      const after = charger.station.profiles.map(({ original }) => original)
      assert.deepEqual(after, before)
      assert.equal(requests()[0], question)
    })

    it(`${protocol}: a charge point that has kept them is asked, and those are confirmed that limit it`, async () => {
      const server = await start(SETTINGS, listen)
      const { identity, requests } = await booted(server, protocol, [])
      await until('all are confirmed', async () => {
        const { items } = (await operate(server, 'GET', `/charge-points/${identity}/charging-profiles`)).json()
        return items.length === 2 && items.every(({ confirmed }: { confirmed: boolean }) => confirmed)
      })
      // In 1.6 the limit of the charge point cannot be seen below the lower one of the connector.
      const again = requests().filter((action) => action === 'SetChargingProfile').length
      assert.equal(again, protocol === 'ocpp1.6' ? 1 : 0)
    })
  }

  it('2.1: a profile that a charge point refuses now does not keep it from getting the others', async (t) => {
    const server = await start(SETTINGS, listen)
    const warn = t.mock.method(server.app.log, 'warn')
    const error = t.mock.method(server.app.log, 'error')
    const charger = await connectCharger(server.url, 'AB-REFUSES', { protocol: 'ocpp2.1', boot: true })
    const asked: number[] = []
    charger.onCall((action, payload) => {
      if (action === 'GetChargingProfiles') return { status: 'NoProfiles' }
      const { chargingProfile } = payload as { chargingProfile: { id: number } }
      asked.push(chargingProfile.id)
      return asked.length === 3 ? new ErrorAnswer('NotSupported') : { status: 'Accepted' }
    })
    for (const evseId of [1, 2]) {
      const limit = { limit: 10, unit: 'A', evseId }
      assert.equal((await perform(server, 'AB-REFUSES', 'operations/charging-limit', limit)).status, 200)
    }
    await charger.call('BootNotification', { reason: 'PowerUp', chargingStation: { model: 'M', vendorName: 'V' } })
    await until('both are sent again', () => asked.length === 4)
    assert.deepEqual(asked.slice(2), asked.slice(0, 2))
    const refused = warn.mock.calls.map(({ arguments: [line] }) => (line as { profileId?: number }).profileId)
    assert.ok(refused.includes(asked[2]))
    assert.equal(error.mock.callCount(), 0)
  })

  it('2.1: a TxProfile that is lost is installed when the transaction is resumed, and no charge point is asked in vain', async () => {
    const server = await start(SETTINGS, listen)
    const asked: string[] = []
    const charger = await connectCharger(server.url, 'AB-TX', { protocol: 'ocpp2.1', boot: true })
    charger.onCall((action) => {
      asked.push(action)
      return { status: action === 'GetChargingProfiles' ? 'NoProfiles' : 'Accepted' }
    })
    const boot = () =>
      charger.call('BootNotification', { reason: 'PowerUp', chargingStation: { model: 'M', vendorName: 'V' } })
    await boot()
    const told = (eventType: string, seqNo: number, triggerReason: string) =>
      charger.call('TransactionEvent', {
        ...{ eventType, seqNo, triggerReason, timestamp: new Date().toISOString() },
        transactionInfo: { transactionId: 'AB-TX-1', chargingState: 'Charging' },
        evse: { id: 1, connectorId: 1 }
      })
    await told('Started', 0, 'CablePluggedIn')
    assert.deepEqual(asked, [])
    const limit = { limit: 10, unit: 'A', transactionId: 'AB-TX-1' }
    assert.equal((await perform(server, 'AB-TX', 'operations/charging-limit', limit)).status, 200)
    await boot()
    await until('it is asked', () => asked.length === 2)
    assert.deepEqual(asked, ['SetChargingProfile', 'GetChargingProfiles'])
    await told('Updated', 1, 'TxResumed')
    await until('it gets the profile again', () => asked.length === 3)
    assert.equal(asked[2], 'SetChargingProfile')
  })

  it('2.1: keeps, forgets or asks for profiles as the charge point has told whether they persist', async () => {
    const server = await start(SETTINGS, listen)
    const charger = await connectCharger(server.url, 'AB-TOLD', { protocol: 'ocpp2.1', boot: true })
    const asked: string[] = []
    charger.onCall((action) => {
      asked.push(action)
      return { status: 'Accepted' }
    })
    const tells = (instance: string, value: string) => ({
      component: { name: 'SmartChargingCtrlr' },
      variable: { name: 'ChargingProfilePersistence', instance },
      variableAttribute: [{ value }]
    })
    await charger.call('NotifyReport', {
      ...{ requestId: 1, generatedAt: new Date().toISOString(), seqNo: 0 },
      reportData: [
        tells('TxProfile', 'false'),
        tells('ChargingStationExternalConstraints', 'true'),
        tells('LocalGeneration', 'false')
      ]
    })
    const told = (type: string, seqNo: number, trigger: string) =>
      charger.call('TransactionEvent', {
        ...{ eventType: type, seqNo, triggerReason: trigger, timestamp: new Date().toISOString() },
        transactionInfo: { transactionId: 'T-TOLD', chargingState: 'Charging' },
        evse: { id: 1, connectorId: 1 }
      })
    await told('Started', 0, 'CablePluggedIn')
    const chargingSchedule = [{ id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 9 }] }]
    for (const limit of [{}, { isLocalGeneration: true }, { chargingLimitSource: 'SO' }]) {
      const chargingLimit = { chargingLimitSource: 'EMS', ...limit }
      await charger.call('NotifyChargingLimit', { evseId: 1, chargingLimit, chargingSchedule })
    }
    const chargingProfile = {
      ...{ id: 3, stackLevel: 0, chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Relative' },
      ...{ transactionId: 'T-TOLD', chargingSchedule }
    }
    await perform(server, 'AB-TOLD', 'calls/SetChargingProfile', { evseId: 1, chargingProfile })
    const known = async () => {
      const { items } = (await operate(server, 'GET', '/charge-points/AB-TOLD/charging-profiles')).json()
      return (items as { purpose: string; source: string; confirmed: boolean }[]).map(
        ({ purpose, source, confirmed }) => `${purpose} ${source} ${confirmed}`
      )
    }
    assert.equal((await known()).length, 4)
    await charger.call('BootNotification', { reason: 'PowerUp', chargingStation: { model: 'M', vendorName: 'V' } })
    const kept = ['ChargingStationExternalConstraints EMS true', 'ChargingStationExternalConstraints SO true']
    await until('only those are known that persist', async () => String(await known()) === String(kept))
    assert.deepEqual(asked, ['SetChargingProfile'], 'nothing has to be asked')
    await told('Updated', 1, 'TxResumed')
    await until('it gets its TxProfile again', () => asked.length === 2)
    assert.equal(asked[1], 'SetChargingProfile')
  })

  it('2.1: the report of another charge point is not taken for its own', async () => {
    const server = await start(SETTINGS, listen)
    const asked: string[] = []
    let requestId: number | undefined
    const [charger, other] = [
      await connectCharger(server.url, 'AB-OWN', { protocol: 'ocpp2.1', boot: true }),
      await connectCharger(server.url, 'AB-OTHER', { protocol: 'ocpp2.1', boot: true })
    ]
    charger.onCall((action, payload) => {
      asked.push(action)
      if (action === 'GetChargingProfiles') requestId = (payload as { requestId: number }).requestId
      return { status: 'Accepted' }
    })
    assert.equal((await perform(server, 'AB-OWN', 'operations/charging-limit', { limit: 9, unit: 'A' })).status, 200)
    await charger.call('BootNotification', { reason: 'PowerUp', chargingStation: { model: 'M', vendorName: 'V' } })
    await itemsOf(server, '/calls?chargePoint=AB-OWN&action=GetChargingProfiles&status=answered', 1)
    // It has lost its limit, and has another profile only.
    const report = {
      ...{ requestId, chargingLimitSource: 'CSO', evseId: 1 },
      chargingProfile: [
        {
          ...{ id: 5, stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Relative' },
          chargingSchedule: [{ id: 5, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] }]
        }
      ]
    }
    for (const from of [other, charger]) assert.equal((await from.call('ReportChargingProfiles', report)).type, 3)
    await until('it gets its limit again', () => asked.length === 3)
    assert.deepEqual(asked, ['SetChargingProfile', 'GetChargingProfiles', 'SetChargingProfile'])
  })
})
