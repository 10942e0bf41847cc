import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bootRequest, connectCharger } from '../support/charger.js'
import { operate, startBackend } from './support.js'

const VERSIONS = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const

const byDefault = await startBackend()
const slow = await startBackend({ OCPP_BOOT_RETRY_INTERVAL: '120', OCPP_HEARTBEAT_INTERVAL: '60' })

describe('a boot that is not accepted', () => {
  for (const protocol of VERSIONS) {
    for (const registration of ['Pending', 'Rejected']) {
      it(`is answered ${registration} with the time to boot again, which is not that of Heartbeats, in ${protocol}`, async () => {
        for (const [server, seconds] of [
          [byDefault, 30],
          [slow, 120]
        ] as const) {
          const identity = `${registration}-${protocol}`
          await operate(server, 'PUT', `/charge-points/${identity}`, { registration })
          const charger = await connectCharger(server.url, identity, { protocol })
          const answer = await charger.call('BootNotification', bootRequest(protocol))
          assert.equal(answer.type, 3)
          assert.deepEqual([answer.payload.status, answer.payload.interval], [registration, seconds])
        }
      })
    }

    it(`gets another interval than one that is accepted, in ${protocol}`, async () => {
      const charger = await connectCharger(slow.url, `accepted-${protocol}`, { protocol })
      const answer = await charger.call('BootNotification', bootRequest(protocol))
      const interval = answer.type === 3 ? Number(answer.payload.interval) : Number.NaN
      assert.ok(interval >= 57 && interval <= 63, String(interval))
    })
  }
})
