import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualScheduler } from '../../src/simulator/scheduler.js'
import { swipe } from '../../src/simulator/sessions/authorization.js'
import { fault, repair } from '../../src/simulator/sessions/availability.js'
import { plug, unplug } from '../../src/simulator/sessions/cable.js'
import { evseOf } from '../../src/simulator/sessions/evse.js'
import { until } from '../support/wait.js'
import { type Csms, createCharger, PROTOCOLS, start, startCsms } from './support.js'

const CARD = { idToken: 'CARD-1', type: 'ISO14443' }
const MINUTE = 60_000

interface TransactionEvent {
  eventType: string
  triggerReason: string
  seqNo: number
  offline?: boolean
  transactionInfo: { transactionId: string; chargingState?: string; stoppedReason?: string; remoteStartId?: number }
}

function transactionEvents(csms: Csms): TransactionEvent[] {
  return csms.of('TransactionEvent') as unknown as TransactionEvent[]
}

/** What of a session arrived, whatever the version: Start, Meter, Stop. */
function story(csms: Csms): string {
  const LETTERS: Readonly<Record<string, string>> = { StartTransaction: 'S', MeterValues: 'M', StopTransaction: 'E' }
  return csms.received
    .map(({ action, request }) => {
      if (action !== 'TransactionEvent') return LETTERS[action] ?? ''
      const { eventType, triggerReason } = request as unknown as TransactionEvent
      if (eventType === 'Started') return 'S'
      if (eventType === 'Ended') return 'E'
      return triggerReason === 'MeterValuePeriodic' ? 'M' : ''
    })
    .join('')
}

for (const protocol of PROTOCOLS) {
  test(`${protocol}: a driver plugs, swipes, charges, swipes again and leaves`, async () => {
    const time = new ManualScheduler()
    const csms = await startCsms()
    const charger = await start(createCharger(csms, protocol, { time }), csms)
    plug(charger)
    assert.equal(await swipe(charger, CARD), 'Accepted')
    await until('the transaction is started', () => story(csms) === 'S')
    for (const samples of [1, 2, 3]) {
      time.advance(MINUTE)
      await until('a sample arrives', () => story(csms) === `S${'M'.repeat(samples)}`)
    }
    await swipe(charger, CARD)
    await until('the transaction is ended', () => story(csms) === 'SMMME')
    unplug(charger)
    assert.equal(csms.of('Authorize').length, 1)
    await until('nothing waits', () => charger.client.undelivered === 0)
    const wh = evseOf(charger).meter - 1000
    assert(wh > 500 && wh < 600, `${wh} Wh in three minutes at 11 kW`)
  })

  test(`${protocol}: what happens offline is told when the network is back, in order`, async () => {
    const time = new ManualScheduler()
    const csms = await startCsms()
    const charger = await start(createCharger(csms, protocol, { time }), csms)
    await charger.goOffline()
    plug(charger)
    assert.equal(await swipe(charger, CARD), 'Accepted')
    time.advance(2 * MINUTE)
    await swipe(charger, CARD)
    unplug(charger)
    assert(charger.client.undelivered >= 4)
    assert.equal(story(csms), '')
    await charger.goOnline()
    await until('all is told', () => charger.client.undelivered === 0)
    assert.equal(story(csms), 'SMME')
    assert(transactionEvents(csms).every(({ offline }) => offline === true))
  })

  test(`${protocol}: a transaction that the CSMS does not accept ends`, async () => {
    const csms = await startCsms()
    const charger = await start(createCharger(csms, protocol), csms)
    csms.answers.set('StartTransaction', () => ({ transactionId: 1, idTagInfo: { status: 'Blocked' } }))
    csms.answers.set('TransactionEvent', ({ eventType }) =>
      eventType === 'Started' ? { idTokenInfo: { status: 'Blocked' } } : {}
    )
    plug(charger)
    await swipe(charger, CARD)
    await until('the transaction is ended', () => story(csms).endsWith('E'))
    const [stop] = csms.of('StopTransaction')
    const reason = stop?.reason ?? transactionEvents(csms).at(-1)?.transactionInfo.stoppedReason
    assert.equal(reason, 'DeAuthorized')
  })

  test(`${protocol}: a card that the CSMS does not know starts nothing`, async () => {
    const csms = await startCsms()
    const charger = await start(createCharger(csms, protocol), csms)
    csms.answers.set('Authorize', () => ({
      [protocol === 'ocpp1.6' ? 'idTagInfo' : 'idTokenInfo']: { status: 'Invalid' }
    }))
    plug(charger)
    assert.equal(await swipe(charger, CARD), 'Invalid')
    assert.equal(evseOf(charger).transaction, undefined)
  })

  test(`${protocol}: a fault ends the transaction and shows, until it is repaired`, async () => {
    const csms = await startCsms()
    const charger = await start(createCharger(csms, protocol), csms)
    plug(charger)
    await swipe(charger, CARD)
    fault(charger)
    const statuses = () => csms.of('StatusNotification').map(({ status, connectorStatus }) => status ?? connectorStatus)
    await until('the fault is told', () => statuses().at(-1) === 'Faulted')
    await until('the transaction is ended', () => story(csms) === 'SE')
    repair(charger)
    unplug(charger)
    await until('it is available again', () => statuses().at(-1) === 'Available')
  })
}

