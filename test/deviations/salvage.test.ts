import assert from 'node:assert/strict'
import { it } from 'node:test'
import { connectCharger } from '../support/charger.js'
import { answerBasics, startServer } from '../support/server.js'

const got: unknown[] = []
const delivered: boolean[] = []
const { app, url } = await startServer({ validation: 'salvage' }, (app) => {
  answerBasics(app)
  app.ocpp.v16.on('DataTransfer', (request) => {
    got.push(request)
    return { status: 'Accepted' }
  })
  app.ocpp.v16.on('MeterValues', (request) => {
    got.push(request)
    return {}
  })
  app.ocpp.events.on('violation', (event) => delivered.push(event.delivered))
})
const charger = await connectCharger(url, 'CP', { boot: true })

for (const [what, action, payload, expected] of [
  ['an optional member', 'DataTransfer', { vendorId: 'v', data: { a: 1 } }, { vendorId: 'v' }],
  ['a member that is not defined', 'DataTransfer', { vendorId: 'v', extra: 1 }, { vendorId: 'v' }],
  ['the item of a list', 'MeterValues', { connectorId: 1, meterValue: [1] }, { connectorId: 1, meterValue: [] }],
  ['a required list', 'MeterValues', { connectorId: 1, meterValue: 'x' }, { connectorId: 1, meterValue: [] }]
] as const) {
  it(`validation: salvage leaves out ${what} that cannot be used`, async () => {
    assert.equal((await charger.call(action, payload)).type, 3)
    assert.deepEqual(got.pop(), expected)
    assert.equal(delivered.pop(), true)
  })
}

it('validation: salvage keeps a text that is too long, and a value that is no enumeration value', async () => {
  const sampledValue = [{ value: '1', context: 'Made.Up' }]
  const vendorId = 'v'.repeat(300)
  assert.equal((await charger.call('DataTransfer', { vendorId })).type, 3)
  assert.deepEqual(got.pop(), { vendorId })
  const meterValue = [{ timestamp: '2026-01-01T00:00:00Z', sampledValue }]
  assert.equal((await charger.call('MeterValues', { connectorId: 1, meterValue })).type, 3)
  assert.equal(got.length, 1)
  got.pop()
})

it('validation: salvage keeps the time of a reading, and takes that of receipt for one without a usable time', async () => {
  const sampledValue = [{ value: '1' }]
  const meterValue = ['2026-01-01T00:00:00Z', 'yesterday'].map((timestamp) => ({ timestamp, sampledValue }))
  const before = Date.now()
  assert.equal((await charger.call('MeterValues', { connectorId: 1, meterValue: [...meterValue, 7] })).type, 3)
  const [{ meterValue: readings }] = got.splice(0) as [{ meterValue: typeof meterValue }]
  assert.equal(readings.length, 2)
  assert.deepEqual(readings[0], meterValue[0])
  const receivedAt = Date.parse(readings[1]?.timestamp ?? '')
  assert.ok(receivedAt >= before && receivedAt <= Date.now())
})

it('validation: salvage refuses a message without a required member', async () => {
  const answer = await charger.call('DataTransfer', { vendorId: { a: 1 } })
  assert.ok(answer.type === 4)
  assert.equal(answer.code, 'TypeConstraintViolation')
  assert.equal(delivered.pop(), false)
  assert.deepEqual(got, [])
})

it('validation: salvage leaves out what cannot be used of an answer', async () => {
  charger.onCall(() => ({ configurationKey: [{ key: 'A', readonly: true, value: {} }, 7], unknownKey: 1 }))
  const answer = await app.ocpp.v16.call('CP', 'GetConfiguration', {})
  assert.deepEqual(answer, { configurationKey: [{ key: 'A', readonly: true }] })
})
