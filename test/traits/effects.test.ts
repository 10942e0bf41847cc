import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { itemsOf, operate, startBackend } from '../app/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { within } from '../support/wait.js'
import { outcome, putModel, putTraits } from './support.js'

const server = await startBackend({ OCPP_PING_INTERVAL: '200', OCPP_HEARTBEAT_INTERVAL: '900' })

async function charging(identity: string, traits: object, protocol = 'ocpp1.6'): Promise<Charger> {
  await putTraits(server, identity, traits)
  return connectCharger(server.url, identity, { protocol, boot: true })
}

async function transactionOf(identity: string) {
  const [transaction] = await itemsOf(server, `/transactions?chargePoint=${identity}`, 1)
  return transaction ?? {}
}

async function meterValuesOf(identity: string, count: number) {
  const items = await itemsOf(server, `/charge-points/${identity}/meter-values`, count)
  return items.map(({ measurand, value, unit }) => [measurand, value, unit])
}

/** An operation, and the payload that the charger got for it; undefined when it got none. */
async function operation(charger: Charger, name: string, body: object) {
  let sent: unknown
  charger.onCall((_action, payload) => {
    sent = payload
    return { status: 'Accepted' }
  })
  const response = await operate(server, 'POST', `/charge-points/${charger.identity}/operations/${name}`, body)
  return { response, sent: sent as Record<string, never> | undefined }
}

describe('pings', () => {
  it('cut a charge point that never answers them, unless they are off', async () => {
    await putTraits(server, 'quiet', { pings: 'off' })
    const options = { ws: { autoPong: false } }
    const quiet = await connectCharger(server.url, 'quiet', options)
    const cut = await connectCharger(server.url, 'cut', options)
    let pings = 0
    quiet.ws.on('ping', () => pings++)
    await within('the cut', cut.closed)
    assert.equal(pings, 0)
    assert.equal(quiet.ws.readyState, quiet.ws.OPEN)
    await putTraits(server, 'quiet', null)
    await within('the cut after the trait was removed', quiet.closed)
  })
})

describe('timeZone', () => {
  it('applies to times without an offset: they are stored as UTC, and the message log keeps the received text', async () => {
    const charger = await charging('zone', { timeZone: 'America/New_York' })
    const sent = { connectorId: 1, errorCode: 'NoError', status: 'Charging', timestamp: '2026-01-10T12:00:00' }
    await charger.call('StatusNotification', sent)
    await charger.call('StartTransaction', {
      connectorId: 1,
      idTag: 'TAG',
      meterStart: 0,
      timestamp: '2026-01-10T12:00:01'
    })
    await charger.call('MeterValues', {
      connectorId: 1,
      meterValue: [{ timestamp: '2026-07-10T12:00:00', sampledValue: [{ value: '1' }] }]
    })
    assert.equal((await transactionOf('zone')).startedAt, '2026-01-10T17:00:01.000Z')
    const [connector] = (await operate(server, 'GET', '/charge-points/zone/state')).json().connectors
    assert.equal(connector.statusAt ?? connector.timestamp, '2026-01-10T17:00:00.000Z')
    const [reading] = await itemsOf(server, '/charge-points/zone/meter-values', 1)
    assert.equal(reading?.timestamp, '2026-07-10T16:00:00.000Z')
    const logged = await itemsOf(server, '/charge-points/zone/messages?action=StatusNotification', 2)
    assert.deepEqual(logged.find(({ direction }) => direction === 'in')?.payload, sent)
  })
})

