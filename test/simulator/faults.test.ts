import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CallError } from 'fastify-ocpp'
import { ManualScheduler } from '../../src/simulator/scheduler.js'
import { swipe } from '../../src/simulator/sessions/authorization.js'
import { plug } from '../../src/simulator/sessions/cable.js'
import { evseOf } from '../../src/simulator/sessions/evse.js'
import { until, within } from '../support/wait.js'
import { createCharger, PROTOCOLS, start, startCsms } from './support.js'

const CARD = { idToken: 'CARD-1', type: 'ISO14443' }

test('a CSMS that has forgotten the charger gets a new BootNotification', async () => {
  const csms = await startCsms()
  const created = createCharger(csms, 'ocpp2.1')
  const charger = await start(created, csms)
  csms.answers.set('StatusNotification', () => {
    throw new CallError('SecurityError')
  })
  plug(charger)
  await until('it booted again', () => csms.of('BootNotification').length === 2)
  assert(created.events.some(({ event, code }) => event === 'problem' && code === 'SecurityError'))
})

for (const protocol of PROTOCOLS) {
  test(`${protocol}: the CSMS goes away in the middle of a session, and hears all of it afterwards`, async () => {
    const csms = await startCsms()
    const charger = await start(createCharger(csms, protocol), csms)
    plug(charger)
    await swipe(charger, CARD)
    await until('the start is told', () => charger.client.undelivered === 0)
    csms.app.ocpp.chargePoints.get('SIM-1')?.disconnect(1012)
    await until('it is away', () => !charger.client.connected)
    await swipe(charger, CARD)
    assert.equal(evseOf(charger).transaction, undefined)
    assert.equal(charger.client.undelivered, 1)
    await until('it is back and has told the end', () => charger.client.undelivered === 0)
    const ends = csms.received.filter(
      ({ action, request }) => action === 'StopTransaction' || request.eventType === 'Ended'
    )
    assert.equal(ends.length, 1)
  })

  test(`${protocol}: an error in answer to BootNotification is told, and does not end the charger`, async () => {
    const csms = await startCsms()
    csms.answers.set('BootNotification', () => ({ status: 'Perhaps' }))
    const { charger, events } = createCharger(csms, protocol)
    await charger.connect()
    await until('the problem is told', () => events.some(({ event }) => event === 'problem'))
    assert(String(events.find(({ event }) => event === 'problem')?.message).startsWith('BootNotification:'))
    assert(charger.client.connected)
    csms.answers.delete('BootNotification')
    assert.equal(await charger.boot(), 'Accepted')
  })
}

test('a triggered boot without answer is repeated, and transaction messages wait for its answer', async () => {
  const time = new ManualScheduler()
  const csms = await startCsms()
  const charger = await start(createCharger(csms, 'ocpp1.6', { time }), csms)
  csms.answers.set('BootNotification', () => {
    throw new Error('no database')
  })
  await csms.app.ocpp.call('SIM-1', 'TriggerMessage', { requestedMessage: 'BootNotification' })
  await until('the boot has failed', () => charger.registration === undefined)
  csms.answers.delete('BootNotification')
  const timestamp = new Date().toISOString()
  const start16 = charger.client.deliver('StartTransaction', { connectorId: 1, idTag: 'A', meterStart: 0, timestamp })
  await charger.client.call('Heartbeat', {})
  assert.deepEqual(csms.of('StartTransaction'), [])
  time.advance(30_000)
  await within('the start', start16)
  assert.equal(charger.registration, 'Accepted')
})

test('connecting to a server that does not run yet is retried, and each attempt is reported', async () => {
  const { charger, events } = createCharger({ url: 'ws://127.0.0.1:9' }, 'ocpp2.1', { retryFirst: true })
  charger.background(charger.connect())
  await until('it tried three times', () => events.filter(({ event }) => event === 'retry').length >= 3)
  assert(events.every(({ event, message }) => event !== 'retry' || String(message).includes('cannot connect')))
})

for (const protocol of PROTOCOLS) {
  test(`${protocol}: a charger that was forgotten is not registered, and reports its status after the next boot`, async () => {
    const csms = await startCsms()
    const charger = await start(createCharger(csms, protocol, { bootsItself: true }), csms)
    csms.answers.set('StatusNotification', () => {
      throw new CallError('SecurityError')
    })
    // The boot is not answered before the state in between was seen.
    csms.answers.set('BootNotification', () => {
      throw new CallError('SecurityError')
    })
    plug(charger)
    await until('it booted again', () => csms.of('BootNotification').length >= 2)
    await until('it knows that it is not registered', () => charger.registration === undefined)
    csms.answers.clear()
    csms.received.length = 0
    assert.equal(await charger.boot(), 'Accepted')
    const connectors = charger.station.evses.flatMap((evse) => evse.connectors).length
    await until('all statuses are reported', () => csms.of('StatusNotification').length >= connectors)
  })

  test(`${protocol}: a charger whose boots a scenario sends is not registered after a SecurityError either`, async () => {
    const csms = await startCsms()
    const { charger } = createCharger(csms, protocol, { bootsItself: false })
    await charger.connect()
    assert.equal(await charger.boot(), 'Accepted')
    csms.answers.set('StatusNotification', () => {
      throw new CallError('SecurityError')
    })
    plug(charger)
    await until('it is not registered', () => charger.registration === undefined)
    csms.answers.clear()
    csms.received.length = 0
    assert.equal(await charger.boot(), 'Accepted')
    const connectors = charger.station.evses.flatMap((evse) => evse.connectors).length
    await until('all statuses are reported', () => csms.of('StatusNotification').length >= connectors)
    assert.equal(csms.of('BootNotification').length, 1)
  })
}

for (const protocol of PROTOCOLS) {
  test(`${protocol}: every connector reports its status again after a lost connection`, async () => {
    const time = new ManualScheduler()
    const csms = await startCsms()
    const charger = await start(createCharger(csms, protocol, { time, reconnect: false }), csms)
    const connectors = charger.station.evses.flatMap((evse) => evse.connectors).length
    const comeBack = async (seconds: number) => {
      await charger.goOffline()
      await until('it is away', () => !charger.client.connected)
      csms.received.length = 0
      time.advance(seconds * 1000)
      await charger.goOnline()
      await charger.client.call('Heartbeat', {})
    }
    await comeBack(60)
    await until('all statuses are reported', () => csms.of('StatusNotification').length === connectors)
    // A short loss changes nothing in 2.x.
    await comeBack(59)
    assert.equal(csms.of('StatusNotification').length, protocol === 'ocpp1.6' ? connectors : 0)
  })
}
