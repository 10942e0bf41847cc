import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { EventData } from '../../lib/events/event.js'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage, PHASES } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const ONE_PHASE = { ...HUNGRY, phases: 1 as const }
const MAIN = { id: 'main', limit: { A: 63 }, margin: 1, unbalance: 20 }

interface Load {
  phase: string
  limit: number
  credit?: number
  reserved: number
  headroom: number
}

async function openGarage(...[server, id, stalls]: [Parameters<typeof Garage.open>[0], string, Garage['stalls']]) {
  const garage = await Garage.open(server, { id, stalls, body: { mode: 'control', raiseDelay: 0, circuits: [MAIN] } })
  for (const { settings, dialect } of garage.chargers) settings.set(dialect.names.sampleInterval, '10')
  return garage
}

onBothBackends('a site whose phases may differ by 20 A', (start) => {
  it('T9: gives one-phase cars no more than that, and more as others load the other phases, until those leave', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'uneven', [
      { protocol: 'ocpp1.6', fallback: 0 },
      { protocol: 'ocpp2.0.1', fallback: 0 },
      { protocol: 'ocpp2.1', fallback: 0 },
      { protocol: 'ocpp1.6', fallback: 0, wiring: 'L2' },
      { protocol: 'ocpp2.1', fallback: 0, wiring: 'L3' }
    ])
    let most = 20
    garage.watch = (currents) => {
      const all = PHASES.map((phase) => currents[phase])
      assert.ok(Math.max(...all) <= 63 && Math.max(...all) - Math.min(...all) <= most + 1e-6, JSON.stringify(currents))
    }
    for (const [index, ev] of [ONE_PHASE, ONE_PHASE, HUNGRY].entries()) await garage.arrive(index, ev)
    await garage.reach([10, 10, 32, 0, 0], 400)
    const loadsOf = async () => {
      const { loads } = (await garage.state()) as { loads: Load[] }
      return loads.map(({ phase, limit, credit, reserved, headroom }) => [phase, limit, credit, reserved, headroom])
    }
    assert.deepEqual(await loadsOf(), [
      ['L1', 63, undefined, 52, 10],
      ['L2', 63, undefined, 32, 30],
      ['L3', 63, undefined, 32, 30],
      ['unbalance-L1', 20, 0, 20, 0],
      ['unbalance-L2', 20, 0, 0, 20],
      ['unbalance-L3', 20, 0, 0, 20]
    ])
    const metrics = (await server.app.inject('/metrics')).body
    assert.match(metrics, /site_circuit_load\{site="uneven",circuit="main",phase="unbalance-L1",kind="reserved"\} 20/)
    await garage.arrive(3, ONE_PHASE)
    await garage.arrive(4, ONE_PHASE)
    // Raises of less than 1 A are not sent.
    await garage.reach([20, 20, 20.6, 32, 32], 400)
    most = 63
    await garage.leave(3)
    await garage.settled()
    await garage.run()
    await garage.pass(5)
    most = 20
    await garage.reach([10, 10, 32, 0, 20], 400)
  })

  it('is overloaded when a one-phase car takes more, and says so', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = [{ protocol: 'ocpp1.6', fallback: 0, quirks: ['ignores-limits'] }] as const
    const garage = await openGarage(server, 'greedy', stalls)
    const told: string[] = []
    server.app.events.subscribe(({ type, data }) => {
      if (type !== 'overload') return
      const { site, change, phase, by, why } = data as EventData['overload']
      if (site === 'greedy') told.push(`${change} ${phase} ${by} A: ${why}`)
    })
    await garage.arrive(0, ONE_PHASE)
    await garage.pass(90)
    const { overloads, evses } = await garage.state()
    assert.deepEqual(
      [evses[0].cause, overloads],
      ['ignores-limits', [{ circuit: 'main', phase: 'unbalance-L1', by: 12 }]]
    )
    // It begins with the first sample, before anybody knows that the charge point ignores limits.
    assert.ok(told.includes('begun unbalance-L1 12 A: 32 A of currents above the limits'), String(told))
    const refused = await operate(server, 'PUT', '/sites/greedy/load-management/circuits/main', {
      limit: { A: 63 },
      unbalance: 0
    })
    assert.equal(refused.json().errors[0].pointer, '/unbalance')
  })
})
