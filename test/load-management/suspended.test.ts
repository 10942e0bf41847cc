import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const BODY = { mode: 'control', circuits: [{ id: 'main', limit: { A: 43 }, margin: 1 }] }

onBothBackends('a car whose charge point tells that it takes nothing', (start) => {
  it('T12: leaves what it had to others within 90 s, and has it back within 60 s, without a sample', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = [
      { protocol: 'ocpp1.6', fallback: 0 },
      { protocol: 'ocpp2.1', fallback: 0 },
      { protocol: 'ocpp2.0.1', fallback: 0 }
    ] as const
    const garage = await Garage.open(server, { id: 'asleep', stalls, body: BODY })
    for (const index of [0, 1, 2]) await garage.arrive(index, HUNGRY)
    await garage.reach([14, 14, 14], 600)
    // Two of them tell nothing but their status from now on.
    for (const index of [0, 1]) {
      const { settings, dialect } = garage.charger(index)
      settings.force(dialect.names.sampleInterval, '0')
    }
    await garage.pass(200)
    const power = (watts: number) => {
      for (const index of [0, 1]) {
        const ev = garage.charger(index).station.evses[0]?.transaction?.connector.ev
        assert.ok(ev)
        Object.assign(ev, { maxPower: watts })
      }
    }
    power(0)
    await garage.reach([0, 0, 30], 90)
    power(HUNGRY.maxPower)
    await garage.reach([14, 14, 14], 60)
  })
})
