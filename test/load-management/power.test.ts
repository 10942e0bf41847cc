import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage, PHASES } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }

onBothBackends('charge points that tell power only', (start) => {
  it('are named when they ignore their limit, and use what they may when they are limited in W', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = [
      { protocol: 'ocpp1.6', quirks: ['no-current', 'ignores-limits'] },
      { protocol: 'ocpp2.0.1', quirks: ['no-current'] },
      { protocol: 'ocpp2.1', quirks: ['no-current'], unit: 'W', fallback: 0 },
      { protocol: 'ocpp1.6', unit: 'W', fallback: 0 }
    ] as const
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: 113 }, margin: 1 }] }
    const garage = await Garage.open(server, { id: 'powers', stalls, body })
    for (const index of stalls.keys()) await garage.arrive(index, HUNGRY)
    await garage.pass(120)
    garage.watch = (currents) => {
      for (const phase of PHASES) assert.ok(currents[phase] <= 113, JSON.stringify(currents))
    }
    // The others share 112 - 32 A; who is limited in W may put all of it on one phase.
    await garage.reach([32, 26.6, 8.9, 8.9], 900)
    const { evses } = await garage.state()
    assert.deepEqual(
      evses.map(({ obedience, reserved }: { obedience: string; reserved: number }) => [obedience, reserved]),
      [
        ['ignoring', 32],
        ['unproven', 26.6],
        ['obeys', 26.6],
        ['obeys', 26.6]
      ]
    )
  })
})