describe('energyUnit', () => {
  const at = '2026-01-10T12:00:00Z'
  const samples = [
    { value: '2.5', measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
    { value: '2.5', measurand: 'Energy.Active.Import.Interval' },
    { value: '7.5', measurand: 'Energy.Active.Import.Interval', unit: 'kWh', phase: 'L1' },
    { value: '7000', measurand: 'Power.Active.Import', unit: 'W' }
  ]

  async function charge(charger: Charger) {
    const start = { connectorId: 1, idTag: 'TAG', meterStart: 2, timestamp: at }
    const answer = await charger.call('StartTransaction', start)
    const transactionId = answer.type === 3 ? answer.payload.transactionId : 0
    const meterValue = [{ timestamp: '2026-01-10T12:10:00Z', sampledValue: samples }]
    await charger.call('MeterValues', { connectorId: 1, transactionId, meterValue })
    const stop = { transactionId, meterStop: 12, timestamp: '2026-01-10T13:00:00Z' }
    assert.equal(outcome(await charger.call('StopTransaction', stop)), 'accepted')
    return transactionOf(charger.identity)
  }

  it('Wh that means kWh is booked so: readings, meterStart and meterStop; other units stay', async () => {
    const transaction = await charge(await charging('kilo', { energyUnit: 'Wh-means-kWh' }))
    assert.deepEqual([transaction.meterStart, transaction.meterStop, transaction.energyWh], [2000, 12_000, 10_000])
    assert.deepEqual((await meterValuesOf('kilo', 4)).sort(), [
      ['Energy.Active.Import.Interval', 2.5, 'kWh'],
      ['Energy.Active.Import.Interval', 7.5, 'kWh'],
      ['Energy.Active.Import.Register', 2.5, 'kWh'],
      ['Power.Active.Import', 7000, 'W']
    ])
    const logged = await itemsOf(server, '/charge-points/kilo/messages?action=MeterValues', 2)
    const sent = logged.find(({ direction }) => direction === 'in')?.payload as { meterValue: unknown[] }
    assert.deepEqual(sent.meterValue, [{ timestamp: '2026-01-10T12:10:00Z', sampledValue: samples }])
  })

  for (const traits of [{ leniency: ['decimal-meter-readings'] }, { validation: 'warn' }]) {
    const how = Object.keys(traits).join()
    it(`Wh that means kWh keeps the decimals of meterStart and meterStop until they are Wh (${how})`, async () => {
      const identity = `decimals-${how}`
      const charger = await charging(identity, { energyUnit: 'Wh-means-kWh', ...traits })
      const start = { connectorId: 1, idTag: 'TAG', meterStart: 12.345, timestamp: at }
      const answer = await charger.call('StartTransaction', start)
      const transactionId = answer.type === 3 ? answer.payload.transactionId : 0
      const stop = { transactionId, meterStop: 14.6789, timestamp: '2026-01-10T13:00:00Z' }
      assert.equal(outcome(await charger.call('StopTransaction', stop)), 'accepted')
      const transaction = await transactionOf(identity)
      assert.deepEqual([transaction.meterStart, transaction.meterStop, transaction.energyWh], [12_345, 14_679, 2334])
      await putTraits(server, identity, { energyUnit: null })
      await charger.call('StartTransaction', { ...start, timestamp: '2026-01-10T14:00:00Z' })
      assert.equal((await transactionOf(identity)).meterStart, 12)
    })
  }

  it('kWh that means Wh is booked so, and meterStart and meterStop stay in Wh', async () => {
    const transaction = await charge(await charging('plain', { energyUnit: 'kWh-means-Wh' }))
    assert.deepEqual([transaction.meterStart, transaction.meterStop], [2, 12])
    assert.deepEqual((await meterValuesOf('plain', 4)).map(([, value, unit]) => `${value} ${unit}`).sort(), [
      '2.5 Wh',
      '2.5 Wh',
      '7.5 Wh',
      '7000 W'
    ])
  })

  it('applies to 2.x, too', async () => {
    const charger = await charging('kilo2', { energyUnit: 'Wh-means-kWh' }, 'ocpp2.0.1')
    const event = (eventType: string, seqNo: number, value: number, more: object) => ({
      eventType,
      timestamp: `2026-01-10T12:0${seqNo}:00Z`,
      triggerReason: 'Authorized',
      seqNo,
      transactionInfo: { transactionId: 'T1' },
      meterValue: [{ timestamp: `2026-01-10T12:0${seqNo}:00Z`, sampledValue: [{ value, ...more }] }]
    })
    await charger.call('TransactionEvent', {
      ...event('Started', 0, 1, { context: 'Transaction.Begin' }),
      evse: { id: 1 }
    })
    await charger.call('TransactionEvent', event('Ended', 1, 4, { context: 'Transaction.End' }))
    assert.equal((await transactionOf('kilo2')).energyWh, 3000)
  })
})

describe('a trait about the abilities of a charge point', () => {
  it('chargingRateUnit and maxStackLevel refuse a charging limit that it would not obey', async () => {
    const charger = await charging('limited', { chargingRateUnit: 'A', maxStackLevel: 2 })
    for (const [body, told] of [
      [{ limit: 7000, unit: 'W' }, /in A only, not in W/],
      [{ limit: 16, unit: 'A', stackLevel: 3 }, /up to 2, not 3/]
    ] as const) {
      const { response, sent } = await operation(charger, 'charging-limit', body)
      assert.deepEqual([response.statusCode, response.json().code, sent], [422, 'INVALID_OPERATION', undefined])
      assert.match(response.json().detail, told)
    }
    const { response, sent } = await operation(charger, 'charging-limit', { limit: 16, unit: 'A', stackLevel: 2 })
    assert.equal(response.json().status, 'accepted')
    assert.equal((sent?.csChargingProfiles as { stackLevel: number } | undefined)?.stackLevel, 2)
    const start = await operation(charger, 'start', {
      idToken: { idToken: 'TAG' },
      chargingLimit: { limit: 1, unit: 'W' }
    })
    assert.deepEqual([start.response.statusCode, start.sent], [422, undefined])
  })

  it('firmwareProtocols refuse a firmware that it cannot download', async () => {
    const charger = await charging('firmware', { firmwareProtocols: ['ftp', 'http'] })
    const refused = await operation(charger, 'update-firmware', { location: 'https://files.example/fw' })
    assert.deepEqual([refused.response.statusCode, refused.sent], [422, undefined])
    assert.match(
      refused.response.json().detail,
      /cannot download firmware by https \(trait firmwareProtocols: ftp, http\)/
    )
    const { sent } = await operation(charger, 'update-firmware', { location: 'ftp://files.example/fw' })
    assert.equal(sent?.location, 'ftp://files.example/fw')
  })

  it('heartbeatInterval is sent unchanged, to a charge point and for a model', async () => {
    await putTraits(server, 'beats', { heartbeatInterval: 77 })
    await putModel(server, 'beats', { match: { vendor: 'Beats' }, traits: { heartbeatInterval: 66 } })
    const boot = async (identity: string, chargePointVendor: string) => {
      const charger = await connectCharger(server.url, identity)
      const answer = await charger.call('BootNotification', { chargePointVendor, chargePointModel: 'One' })
      return answer.type === 3 ? Number(answer.payload.interval) : 0
    }
    assert.equal(await boot('beats', 'Beats'), 77)
    assert.equal(await boot('beats-of-model', 'Beats'), 66)
    const fleet = await boot('beats-of-fleet', 'Other')
    assert.ok(fleet >= 855 && fleet <= 945, String(fleet))
  })
})
