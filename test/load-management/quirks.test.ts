import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Quirk } from '../../src/simulator/model/quirks.js'
import { onBothBackends } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage, PHASES } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const LIMIT = 130

/** A quirk; what is reserved at the end, and why; and what the car then takes. */
const CASES: [Quirk, number, string, number][] = [
  ['amperes-only', 10.5, 'limit', 10.5],
  ['watts-only', 32, 'no-fallback', 32],
  ['refuses-tx-profile', 6, 'fallback', 6],
  ['one-profile', 6, 'fallback', 6],
  ['needs-highest-level', 32, 'no-fallback', 32],
  ['slow-current', 10.5, 'limit', 10.5],
  ['refuses-relative', 32, 'no-fallback', 32]
]

onBothBackends('charge points with quirks', (start) => {
  it('T13: never take more than there is, and are not asked without end', async () => {
    const server = await start(SETTINGS, listen)
    const protocols = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const
    const stalls = CASES.map(([quirk], index) => ({ protocol: protocols[index % 3] ?? 'ocpp1.6', quirks: [quirk] }))
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: LIMIT } }] }
    const garage = await Garage.open(server, { id: 'quirky', stalls, body })
    garage.watch = (currents) => {
      for (const phase of PHASES) assert.ok(currents[phase] <= LIMIT, JSON.stringify(currents))
    }
    for (const index of CASES.keys()) await garage.arrive(index, HUNGRY)
    await garage.reach(
      CASES.map(([, , , taken]) => taken),
      600
    )
    const { evses } = await garage.state()
    assert.deepEqual(
      evses.map(({ reserved, cause }: { reserved: number; cause: string }) => [reserved, cause]),
      CASES.map(([, reserved, cause]) => [reserved, cause])
    )
    await garage.pass(300, 10)
    const [, rejected] =
      /site_profile_calls_total\{outcome="rejected"\} (\d+)/.exec((await server.app.inject('/metrics')).body) ?? []
    assert.ok(Number(rejected) > 0 && Number(rejected) <= 5 * 10, `${rejected} profiles were rejected`)
  })
})
