import assert from 'node:assert/strict'
import { upperBound } from '../../bench/smart-charging/bound.js'
import { evOf, type Visit } from '../../bench/smart-charging/visits.js'
import { ROTATIONS } from '../../bench/smart-charging/wiring.js'
import { operate } from '../app/support.js'
import type { TestServer } from '../support/server.js'
import { Garage, PHASES } from './garage.js'

const PROTOCOLS = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const
/** Seconds between two looks of the control, while cars are there. */
const EVERY = 15

interface DayOptions {
  id: string
  evses: number
  visits: readonly Visit[]
  /** A of each phase. */
  limit: number
}

/** Cars come and go at simulated chargers of all versions; the books of the back-end say what each got. */
export async function replay(server: TestServer, { id, evses, visits, limit }: DayOptions) {
  const stalls = Array.from({ length: evses }, (_, index) => ({
    protocol: PROTOCOLS[index % PROTOCOLS.length] ?? 'ocpp1.6',
    wiring: ROTATIONS[index % ROTATIONS.length] ?? 'L1L2L3',
    fallback: 0
  }))
  const circuits = [{ id: 'main', limit: { A: limit }, margin: 0 }]
  const garage = await Garage.open(server, { id, stalls, body: { mode: 'control', circuits } })
  for (const { settings, dialect } of garage.chargers) settings.set(dialect.names.sampleInterval, String(EVERY))
  let seconds = 0
  garage.watch = (currents) => {
    seconds++
    for (const phase of PHASES) {
      assert.ok(currents[phase] <= limit + 1e-6, `${JSON.stringify(currents)} in second ${seconds}`)
    }
  }
  const times = [...new Set(visits.flatMap(({ from, to }) => [from, to]))].sort((one, other) => one - other)
  let now = times[0] ?? 0
  for (const time of times) {
    const isEmpty = !visits.some(({ from, to }) => from <= now && now < to)
    if (isEmpty) garage.time.advance((time - now) * 1000)
    else await garage.pass(time - now, EVERY)
    now = time
    for (const visit of visits) {
      if (visit.to === time) await garage.leave(visit.evse)
      if (visit.from === time) await garage.arrive(visit.evse, evOf(visit))
    }
  }
  return energies(server, id, visits)
}

/** Wh of each visit, as booked. */
async function energies(server: TestServer, id: string, visits: readonly Visit[]): Promise<number[]> {
  const booked = new Map<number, number[]>()
  for (const { evse } of visits) {
    const answer = await operate(server, 'GET', `/transactions?chargePoint=${id}-${evse}&limit=100`)
    const { items } = answer.json() as { items: { energyWh?: number; startedAt: string }[] }
    const inOrder = items.sort((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt))
    booked.set(
      evse,
      inOrder.map(({ energyWh = 0 }) => energyWh)
    )
  }
  const inOrder = [...visits].sort((one, other) => one.from - other.from)
  return inOrder.map(({ evse }) => booked.get(evse)?.shift() ?? 0)
}

export function shareOf(energy: readonly number[], visits: readonly Visit[], limit: number): number {
  return energy.reduce((sum, one) => sum + one, 0) / upperBound(visits, limit)
}
