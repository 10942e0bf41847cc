import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { operate, startBackend, stateOf } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { problemsOf, violationsOf } from './support.js'

const server = await startBackend({ OCPP_VALIDATION: 'warn' })
const timestamp = '2026-01-01T00:00:00Z'

describe('with validation: warn', () => {
  it('an unusable value is absent from the records, and the values beside it are stored', async () => {
    const charger = await connectCharger(server.url, 'USABLE', { boot: true })
    const status = {
      connectorId: 1,
      errorCode: 'NoError',
      status: 'Charging',
      info: { a: 1 },
      vendorId: 7.5,
      extra: []
    }
    assert.equal((await charger.call('StatusNotification', status)).type, 3)
    const [connector] = (await stateOf(server, 'USABLE')).connectors
    assert.deepEqual(
      [connector.status, connector.info, connector.vendorId, connector.errorCode],
      ['Charging', undefined, '7.5', undefined]
    )
    const sampledValue = [
      { value: { a: 1 } },
      'garbage',
      { unit: 'Wh' },
      { value: '1234', unit: 'Wh', phase: 'L1', context: 7 }
    ]
    const meterValue = [{ timestamp, sampledValue }, null, { timestamp: {}, sampledValue: 'none' }]
    assert.equal((await charger.call('MeterValues', { connectorId: 1, meterValue })).type, 3)
    const { items } = (await operate(server, 'GET', '/charge-points/USABLE/meter-values')).json()
    assert.deepEqual(
      items.map(({ value, phase }: { value?: number; phase?: string }) => [value, phase]),
      [[1234, 'L1']]
    )
  })

  it('a transaction without meter readings has no energy, not 0', async () => {
    const charger = await connectCharger(server.url, 'READINGS', { boot: true })
    const start = { connectorId: 1, idTag: 'TAG', meterStart: 'unknown', timestamp, reservationId: 'none' }
    const answer = await charger.call('StartTransaction', start)
    assert.ok(answer.type === 3)
    const { transactionId } = answer.payload
    const stop = { transactionId, meterStop: { Wh: 1 }, timestamp: '2026-01-01T01:00:00Z', transactionData: 5 }
    assert.equal((await charger.call('StopTransaction', stop)).type, 3)
    const { items } = (await operate(server, 'GET', '/transactions?chargePoint=READINGS')).json()
    assert.deepEqual(
      [items[0].status, items[0].meterStart, items[0].meterStop, items[0].energyWh],
      ['ended', undefined, undefined, undefined]
    )
  })

  it('a message that is useless without its invalid value is rejected, and no trait is suggested', async () => {
    const charger = await connectCharger(server.url, 'NOTHING', { boot: true })
    for (let time = 0; time < 3; time++) {
      const answer = await charger.call('StatusNotification', {
        connectorId: {},
        errorCode: 'NoError',
        status: 'Available'
      })
      assert.ok(answer.type === 4)
      assert.equal(answer.code, 'TypeConstraintViolation')
    }
    const [problem] = await problemsOf(server, 'NOTHING')
    assert.match(problem?.detail ?? '', /without it the message says nothing$/)
    assert.equal(problem?.suggestedTraits, undefined)
    const [violation] = await violationsOf(server, 'NOTHING')
    assert.deepEqual([violation?.refused, violation?.delivered], [3, 0])
  })
})
