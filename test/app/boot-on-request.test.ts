import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bootRequest, connectCharger } from '../support/charger.js'
import { BEARER, startBackend } from './support.js'

const server = await startBackend({ OCPP_CALLS_AFTER_CONNECT: '0' })

describe('a charge point that was accepted before the back-end was restarted', () => {
  for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`is asked once to boot, and then may send everything, in ${protocol}`, async () => {
      const charger = await connectCharger(server.url, `restarted-${protocol}`, { protocol })
      for (const _ of [1, 2, 3]) {
        const refused = await charger.call('Heartbeat')
        assert.equal(refused.type === 4 && refused.code, 'SecurityError')
      }
      const [type, id, action, payload] = await charger.nextFrame()
      assert.deepEqual([type, action, payload], [2, 'TriggerMessage', { requestedMessage: 'BootNotification' }])
      charger.send(3, id, { status: 'Accepted' })
      await charger.boot()
      assert.equal((await charger.roundTrip()).type, 3)
      assert.deepEqual(charger.unread, [])
    })
  }
})

describe('a charge point that was told to wait', () => {
  for (const registration of ['Pending', 'Rejected']) {
    it(`is not asked to boot when it was ${registration}`, async () => {
      const identity = `waits-${registration}`
      const url = `/api/v1/charge-points/${identity}`
      await server.app.inject({ method: 'PUT', url, headers: BEARER, payload: { registration } })
      const charger = await connectCharger(server.url, identity)
      for (const [action, payload] of [['BootNotification', bootRequest('ocpp1.6')], ['Heartbeat'], ['Heartbeat']]) {
        await charger.call(String(action), payload)
      }
      assert.deepEqual(charger.unread, [])
    })
  }
})
