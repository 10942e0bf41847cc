/**
 * Tests the handlers in `app.ts` with charge points inside this process, without a port.
 *
 *   node --import=tsx --conditions=source --test examples/inject/app.test.ts
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildApp, type Store } from './app.js'

const CHARGER = { identity: 'CP-1', protocol: 'ocpp1.6', password: 'secret' } as const
const BOOT = { chargePointVendor: 'Acme', chargePointModel: 'One' }

const store: Store = {
  password: (identity) => (identity === 'CP-1' ? 'secret' : undefined),
  isKnown: (idTag) => idTag === 'ANNA'
}

/** Creates an app for one test, and closes it after the test. */
async function testApp(t: { after(fn: () => unknown): void }) {
  const app = await buildApp(store)
  t.after(() => app.close())
  return app
}

test('a wrong password is refused', async (t) => {
  const app = await testApp(t)
  const attempt = app.ocpp.inject({ ...CHARGER, password: 'guess' })
  await assert.rejects(attempt, { code: 'OCPP_ERR_REFUSED', status: 401 })
})

test('an accepted charger receives the interval of its meter values', async (t) => {
  const app = await testApp(t)
  const charger = await app.ocpp.inject(CHARGER)
  const configured = new Promise((resolve) => {
    charger.on('ChangeConfiguration', (request) => {
      resolve(request)
      return { status: 'Accepted' }
    })
  })

  const boot = await charger.call('BootNotification', BOOT)

  assert.equal(boot.status, 'Accepted')
  assert.deepEqual(await configured, { key: 'MeterValueSampleInterval', value: '60' })
})

test('known drivers are accepted, others are not', async (t) => {
  const app = await testApp(t)
  const charger = await app.ocpp.inject(CHARGER)
  await charger.call('BootNotification', BOOT)
  const start = { connectorId: 1, meterStart: 0, timestamp: '2026-01-01T12:00:00Z' }

  const anna = await charger.call('StartTransaction', { ...start, idTag: 'ANNA' })
  const bert = await charger.call('StartTransaction', { ...start, idTag: 'BERT' })

  assert.deepEqual(anna, { transactionId: 1, idTagInfo: { status: 'Accepted' } })
  assert.equal(bert.idTagInfo.status, 'Invalid')
})

test('an HTTP request unlocks the connector and returns the answer of the charger', async (t) => {
  const app = await testApp(t)
  const charger = await app.ocpp.inject(CHARGER)
  charger.on('UnlockConnector', ({ connectorId }) => {
    return { status: connectorId === 1 ? 'Unlocked' : 'NotSupported' }
  })

  const answer = await app.inject({ method: 'POST', url: '/chargers/CP-1/unlock' })

  assert.deepEqual([answer.statusCode, answer.json()], [200, { status: 'Unlocked' }])
})

test('the request is answered 409 when the charger is not connected', async (t) => {
  const app = await testApp(t)
  const charger = await app.ocpp.inject(CHARGER)
  await charger.close()

  const answer = await app.inject({ method: 'POST', url: '/chargers/CP-1/unlock' })

  assert.equal(answer.statusCode, 409)
})
