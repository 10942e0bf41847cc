import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { itemsOf, operate, startBackend } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { appliedTraits, outcome, putModel, putTraits, UNKNOWN_MEMBER } from './support.js'

const server = await startBackend({ OCPP_HEARTBEAT_INTERVAL: '900', OCPP_PING_INTERVAL: '20000' })

async function traitsOf(identity: string) {
  return (await operate(server, 'GET', `/charge-points/${identity}`)).json().traits
}

describe('the traits of a charge point', () => {
  it('are merged: what is left out stays, null removes one, and null for all removes all', async () => {
    await putTraits(server, 'merged', { validation: 'warn', pings: 60 })
    await putTraits(server, 'merged', { timeZone: 'Europe/Berlin', pings: null })
    assert.deepEqual(await traitsOf('merged'), { validation: 'warn', timeZone: 'Europe/Berlin' })
    await operate(server, 'PUT', '/charge-points/merged', { notes: 'says nothing of traits' })
    assert.deepEqual(await traitsOf('merged'), { validation: 'warn', timeZone: 'Europe/Berlin' })
    await putTraits(server, 'merged', null)
    assert.equal(await traitsOf('merged'), undefined)
  })

  it('are refused with an unknown time zone, deviation or trait, and stay as they are', async () => {
    await putTraits(server, 'refused', { pings: 'off' })
    for (const [traits, status, code] of [
      [{ timeZone: 'Europe/Atlantis' }, 422, 'UNKNOWN_TIME_ZONE'],
      [{ leniency: ['long-ears'] }, 400, 'FST_ERR_VALIDATION'],
      [{ pings: 1 }, 400, 'FST_ERR_VALIDATION'],
      [{ colour: 'red' }, 400, 'FST_ERR_VALIDATION']
    ] as const) {
      const response = await operate(server, 'PUT', '/charge-points/refused', { traits })
      assert.equal(response.statusCode, status, response.body)
      assert.equal(response.json().code, code)
    }
    assert.deepEqual(await traitsOf('refused'), { pings: 'off' })
  })

  it('are deleted with the charge point', async () => {
    await putTraits(server, 'removed', { pings: 'off' })
    await operate(server, 'DELETE', '/charge-points/removed')
    await operate(server, 'PUT', '/charge-points/removed', {})
    assert.equal(await traitsOf('removed'), undefined)
  })

  it('count more than those of its model, these more than the settings, and these more than the defaults', async () => {
    await putModel(server, 'ranked', {
      match: { vendor: 'Ranked' },
      traits: { timeZone: 'Asia/Tokyo', pings: 60, validation: 'warn' }
    })
    await putTraits(server, 'ranked', { timeZone: 'Europe/Berlin' })
    const charger = await connectCharger(server.url, 'ranked')
    await charger.call('BootNotification', { chargePointVendor: 'Ranked', chargePointModel: 'One' })
    const ranked = {
      timeZone: '"Europe/Berlin" own',
      pings: '60 model ranked',
      validation: '"warn" model ranked',
      heartbeatInterval: '900 setting',
      callsAfterConnect: '2 setting',
      leniency: '[] setting',
      energyUnit: '"as-sent" default'
    }
    assert.deepEqual(await appliedTraits(server, 'ranked'), ranked)
    await charger.close()
    assert.deepEqual(await appliedTraits(server, 'ranked'), ranked)
    await operate(server, 'DELETE', '/charger-models/ranked')
    assert.deepEqual(await appliedTraits(server, 'ranked'), {
      ...ranked,
      pings: '20 setting',
      validation: '"strict" setting'
    })
  })

  it('apply to a live connection from its next message on', async () => {
    const charger = await connectCharger(server.url, 'live', { boot: true })
    assert.equal(outcome(await charger.call('Authorize', UNKNOWN_MEMBER)), 'FormationViolation')
    await putTraits(server, 'LIVE', { leniency: ['unknown-members'] })
    assert.equal(outcome(await charger.call('Authorize', UNKNOWN_MEMBER)), 'accepted')
    await charger.boot()
    assert.equal(outcome(await charger.call('Authorize', UNKNOWN_MEMBER)), 'accepted')
    await putTraits(server, 'live', null)
    assert.equal(outcome(await charger.call('Authorize', UNKNOWN_MEMBER)), 'FormationViolation')
  })

  it('stay with a connection that takes over from an earlier one', async () => {
    await putTraits(server, 'back', { leniency: ['unknown-members'] })
    const first = await connectCharger(server.url, 'back', { boot: true })
    const second = await connectCharger(server.url, 'back')
    assert.equal((await second.roundTrip()).type, 3)
    await first.closed
    await putTraits(server, 'back', { pings: 'off' })
    assert.equal(outcome(await second.call('Authorize', UNKNOWN_MEMBER)), 'accepted')
  })

  it('decide which deviations are accepted in the handshake', async () => {
    const path = '/ocpp/twice%2520coded?'
    const loose = { protocol: ['OCPP1.6'], ws: {} }
    await assert.rejects(connectCharger(server.url, 'x', { path }), { status: 400 })
    await assert.rejects(connectCharger(server.url, 'loose', loose), { status: 400 })
    await putTraits(server, 'twice%20coded', { leniency: ['encoded-identities'] })
    await putTraits(server, 'loose', { leniency: ['loose-subprotocols'] })
    const charger = await connectCharger(server.url, 'x', { path, boot: true })
    assert.equal((await operate(server, 'GET', '/charge-points/twice%20coded')).json().connected, true)
    await charger.close()
    assert.equal((await connectCharger(server.url, 'loose', { ...loose })).protocol, 'OCPP1.6')
  })

  it('are audited, with what was changed', async () => {
    await putTraits(server, 'audited', { validation: 'warn' })
    await putModel(server, 'audited', { match: { vendor: 'Audited' }, traits: { pings: 'off' } })
    await operate(server, 'DELETE', '/charger-models/audited')
    const [ofPoint] = await itemsOf(server, '/audit?target=charge-points/audited', 1)
    assert.deepEqual(
      [ofPoint?.method, ofPoint?.status, ofPoint?.body],
      ['PUT', 201, { traits: { validation: 'warn' } }]
    )
    const ofModel = await itemsOf(server, '/audit?target=charger-models/audited', 2)
    assert.deepEqual(
      ofModel.map(({ method, body }) => [method, body]),
      [
        ['DELETE', undefined],
        ['PUT', { match: { vendor: 'Audited' }, traits: { pings: 'off' } }]
      ]
    )
  })
})
