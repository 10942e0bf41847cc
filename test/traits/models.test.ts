import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KNOWN_MODELS } from '../../lib/traits/known-models.js'
import { bestMatch, type ChargerModel, type ModelMatch } from '../../lib/traits/models.js'
import { operate, startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { appliedTraits, outcome, putModel, putTraits, UNKNOWN_MEMBER } from './support.js'

const server = await startBackend()

/** As the shipped model of Schneider is reported: one serial number of 26 characters, one of 33. */
const SCHNEIDER = {
  chargePointVendor: 'Schneider Electric',
  chargePointModel: 'EVlink Smart Wallbox',
  chargePointSerialNumber: '3N123456789F2S1B1234567890',
  chargeBoxSerialNumber: 'EVB1A22P2KI3N12345678901234567890',
  firmwareVersion: '3.4.0.9'
}

function boot(vendor: string, model = 'One', firmwareVersion = '1.0') {
  return { chargePointVendor: vendor, chargePointModel: model, firmwareVersion }
}

function model(name: string, match: ModelMatch, isEnabled = true): ChargerModel {
  return { name, match, traits: {}, isEnabled }
}

describe('a charger model', () => {
  it('matches without regard to case and blanks around, and * stands for any characters', () => {
    for (const [pattern, text, expected] of [
      ['acme', 'ACME', true],
      ['ACME', ' acme ', true],
      ['acme', 'acme inc', false],
      ['acme*', 'Acme Inc', true],
      ['*inc', 'Acme Inc', true],
      ['a*e*c', 'Acme Inc', true],
      ['a*x*c', 'Acme Inc', false],
      ['ab*ba', 'aba', false],
      ['ab*ba', 'abba', true],
      ['*', 'anything', true],
      ['*', null, true],
      ['acme', null, false],
      ['a.me', 'acme', false],
      ['acme+*', 'ACME+ 1', true]
    ] as const) {
      const found = bestMatch([model('one', { vendor: pattern })], { vendor: text })
      assert.equal(found !== undefined, expected, `${pattern} ${text}`)
    }
  })

  it('is the most specific one: firmware counts more than model, model more than vendor, more letters more than fewer', () => {
    const models = [
      model('vendor', { vendor: 'A Very Long Name Of A Vendor' }),
      model('model', { model: 'M*' }),
      model('longer-model', { model: 'MX*' }),
      model('firmware', { firmware: '2*' }),
      model('disabled', { vendor: 'A Very Long Name Of A Vendor', model: 'MX1', firmware: '2.0' }, false),
      model('b-equal', { vendor: 'equal' }),
      model('a-equal', { vendor: 'EQUAL' })
    ]
    const vendor = 'a very long name of a vendor'
    assert.equal(bestMatch(models, { vendor, model: 'X', firmware: '1' })?.name, 'vendor')
    assert.equal(bestMatch(models, { vendor, model: 'M1', firmware: '1' })?.name, 'model')
    assert.equal(bestMatch(models, { vendor, model: 'MX1', firmware: '1' })?.name, 'longer-model')
    assert.equal(bestMatch(models, { vendor, model: 'MX1', firmware: '2.0' })?.name, 'firmware')
    assert.equal(bestMatch(models, { vendor: 'Equal' })?.name, 'a-equal')
    assert.equal(bestMatch(models, { vendor: 'other' }), undefined)
  })

  it('is taken from a BootNotification that violates the schema, and its traits make that accepted', async () => {
    const charger = await connectCharger(server.url, 'schneider')
    assert.equal(outcome(await charger.call('BootNotification', SCHNEIDER)), 'accepted')
    const { boot: told } = (await operate(server, 'GET', '/charge-points/schneider')).json()
    assert.equal(told.serialNumber, SCHNEIDER.chargePointSerialNumber)
    assert.equal(told.boxSerialNumber, SCHNEIDER.chargeBoxSerialNumber)
    const applied = await appliedTraits(server, 'schneider')
    assert.equal(applied.leniency, '["long-serial-numbers"] model schneider-evlink-smart-wallbox')

    const other = await connectCharger(server.url, 'other')
    const refused = await other.call('BootNotification', { ...SCHNEIDER, chargePointVendor: 'Another' })
    assert.equal(outcome(refused), 'PropertyConstraintViolation')
  })

  it('is shown for a charge point whose boot was refused, so that an operator sees what applies', async () => {
    await putModel(server, 'half', { match: { vendor: 'Half' }, traits: { pings: 'off' } })
    const charger = await connectCharger(server.url, 'half')
    const answer = await charger.call('BootNotification', { ...boot('Half'), iccid: 'x'.repeat(21) })
    assert.equal(outcome(answer), 'PropertyConstraintViolation')
    assert.equal((await appliedTraits(server, 'half')).pings, '"off" model half')
  })

  it('is known at the next connection before any boot, and a boot as another model changes it', async () => {
    await putModel(server, 'remembered', { match: { vendor: 'Remembered' }, traits: { leniency: ['unknown-members'] } })
    const first = await connectCharger(server.url, 'remembered')
    await first.call('BootNotification', boot('Remembered'))
    await first.close()
    const second = await connectCharger(server.url, 'remembered')
    assert.equal(outcome(await second.call('Authorize', UNKNOWN_MEMBER)), 'accepted')
    await second.call('BootNotification', boot('Changed'))
    assert.equal(outcome(await second.call('Authorize', UNKNOWN_MEMBER)), 'FormationViolation')
  })

  it('is taken from a BootNotification of 2.x in the same way', async () => {
    await putModel(server, 'two', {
      match: { vendor: 'Two', model: '2*' },
      traits: { leniency: ['long-serial-numbers'] }
    })
    const charger = await connectCharger(server.url, 'two', { protocol: 'ocpp2.0.1' })
    const serialNumber = 'S'.repeat(40)
    const chargingStation = { vendorName: 'two', model: '2000', serialNumber }
    assert.equal(outcome(await charger.call('BootNotification', { reason: 'PowerUp', chargingStation })), 'accepted')
    assert.equal((await operate(server, 'GET', '/charge-points/two')).json().boot.serialNumber, serialNumber)
  })

  it('acts on live connections when it is created, changed, disabled or deleted, but never over their own traits', async () => {
    const body = { match: { vendor: 'live*' }, traits: { leniency: ['unknown-members'] } }
    const charger = await connectCharger(server.url, 'live')
    const own = await connectCharger(server.url, 'own')
    await putTraits(server, 'own', { leniency: ['long-texts'] })
    for (const one of [charger, own]) await one.call('BootNotification', boot('LIVE Inc'))
    const outcomes = async () => [
      outcome(await charger.call('Authorize', UNKNOWN_MEMBER)),
      outcome(await own.call('Authorize', UNKNOWN_MEMBER))
    ]
    const [none, only] = [
      ['FormationViolation', 'FormationViolation'],
      ['accepted', 'FormationViolation']
    ]
    assert.deepEqual(await outcomes(), none)
    assert.equal((await operate(server, 'PUT', '/charger-models/live', body)).statusCode, 201)
    assert.deepEqual(await outcomes(), only)
    const disabled = await operate(server, 'PUT', '/charger-models/live', { ...body, enabled: false })
    assert.deepEqual([disabled.statusCode, disabled.json().enabled], [200, false])
    assert.deepEqual(await outcomes(), none)
    await operate(server, 'PUT', '/charger-models/live', body)
    assert.deepEqual(await outcomes(), only)
    assert.equal((await operate(server, 'DELETE', '/charger-models/live')).statusCode, 204)
    assert.deepEqual(await outcomes(), none)
  })
})

describe('the charger models of the product', () => {
  const path = '/charger-models/schneider-evlink-smart-wallbox'

  it('are listed by name with their sources, together with those of operators', async () => {
    await putModel(server, 'zz-own', { match: { model: 'Z' }, traits: {}, note: 'ours' })
    const { items } = (await operate(server, 'GET', '/charger-models')).json()
    const names = items.map(({ name }: { name: string }) => name)
    assert.deepEqual(names, [...names].sort())
    for (const { name, isEnabled, note, source } of KNOWN_MODELS) {
      const shown = items.find((item: { name: string }) => item.name === name)
      assert.deepEqual([shown.enabled, shown.note, shown.source, shown.origin], [isEnabled, note, source, 'shipped'])
    }
    const own = items.find(({ name }: { name: string }) => name === 'zz-own')
    assert.deepEqual(own, {
      name: 'zz-own',
      match: { model: 'Z' },
      traits: {},
      enabled: true,
      note: 'ours',
      origin: 'own'
    })
  })

  it('can be replaced, and are restored as shipped by DELETE', async () => {
    const shipped = (await operate(server, 'GET', path)).json()
    const replaced = await operate(server, 'PUT', path, { match: shipped.match, traits: {}, enabled: false })
    assert.deepEqual([replaced.statusCode, replaced.json().origin], [200, 'changed'])
    const charger = await connectCharger(server.url, 'replaced')
    assert.equal(outcome(await charger.call('BootNotification', SCHNEIDER)), 'PropertyConstraintViolation')
    assert.equal((await operate(server, 'DELETE', path)).statusCode, 204)
    assert.deepEqual((await operate(server, 'GET', path)).json(), shipped)
    assert.equal(outcome(await charger.call('BootNotification', SCHNEIDER)), 'accepted')
  })

  it('cannot be deleted, and unknown ones are not found', async () => {
    for (const [method, url] of [
      ['DELETE', path],
      ['DELETE', '/charger-models/nobody'],
      ['GET', '/charger-models/nobody']
    ] as const) {
      const response = await operate(server, method, url)
      assert.deepEqual([response.statusCode, response.json().code], [404, 'UNKNOWN_CHARGER_MODEL'], `${method} ${url}`)
    }
  })

  it('are refused without a match, with an unknown trait or an unknown time zone', async () => {
    for (const [body, status] of [
      [{ match: {}, traits: {} }, 400],
      [{ match: { vendor: 'A' }, traits: { colour: 'red' } }, 400],
      [{ match: { vendor: 'A' }, traits: { pings: null } }, 400],
      [{ match: { vendor: 'A' }, traits: { timeZone: 'Mars/Base' } }, 422]
    ] as const) {
      assert.equal((await operate(server, 'PUT', '/charger-models/bad', body)).statusCode, status)
    }
    assert.equal((await operate(server, 'GET', '/charger-models/bad')).statusCode, 404)
  })
})
