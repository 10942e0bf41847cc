import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEVIATIONS, type Deviation } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { startServer } from '../support/server.js'

/** Calls that a back-end must not send, each with the deviation that a charge point may send. */
const CALLS: readonly (readonly [deviation: Deviation, action: string, payload: object])[] = [
  ['long-texts', 'RemoteStartTransaction', { idTag: 'T'.repeat(21) }],
  ['unknown-members', 'ClearCache', { all: true }],
  ['wrong-types', 'UnlockConnector', { connectorId: '1' }],
  ['wrong-types', 'ChangeConfiguration', { key: 'HeartbeatInterval', value: 300 }],
  ['enum-spelling', 'Reset', { type: 'hard' }],
  ['loose-date-times', 'GetDiagnostics', { location: 'ftp://host/', startTime: '2026-01-01 00:00' }]
]

/** Answers to a BootNotification that a back-end must not send. */
const ANSWERS: readonly object[] = [
  { currentTime: '2026-01-01 00:00:00', status: 'Accepted', interval: 300 },
  { currentTime: '2026-01-01T00:00:00Z', status: 'accepted', interval: 300 },
  { currentTime: '2026-01-01T00:00:00Z', status: 'Accepted', interval: '300' },
  { currentTime: '2026-01-01T00:00:00Z', status: 'Accepted', interval: 300, more: 1 },
  { currentTime: '2026-01-01T00:00:00Z', status: 'Accepted', interval: null }
]

test('nothing that deviates is sent, though every deviation is accepted', async (suite) => {
  let answer: object = {}
  const { app, url } = await startServer(
    {
      authenticate: () => ({ accept: true, registration: 'Accepted' }),
      leniency: { deviations: Object.keys(DEVIATIONS) as Deviation[], dropUnknownMembers: true, coerce: true }
    },
    ({ ocpp }) => {
      ocpp.v16.on('BootNotification', () => answer as never)
    }
  )
  const charger = await connectCharger(url, 'CP-1')
  const received: string[] = []
  charger.ws.on('message', (data) => received.push(String(data)))

  for (const [deviation, action, payload] of CALLS) {
    await suite.test(`${deviation}: a call of ${action}`, async () => {
      await assert.rejects(app.ocpp.v16.call('CP-1', action as 'Reset', payload as never), {
        code: 'OCPP_ERR_INVALID_PAYLOAD'
      })
      assert.deepEqual(received, [])
    })
  }
  for (const deviating of ANSWERS) {
    await suite.test(`an answer ${JSON.stringify(deviating)}`, async () => {
      answer = deviating
      const got = await charger.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' })
      assert.equal(got.type === 4 && got.code, 'InternalError')
    })
  }
})
