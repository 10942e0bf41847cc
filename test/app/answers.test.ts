import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { validatePayload } from 'fastify-ocpp'
import { maximal, minimal } from '../schemas/samples.js'
import { versions } from '../schemas/versions.js'
import { connectCharger } from '../support/charger.js'
import { startBackend } from './support.js'

const server = await startBackend()

for (const { version, protocol, actions } of versions) {
  describe(`the back-end, to a charge point that speaks OCPP ${version}`, () => {
    for (const [action, { direction, messageType, request }] of Object.entries(actions)) {
      if (direction === 'csms' || messageType === 'SEND') continue
      for (const [size, payload] of Object.entries({ minimal: minimal(request), maximal: maximal(request) })) {
        it(`answers a ${size} ${action} with a valid CALLRESULT`, async () => {
          const charger = await connectCharger(server.url, `${size}-${action}-${version}`, { protocol, boot: true })
          const answer = await charger.call(action, payload)
          assert.equal(answer.type, 3, JSON.stringify(answer))
          assert.equal(validatePayload(protocol, action, 'response', answer.payload), undefined)
        })
      }
    }
  })
}

describe('the back-end, to a charge point that streams', () => {
  it('does not answer a SEND, and still answers what follows', async () => {
    const { NotifyPeriodicEventStream } = versions[2].actions
    const charger = await connectCharger(server.url, 'streamer', { protocol: 'ocpp2.1', boot: true })
    charger.send(6, 'stream-1', 'NotifyPeriodicEventStream', maximal(NotifyPeriodicEventStream.request))
    assert.equal((await charger.roundTrip()).type, 3)
    assert.deepEqual(charger.unread, [])
    assert.equal(server.app.ocpp.chargePoints.get('streamer')?.counters.ignored, 0)
  })
})
