import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { connectCharger } from '../support/charger.js'
import { startServer } from '../support/server.js'

describe('2.1 SEND', () => {
  const valid = { id: 1, pending: 0, basetime: '2026-01-01T00:00:00Z', data: [{ t: 0, v: '1' }] }

  test('is handled and never answered', async () => {
    const seen: unknown[] = []
    const server = await startServer({ authenticate: () => ({ accept: true, registration: 'Accepted' }) }, (app) => {
      app.ocpp.v21.on('NotifyPeriodicEventStream', (message) => void seen.push(message))
      app.ocpp.v21.on('Heartbeat', () => ({ currentTime: '2026-01-01T00:00:00Z' }))
    })
    const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.1' })
    charger.send(6, 's1', 'NotifyPeriodicEventStream', valid)
    await charger.roundTrip()
    assert.deepEqual(seen, [valid])
    assert.equal(charger.received.length, 1)
  })

  test('is never answered when it is invalid, when its handler throws and before acceptance', async () => {
    const server = await startServer({}, (app) => {
      app.ocpp.v21.on('NotifyPeriodicEventStream', () => {
        throw new Error('broken')
      })
      app.ocpp.v21.on('BootNotification', () => ({
        status: 'Accepted',
        currentTime: '2026-01-01T00:00:00Z',
        interval: 300
      }))
    })
    const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.1' })
    charger.send(6, 's1', 'NotifyPeriodicEventStream', valid)
    await charger.boot()
    charger.send(6, 's2', 'NotifyPeriodicEventStream', { id: 'x' })
    charger.send(6, 's3', 'NotifyPeriodicEventStream', valid)
    await charger.boot()
    assert.equal(charger.received.length, 2)
    assert.deepEqual(server.app.ocpp.chargePoints.get('CP-1')?.violations[0]?.action, 'NotifyPeriodicEventStream')
  })
})
