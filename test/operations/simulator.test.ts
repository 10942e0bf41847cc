import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { plug } from '../../src/simulator/sessions/cable.js'
import { operate, startBackend } from '../app/support.js'
import { createCharger } from '../simulator/support.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { PROTOCOLS, perform } from './support.js'

const FAR = '2090-01-01T00:00:00.000Z'
const LOCATION = 'https://files.example/file'
const DRIVER = { idToken: 'DRIVER' }

/** Operations one after the other, and their outcome with a charger that can do everything. */
const ASKED: readonly (readonly [name: string, request: object, status: string])[] = [
  ['trigger', { message: 'heartbeat' }, 'accepted'],
  ['get-configuration', { items: [{ key: 'HeartbeatInterval' }, { key: 'ConnectionTimeOut' }] }, 'accepted'],
  ['set-configuration', { items: [{ key: 'HeartbeatInterval', value: '600' }] }, 'accepted'],
  ['send-local-list', { entries: [DRIVER, { idToken: 'OTHER' }] }, 'accepted'],
  ['charging-limit', { limit: 16, unit: 'A', evseId: 1 }, 'accepted'],
  ['clear-charging-limit', { evseId: 1, purpose: 'default' }, 'accepted'],
  ['clear-charging-limit', { evseId: 1, purpose: 'default' }, 'not-found'],
  ['reserve', { idToken: DRIVER, expiresAt: FAR, evseId: 1, reservationId: 7 }, 'accepted'],
  ['cancel-reservation', { reservationId: 7 }, 'accepted'],
  ['availability', { operative: false, evseId: 1 }, 'accepted'],
  ['availability', { operative: true, evseId: 1 }, 'accepted'],
  ['unlock', { evseId: 1 }, 'accepted'],
  ['clear-cache', {}, 'accepted'],
  ['upload-log', { location: LOCATION }, 'accepted'],
  ['update-firmware', { location: LOCATION, retrieveAt: FAR }, 'accepted'],
  ['start', { idToken: DRIVER, evseId: 1, chargingLimit: { limit: 10, unit: 'A' } }, 'accepted'],
  // Then it connects anew.
  ['set-password', {}, 'accepted']
]

describe('a simulated charger', () => {
  for (const protocol of PROTOCOLS) {
    it(`does what is asked of it in ${protocol}`, async () => {
      const server = await startBackend()
      await connect(server, protocol)
      for (const [name, request, status] of ASKED) {
        const answer = await perform(server, 'SIM-1', `operations/${name}`, request)
        assert.deepEqual([name, answer.status, answer.body.status], [name, 200, status], JSON.stringify(answer.body))
      }
    })

    it(`starts and stops a transaction, limited meanwhile, and is reset, in ${protocol}`, async () => {
      const server = await startBackend()
      const charger = await connect(server, protocol)
      const [evse] = charger.station.evses
      await perform(server, 'SIM-1', 'operations/start', { idToken: DRIVER, evseId: 1 })
      plug(charger, 1, 1)
      await until('the transaction', () => evse?.transaction !== undefined)
      const open = async () =>
        (await operate(server, 'GET', '/transactions?chargePoint=SIM-1&status=open')).json().items
      while ((await open()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      const limit = { limit: 6, unit: 'A', purpose: 'transaction' }
      assert.equal((await perform(server, 'SIM-1', 'operations/charging-limit', limit)).body.status, 'accepted')
      assert.equal((await perform(server, 'SIM-1', 'operations/stop')).body.status, 'accepted')
      while ((await open()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      assert.equal((await perform(server, 'SIM-1', 'operations/reset')).body.status, 'accepted')
    })
  }
})

async function connect(server: TestServer, protocol: (typeof PROTOCOLS)[number]) {
  const { charger } = createCharger({ url: `${server.url}/ocpp` }, protocol)
  await charger.connect()
  await until('the charger is accepted', () => charger.registration === 'Accepted')
  return charger
}
