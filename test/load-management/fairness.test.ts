import assert from 'node:assert/strict'
import { it, test } from 'node:test'
import { worthOf } from '../../lib/load-management/fairness.js'
import type { Told } from '../../lib/load-management/limits.js'
import { type LoadManagementBody, plantOf } from '../../lib/load-management/plant.js'
import { initialState } from '../../lib/load-management/reserve.js'
import { Site } from '../../lib/load-management/site.js'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'

const HUNGRY = { maxPower: 100_000, capacity: 1e6 }

onBothBackends('what is shared', (start) => {
  it('is the current of each car, or its power, as the site says', async () => {
    const server = await start({ OCPP_CALLS_AFTER_CONNECT: '0' }, listen)
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: 36 }, margin: 0 }] }
    const stalls = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.0.1' }] as const
    const garage = await Garage.open(server, { id: 'fair', stalls, body })
    await garage.arrive(0, { ...HUNGRY, phases: 1 })
    await garage.arrive(1, HUNGRY)
    await garage.reach([18, 18], 180)
    // Both get 6.2 kW: the one-phase car has shown by now that it loads one line.
    await garage.configure({ ...body, fairness: 'power' })
    await garage.reach([27, 9], 180)
    const shown = await operate(server, 'GET', '/sites/fair/load-management')
    assert.equal(shown.json().fairness, 'power')
    await garage.configure(body)
    await garage.reach([18, 18], 180)
  })
})

test('an A counts by the phases and the voltage that it has, and by one line where the limit is a power', () => {
  const evse = (index: number, more: object) => ({
    identity: `CP-${index}`,
    evseId: 1,
    circuit: 'main',
    maximum: 32,
    fallback: 0,
    ...more
  })
  const body = {
    mode: 'control' as const,
    fairness: 'power',
    circuits: [
      { id: 'main', limit: { A: 100 } },
      { id: 'low', limit: { A: 100 }, voltage: 115 }
    ],
    evses: [
      evse(0, {}),
      evse(1, { wiring: 'L2' }),
      evse(2, { wiring: 'L1L2' }),
      evse(3, { unit: 'W' }),
      evse(4, { circuit: 'low' }),
      evse(5, {})
    ]
  } as LoadManagementBody
  const seen = {
    ...initialState(),
    measured: { at: 1000, amperes: 16 },
    lines: { used: [true, false, false], since: 0, isProven: true }
  }
  const worths = (fairness: 'current' | 'power') => {
    const site = new Site({
      plant: plantOf({ ...body, fairness }, 'UTC'),
      now: 1000,
      told: new Map<string, Told>(),
      facts: new Map([['cp-5 1', { isConnected: true, isMember: true }]]),
      states: new Map([['cp-5 1', seen]])
    })
    return [...site.evses.keys()].map((key) => Math.round(worthOf(site, key) * 1000) / 1000)
  }
  assert.deepEqual(worths('power'), [1, 0.333, 0.577, 0.333, 0.5, 0.333])
  assert.deepEqual(worths('current'), [1, 1, 1, 1, 1, 1])
})
