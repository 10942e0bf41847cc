import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { book, event2 } from '../ledger/wire-support.js'
import { perform, play } from './support.js'

const DYNAMIC = {
  id: 44,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Dynamic',
  chargingSchedule: [
    {
      id: 1,
      chargingRateUnit: 'W',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 9000, setpoint: 7000, operationMode: 'CentralSetpoint' }]
    }
  ]
}

onSharedBackend('limits that change while a transaction goes on', (start) => {
  it('new values of a dynamic profile are sent, and kept when they are accepted', async () => {
    const server = await start()
    const { asked } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }), { identity: 'DYN' })
    await perform(server, 'DYN', 'calls/SetChargingProfile', { evseId: 1, chargingProfile: DYNAMIC })
    asked.length = 0
    const changed = await perform(server, 'DYN', 'operations/dynamic-limit', {
      profileId: 44,
      limit: 5000,
      limitL2: 4000
    })
    assert.deepEqual([changed.status, changed.body.status], [200, 'accepted'])
    const scheduleUpdate = { limit: 5000, limit_L2: 4000 }
    assert.deepEqual(asked, [['UpdateDynamicSchedule', { chargingProfileId: 44, scheduleUpdate }]])
    const { items } = (await operate(server, 'GET', '/charge-points/DYN/charging-profiles')).json()
    const [period] = items[0].payload.chargingSchedule[0].chargingSchedulePeriod
    assert.deepEqual([period.limit, period.limit_L2, period.setpoint], [5000, 4000, 7000])
  })

  it('neither a profile that is not dynamic, nor no value at all, is sent', async () => {
    const server = await start()
    const { asked } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }), { identity: 'STATIC' })
    await perform(server, 'STATIC', 'operations/charging-limit', { limit: 16, unit: 'A', evseId: 1 })
    const { items } = (await operate(server, 'GET', '/charge-points/STATIC/charging-profiles')).json()
    asked.length = 0
    const other = await perform(server, 'STATIC', 'operations/dynamic-limit', {
      profileId: items[0].profileId,
      limit: 1
    })
    assert.equal(other.body.status, 'not-found')
    const empty = await perform(server, 'STATIC', 'operations/dynamic-limit', { profileId: 44 })
    assert.deepEqual([empty.status, empty.body.code, asked], [422, 'INVALID_OPERATION', []])
  })

  it('neither is taken where the load management of a site decides, but priority may be ended', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp2.1', () => ({ status: 'Accepted' }), { identity: 'SITED' })
    const started = event2('Started', 0, new Date().toISOString(), { register: 0, evse: { id: 1, connectorId: 1 } })
    await book(charger, 'TransactionEvent', started)
    await perform(server, 'SITED', 'calls/SetChargingProfile', { evseId: 1, chargingProfile: DYNAMIC })
    await operate(server, 'PUT', '/sites/prio', { name: 'prio' })
    await operate(server, 'PUT', '/charge-points/SITED', { site: 'prio' })
    const evses = [{ identity: 'SITED', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }]
    const circuits = [{ id: 'main', limit: { A: 63 } }]
    const put = await operate(server, 'PUT', '/sites/prio/load-management', { mode: 'control', circuits, evses })
    assert.equal(put.statusCode, 201, put.body)
    const ofUs = () => asked.filter(([action]) => /Priority|Dynamic/.test(action))
    for (const [name, body] of [
      ['dynamic-limit', { profileId: 44, limit: 22_000 }],
      ['priority-charging', { evseId: 1 }]
    ] as const) {
      const refused = await perform(server, 'SITED', `operations/${name}`, body)
      assert.deepEqual([refused.status, refused.body.code], [409, 'LOAD_IS_MANAGED'], name)
    }
    assert.deepEqual(ofUs(), [])
    const ended = await perform(server, 'SITED', 'operations/priority-charging', { evseId: 1, active: false })
    assert.equal(ended.body.status, 'accepted')
    assert.equal(ofUs().length, 1)
    await operate(server, 'PUT', '/sites/prio/load-management?force=true', { mode: 'off', circuits, evses })
  })
})
