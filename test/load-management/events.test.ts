import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SiteControl } from '../../lib/load-management/control.js'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'

const MAIN = { id: 'main', limit: { A: 63 }, margin: 1 }
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }

onBothBackends('events of charge points', (start) => {
  it('are looked at by the control of their own site only, also after the site is another one', async (t) => {
    const server = await start(SETTINGS, listen)
    const body = { mode: 'control', circuits: [MAIN] }
    for (const id of ['one', 'two', 'three']) {
      await Garage.open(server, { id, stalls: [{ protocol: 'ocpp1.6' }], body })
    }
    const take = t.mock.method(SiteControl.prototype, 'take')
    const { loadManagement } = server.app
    const of = (chargePoint: string) => {
      take.mock.resetCalls()
      const about = { id: '1', at: '2026-01-01T00:00:00.000Z', chargePoint }
      loadManagement.take({ ...about, type: 'connect', data: {} } as never)
      return take.mock.callCount()
    }
    assert.deepEqual(['ONE-0', 'two-0', 'three-0', 'four-0'].map(of), [1, 1, 1, 0])
    await operate(server, 'PUT', '/sites/two/load-management', { ...body, evses: [] })
    await operate(server, 'PUT', '/sites/one/load-management', { ...body, evses: [], mode: 'off' })
    for (const id of ['one', 'two']) await loadManagement.run(id)
    assert.deepEqual(['one-0', 'two-0', 'three-0'].map(of), [0, 0, 1])
  })
})
