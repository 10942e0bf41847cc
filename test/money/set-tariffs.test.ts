import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import type { Charger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { pricing, SHOWS } from './pricing-16.js'
import { charging, Inbox, KWH, ok, putTariff, result, VAT } from './telling.js'

const protocol = 'ocpp2.1'
const LOCAL = { 'Enabled[Tariff]': 'true' }
const ACCEPTED = { status: 'Accepted' }
const FAST = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.6 }] } }
const DAY = { startTimeOfDay: '08:00', endTimeOfDay: '18:00' }

async function set(server: TestServer, identity: string) {
  const { statusCode, body } = await operate(server, 'POST', `/charge-points/${identity}/operations/set-tariffs`, {})
  assert.equal(statusCode, 200, body)
  const { status, reason, tariffs } = JSON.parse(body)
  return { status, tariffs, ...(reason !== undefined && { reason }) }
}

async function hasEvses(charger: Charger, ...ids: number[]): Promise<void> {
  for (const evseId of ids) {
    const status = { timestamp: '2026-03-02T08:00:00.000Z', connectorStatus: 'Available', evseId, connectorId: 1 }
    await result(charger, 'StatusNotification', status)
  }
}

async function wireId(server: TestServer, id: string): Promise<string> {
  return (await ok(server, 'GET', `/tariffs/${id}`)).ocppTariffId
}

onSharedBackend('set-tariffs at a charge point that calculates costs', (start) => {
  it('sets the default tariff of all EVSEs, and removes what none of them is to have', async () => {
    const server = await start()
    const charger = await charging(server, 'SET', { protocol, tariff: KWH, variables: LOCAL })
    await hasEvses(charger, 1, 2)
    const inbox = new Inbox(charger)
    const setting = set(server, 'SET')
    const tariffAssignments = [
      { tariffId: 'old', tariffKind: 'DefaultTariff', evseIds: [1] },
      { tariffId: 'driver', tariffKind: 'DriverTariff' }
    ]
    assert.deepEqual(await inbox.take('GetTariffs', { status: 'Accepted', tariffAssignments }), { evseId: 0 })
    const tariffId = await wireId(server, 'SET')
    assert.deepEqual(await inbox.take('SetDefaultTariff', ACCEPTED), { evseId: 0, tariff: { tariffId, ...KWH } })
    const clearTariffsResult = [{ tariffId: 'old', status: 'Accepted' }]
    assert.deepEqual(await inbox.take('ClearTariffs', { clearTariffsResult }), { tariffIds: ['old'] })
    const there = [{ tariffId, tariffKind: 'DefaultTariff', evseIds: [1, 2] }]
    await inbox.take('GetTariffs', { status: 'Accepted', tariffAssignments: there })
    assert.deepEqual(await setting, {
      status: 'accepted',
      tariffs: [
        { evseId: 0, tariffId: 'SET', ocppTariffId: tariffId, status: 'accepted' },
        { evseId: 0, ocppTariffId: 'old', status: 'removed' }
      ]
    })
    // A tariff that is there is not sent again.
    const again = set(server, 'SET')
    await inbox.take('GetTariffs', { status: 'Accepted', tariffAssignments: there })
    assert.equal((await again).status, 'accepted')
    await inbox.isEmpty()
  })

  it('sets a tariff for each EVSE if they differ, and takes a known id for success', async () => {
    const server = await start()
    const charger = await charging(server, 'SET-EVSES', { protocol, tariff: KWH, variables: LOCAL })
    await hasEvses(charger, 1, 2)
    const { validFrom, ...fast } = { ...FAST, validFrom: '2026-01-01T00:00:00.000Z' }
    const appliesTo = { chargePoints: ['SET-EVSES'], evseIds: [2] }
    await putTariff(server, 'SET-EVSES', { ...fast, validFrom, appliesTo }, 'SET-EVSES-2')
    const inbox = new Inbox(charger)
    const setting = set(server, 'SET-EVSES')
    await inbox.take('GetTariffs', { status: 'NoTariff' })
    const first = await inbox.take('SetDefaultTariff', ACCEPTED)
    const second = await inbox.take('SetDefaultTariff', { status: 'DuplicateTariffId' })
    assert.deepEqual([first.evseId, second.evseId], [1, 2])
    const tariffId = await wireId(server, 'SET-EVSES-2')
    assert.deepEqual(second.tariff, { tariffId, ...fast, validFrom })
    await inbox.take('GetTariffs', { status: 'Rejected' })
    const { status, tariffs } = await setting
    assert.deepEqual([status, tariffs.length], ['accepted', 2])
  })

  it('leaves the old tariffs where a new one is refused, or cannot be taken whole', async () => {
    const server = await start()
    const variables = { ...LOCAL, 'ConditionsSupported[Tariff]': 'false' }
    const charger = await charging(server, 'SET-OLD', { protocol, tariff: KWH, variables })
    await hasEvses(charger, 1, 2, 3)
    const night = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.4, conditions: DAY }, { priceKwh: 0.2 }] } }
    await putTariff(server, '', { ...night, appliesTo: { chargePoints: ['SET-OLD'], evseIds: [2] } }, 'SET-OLD-2')
    await putTariff(server, '', { ...FAST, appliesTo: { chargePoints: ['SET-OLD'], evseIds: [3] } }, 'SET-OLD-3')
    const inbox = new Inbox(charger)
    const setting = set(server, 'SET-OLD')
    const tariffAssignments = [{ tariffId: 'old', tariffKind: 'DefaultTariff' }]
    await inbox.take('GetTariffs', { status: 'Accepted', tariffAssignments })
    await inbox.take('SetDefaultTariff', ACCEPTED)
    await inbox.take('SetDefaultTariff', { status: 'TooManyElements' })
    await inbox.take('GetTariffs', { status: 'Accepted', tariffAssignments })
    assert.deepEqual(await setting, {
      status: 'partial',
      tariffs: [
        { evseId: 1, tariffId: 'SET-OLD', ocppTariffId: await wireId(server, 'SET-OLD'), status: 'accepted' },
        { evseId: 2, tariffId: 'SET-OLD-2', status: 'rejected', reason: 'conditions-not-supported' },
        {
          evseId: 3,
          tariffId: 'SET-OLD-3',
          ocppTariffId: await wireId(server, 'SET-OLD-3'),
          status: 'rejected',
          reason: 'TooManyElements'
        }
      ]
    })
    await inbox.isEmpty()
  })

  it('says what was done before a charge point fails', async () => {
    const server = await start()
    const charger = await charging(server, 'SET-FAILS', { protocol, tariff: KWH, variables: LOCAL })
    const inbox = new Inbox(charger)
    const url = '/charge-points/SET-FAILS/operations/set-tariffs'
    const setting = operate(server, 'POST', url, {})
    await inbox.take('GetTariffs', { status: 'NoTariff' })
    const { id } = await inbox.next()
    charger.send(4, id, 'NotSupported', '', {})
    const { statusCode, body } = await setting
    const { calls } = JSON.parse(body)
    assert.deepEqual([statusCode, calls.length, calls[1].error.code], [502, 2, 'NotSupported'])
  })
})

