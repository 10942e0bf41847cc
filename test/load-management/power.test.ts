import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Charger } from '../../src/simulator/charger.js'
import { onBothBackends, operate } from '../app/support.js'
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
    // The last ones get their maximum first.
    for (const index of [3, 2, 1]) await garage.arrive(index, HUNGRY)
    await garage.pass(60)
    await garage.arrive(0, HUNGRY)
    await garage.pass(60)
    garage.watch = (currents) => {
      for (const phase of PHASES) assert.ok(currents[phase] <= 113, JSON.stringify(currents))
    }
    // The others share 112 - 32 A; who is limited in W may put all of it on one phase.
    await garage.reach([32, 26.6, 8.9, 8.9], 180)
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
  it('units and steps of all kinds, and one-phase cars on three phases limited in W: never above the limit, and never 0 < x < 6 A', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = [
      { protocol: 'ocpp1.6', quirks: ['amperes-only'] },
      { protocol: 'ocpp2.0.1', quirks: ['watts-only'] },
      { protocol: 'ocpp2.1', quirks: ['whole-numbers'] },
      { protocol: 'ocpp1.6', quirks: ['watts-only', 'no-current'], unit: 'W', fallback: 0 }
    ] as const
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: 75.5 }, margin: 0 }] }
    const garage = await Garage.open(server, { id: 'units', stalls, body })
    const onePhase = { ...HUNGRY, phases: 1 }
    for (const [index, ev] of [HUNGRY, onePhase, HUNGRY, onePhase].entries()) await garage.arrive(index, ev)
    await garage.pass(20)
    let most = 75.5
    garage.watch = (currents) => {
      for (const phase of PHASES) assert.ok(currents[phase] <= most, JSON.stringify(currents))
      for (const amperes of garage.chargers.flatMap(saidTo)) assert.ok(amperes === 0 || amperes >= 6, `${amperes} A`)
    }
    await garage.pass(90)
    // Up to 1 A less, because smaller raises are not sent. The charge points that take W supply a third of it on each line.
    const [first = 0, second = 0, third = 0, fourth = 0] = garage.shares()
    assert.ok(first >= 17 && third >= 17 && third === Math.floor(third), String(garage.shares()))
    assert.ok(second >= 6 && second < 7 && fourth >= 6 && fourth < 7, String(garage.shares()))
    const limit = { A: 43, ttl: 300, source: 'EMS' }
    const path = '/sites/units/load-management/circuits/main/limit'
    assert.equal((await operate(server, 'PUT', `${path}?wait=5`, limit)).statusCode, 200)
    await garage.settled()
    most = 43
    await garage.pass(30)
    assert.ok((garage.shares()[0] ?? 0) >= 6)
  })
})

/** What profiles say in A on each of the three phases. */
function saidTo({ station }: Charger): number[] {
  return station.profiles.flatMap(({ original }) => {
    return [original.chargingSchedule].flat().flatMap(({ chargingRateUnit, chargingSchedulePeriod }) => {
      return [...chargingSchedulePeriod].map(({ limit = 0 }) => (chargingRateUnit === 'W' ? limit / 690 : limit))
    })
  })
}
