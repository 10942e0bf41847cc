import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackendsAlways } from '../app/support.js'
import { Garage } from './garage.js'

const STALLS = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.0.1' }, { protocol: 'ocpp2.1' }] as const

onBothBackendsAlways('a site under control', (start) => {
  it('T10: gives one session all that the idle EVSEs leave, and two equal shares', async () => {
    const server = await start()
    const circuits = [{ id: 'main', limit: { A: 100 }, margin: 0 }]
    // Cars that could take more than the charger has.
    const stalls = STALLS.map((stall) => ({ ...stall, maximum: 88 }))
    const garage = await Garage.open(server, { id: 'k03', stalls, body: { mode: 'control', circuits } })
    for (const charger of garage.chargers) Object.assign(charger.station, { maxPower: 88 * 690 })
    await garage.arrive(0, { maxPower: 100_000, capacity: 1e6 })
    assert.deepEqual(garage.shares(), [6, 0, 0], 'starts with its fallback')
    await garage.pass(300)
    assert.deepEqual(garage.shares(), [88, 0, 0])
    await garage.arrive(1, { maxPower: 100_000, capacity: 1e6 })
    await garage.pass(300)
    assert.deepEqual(garage.shares(), [47, 47, 0])
    await garage.leave(0)
    await garage.pass(120)
    assert.deepEqual(garage.shares(), [0, 88, 0])
    assert.ok(garage.peak.L1 <= 100, JSON.stringify(garage.peak))
  })
})
