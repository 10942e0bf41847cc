import assert from 'node:assert/strict'
import { it } from 'node:test'
import { connectCharger } from '../support/charger.js'
import { onSharedBackend, operate } from './support.js'

const LEAP = '2016-12-31T23:59:60Z'
const AFTER = '2017-01-01T00:00:00.000Z'
/** A leap second to come, as far as anybody knows. */
const FUTURE_LEAP = '2090-12-31T23:59:60Z'
const AFTER_FUTURE = '2091-01-01T00:00:00.000Z'

onSharedBackend('a leap second', (start) => {
  it('is a valid time in the filters of every list', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    const timestamp = '2017-01-01T00:00:00Z'
    await charger.call('StartTransaction', { connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp })
    for (const [path, count] of [
      [`/transactions?from=${LEAP}`, 1],
      [`/transactions?to=${LEAP}`, 0],
      [`/calls?from=${LEAP}`, undefined],
      [`/charge-points/CP-1/calls?to=${LEAP}`, 0],
      [`/audit?from=${LEAP}`, undefined],
      [`/certificates?expiresBefore=${LEAP}`, 0],
      [`/charge-points/CP-1/meter-values?from=${LEAP}`, undefined]
    ] as const) {
      const response = await operate(server, 'GET', path)
      assert.equal(response.statusCode, 200, `${path} ${response.body}`)
      if (count !== undefined) assert.equal(response.json().items.length, count, path)
    }
  })

  it('is taken as a time that an operator sets', async () => {
    const server = await start()
    const token = await operate(server, 'PUT', '/id-tokens/LEAP', { expiresAt: LEAP })
    assert.deepEqual([token.statusCode, token.json().expiresAt], [201, AFTER])
    const operator = await operate(server, 'POST', '/operator-tokens', {
      name: 'leap',
      scopes: ['charge-points:read'],
      expiresAt: FUTURE_LEAP
    })
    assert.deepEqual([operator.statusCode, operator.json().expiresAt], [201, AFTER_FUTURE])
  })

  it('is taken in an operation, and sent as the second after it', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CP-2', { boot: true })
    charger.onCall((action) => (action === 'GetLocalListVersion' ? { listVersion: 0 } : { status: 'Accepted' }))
    const sent = await operate(server, 'POST', '/charge-points/CP-2/operations/send-local-list', {
      update: 'full',
      entries: [{ idToken: 'TAG', expiresAt: FUTURE_LEAP }]
    })
    assert.equal(sent.statusCode, 200, sent.body)
    const reserved = await operate(server, 'POST', '/charge-points/CP-2/operations/reserve', {
      idToken: { idToken: 'TAG', type: 'ISO14443' },
      connectorId: 1,
      expiresAt: FUTURE_LEAP
    })
    assert.equal(reserved.statusCode, 200, reserved.body)
    const calls = charger.received.map((text) => JSON.parse(text) as unknown[]).filter(([type]) => type === 2)
    const texts = calls.map(([, , action, payload]) => `${action} ${JSON.stringify(payload)}`)
    for (const action of ['SendLocalList', 'ReserveNow']) {
      assert.ok(
        texts.some((text) => text.startsWith(action) && text.includes(AFTER_FUTURE)),
        `${action}: ${texts.join('\n')}`
      )
    }
  })

  it('is the time of a message of a charge point', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CP-3', { boot: true })
    await charger.call('StartTransaction', { connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp: LEAP })
    const { items } = (await operate(server, 'GET', '/transactions?chargePoint=CP-3')).json()
    assert.equal(items[0]?.startedAt, AFTER)
  })
})