onSharedBackend('set-tariffs at a charge point that shows texts', (start) => {
  it('sets the text for drivers of whom it knows no tariff', async () => {
    const server = await start()
    const variables = { 'Enabled[Tariff]': 'true' }
    const charger = await charging(server, 'SET-201', { protocol: 'ocpp2.0.1', tariff: KWH, variables })
    const inbox = new Inbox(charger)
    const setting = set(server, 'SET-201')
    const named = { component: { name: 'TariffCostCtrlr' }, variable: { name: 'TariffFallbackMessage' } }
    const setVariableResult = [{ ...named, attributeStatus: 'Accepted' }]
    assert.deepEqual(await inbox.take('SetVariables', { setVariableResult }), {
      setVariableData: [{ ...named, attributeValue: '0.476 EUR/kWh (incl. tax)' }]
    })
    const tariffs = [{ evseId: 0, tariffId: 'SET-201', status: 'accepted' }]
    assert.deepEqual(await setting, { status: 'accepted', tariffs })
  })

  it('sets the default price of 1.6, and texts in other languages', async () => {
    const server = await start()
    const keys = { ...SHOWS, CustomMultiLanguageMessages: 'true', NumberOfDecimalsForCostValues: '2' }
    const description = [
      { format: 'UTF8', language: 'en', content: 'Cheap' },
      { format: 'UTF8', language: 'de', content: 'Günstig' }
    ]
    const { inbox } = await pricing(server, 'SET-16', { tariff: { ...KWH, description }, keys })
    const setting = set(server, 'SET-16')
    const first = await inbox.take('ChangeConfiguration', ACCEPTED)
    assert.equal(first.key, 'DefaultPrice')
    assert.deepEqual(JSON.parse(String(first.value)), {
      priceText: 'Cheap',
      priceTextOffline: 'Cheap',
      chargingPrice: { kWhPrice: 0.48 }
    })
    const second = await inbox.take('ChangeConfiguration', { status: 'NotSupported' })
    assert.equal(second.key, 'DefaultPriceText,de')
    assert.deepEqual(JSON.parse(String(second.value)), { priceText: 'Günstig', priceTextOffline: 'Günstig' })
    assert.equal((await setting).status, 'not-supported')
  })

  it('tells no price of a tariff with conditions, and nothing if no tariff applies or EVSEs differ', async () => {
    const server = await start()
    const energy = { prices: [{ priceKwh: 0.4, conditions: DAY }, { priceKwh: 0.25 }], taxRates: VAT }
    const { inbox } = await pricing(server, 'SET-16-2', { tariff: { currency: 'EUR', energy } })
    const setting = set(server, 'SET-16-2')
    const { value } = await inbox.take('ChangeConfiguration', ACCEPTED)
    assert.equal(JSON.parse(String(value)).chargingPrice, undefined)
    assert.equal((await setting).status, 'accepted')

    const none = await pricing(server, 'SET-16-3', {})
    assert.deepEqual(await set(server, 'SET-16-3'), { status: 'not-found', reason: 'no tariff applies', tariffs: [] })
    await none.inbox.isEmpty()

    const { charger } = await pricing(server, 'SET-16-4', { tariff: KWH })
    await putTariff(server, '', { ...FAST, appliesTo: { chargePoints: ['SET-16-4'], evseIds: [2] } }, 'SET-16-4-2')
    for (const connectorId of [1, 2]) {
      await result(charger, 'StatusNotification', { connectorId, errorCode: 'NoError', status: 'Available' })
    }
    assert.equal((await set(server, 'SET-16-4')).reason, 'the tariff depends on the EVSE')
  })
})