test('1.6: a remote start waits for the cable, and a remote stop ends the transaction of that id only', async () => {
  const csms = await startCsms()
  const charger = await start(createCharger(csms, 'ocpp1.6'), csms)
  const { v16 } = csms.app.ocpp
  assert.deepEqual(await v16.call('SIM-1', 'RemoteStartTransaction', { idTag: 'REMOTE' }), { status: 'Accepted' })
  await until('somebody is awaited', () => csms.of('StatusNotification').at(-1)?.status === 'Preparing')
  plug(charger)
  await until('the transaction has its id', () => evseOf(charger).transaction?.csmsId === 1)
  assert.equal(csms.of('StartTransaction')[0]?.idTag, 'REMOTE')
  assert.deepEqual(await v16.call('SIM-1', 'RemoteStopTransaction', { transactionId: 99 }), { status: 'Rejected' })
  assert.deepEqual(await v16.call('SIM-1', 'RemoteStopTransaction', { transactionId: 1 }), { status: 'Accepted' })
  await until('the transaction is ended', () => csms.of('StopTransaction').length === 1)
  assert.equal(csms.of('StopTransaction')[0]?.reason, 'Remote')
  assert.equal(csms.of('StopTransaction')[0]?.transactionId, 1)
})

test('2.1: the events of a remote transaction are numbered, say why they come and what state it is in', async () => {
  const csms = await startCsms()
  const charger = await start(createCharger(csms, 'ocpp2.1'), csms)
  plug(charger)
  const { v21 } = csms.app.ocpp
  await v21.call('SIM-1', 'RequestStartTransaction', { idToken: CARD, remoteStartId: 42 })
  await until('energy flows', () => transactionEvents(csms).length === 2)
  const transactionId = evseOf(charger).transaction?.id ?? ''
  await v21.call('SIM-1', 'RequestStopTransaction', { transactionId })
  await until('the transaction is ended', () => transactionEvents(csms).length === 3)
  const seen = transactionEvents(csms).map(({ eventType, triggerReason, seqNo, transactionInfo }) => {
    return [eventType, triggerReason, seqNo, transactionInfo.chargingState]
  })
  assert.deepEqual(seen, [
    ['Started', 'RemoteStart', 0, 'EVConnected'],
    ['Updated', 'ChargingStateChanged', 1, 'Charging'],
    ['Ended', 'RemoteStop', 2, 'EVConnected']
  ])
  assert.equal(transactionEvents(csms)[0]?.transactionInfo.remoteStartId, 42)
  assert(transactionEvents(csms).every(({ transactionInfo }) => transactionInfo.transactionId === transactionId))
})
