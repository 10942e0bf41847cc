import { certainLoad } from './lines.js'
import type { Snapshot } from './options.js'
import { PHASES, type Phase, type Plant, type PlantEvse, type Powered, phasesOf } from './plant.js'
import type { Cause, EvseState } from './reserve.js'
import { type Load, Site } from './site.js'
import { isEven } from './steady.js'
import { isDirect } from './voltages.js'

// Sums over the EVSEs below each limit of a circuit: A of a phase, or W of all.

export interface Sums {
  /** What is reserved, by its cause. */
  byCause: Map<Cause, number>
  /** What the EVSEs that can be limited are meant to get. */
  allocated: number
  /** The same, and what is reserved for the others: what is left to take once all is lowered. */
  expected: number
  /** What the EVSEs take. Absent: one of them may take something that was not measured lately. */
  measured?: number
}

/** Older samples are not counted. Milliseconds. */
const FRESH_MS = 180_000

type Part = Pick<Snapshot, 'plant' | 'told' | 'facts' | 'at'> & { result: Pick<Snapshot['result'], 'states' | 'evses'> }
type PlaceOfLoad = Pick<Load, 'circuit' | 'phase'>

/** The name of a limit within a site. */
export function placeOf({ circuit, phase }: PlaceOfLoad): string {
  return `${circuit} ${phase}`
}

/** By place. */
export function sumsOf({ plant, told, facts, result, at }: Part): Map<string, Sums> {
  const site = new Site({ plant, now: at, told, facts, states: result.states })
  const circuits = new Map(plant.circuits.map((circuit) => [circuit.id, circuit]))
  const sums = new Map(site.loads.map((load) => [placeOf(load), emptySums(load)]))
  for (const key of site.evses.keys()) {
    const { amperes, cause } = site.reserved(key)
    const target = result.evses.get(key)?.target
    const taken = takenAt(site, key)
    const evse = site.evses.get(key)
    for (const [load, weight] of site.weights(key)) {
      const sum = sums.get(placeOf(load))
      if (sum === undefined) continue
      sum.byCause.set(cause, (sum.byCause.get(cause) ?? 0) + amperes * weight)
      sum.allocated += (target ?? 0) * weight
      sum.expected += (target ?? amperes) * weight
    }
    for (const load of loadsAbove(site, key)) {
      const circuit = circuits.get(load.circuit)
      if (evse === undefined || circuit === undefined) continue
      addMeasured(sums.get(placeOf(load)), onLoad(taken, evse, { phase: load.phase, circuit }))
    }
  }
  return sums
}

/** What is measured is not compared with an unbalance. */
function emptySums({ phase }: Load): Sums {
  const sums = { byCause: new Map(), allocated: 0, expected: 0 }
  return MEASURED.has(phase) ? { ...sums, measured: 0 } : sums
}

const MEASURED: ReadonlySet<string> = new Set([...PHASES, 'W'])

/** Once it is not known, it stays so. */
function addMeasured(sum: Sums | undefined, amount: number | undefined): void {
  if (sum?.measured === undefined) return
  if (amount === undefined) delete sum.measured
  else sum.measured += amount
}

/** Also those of phases to which the EVSE is wired, but which its car does not load. */
function loadsAbove(site: Site, key: string): Load[] {
  const path = site.paths.get(key) ?? []
  return site.loads.filter(({ circuit }) => path.includes(circuit))
}

/** The currents on the phases of the site; `undefined`: not known. */
function takenAt(site: Site, key: string): ReadonlyMap<Phase, number> | undefined {
  const evse = site.evses.get(key)
  const { transaction, measured } = site.state(key)
  if (evse === undefined || site.input.facts.get(key)?.isConnected !== true) return undefined
  if (transaction === undefined) return new Map()
  if (measured === undefined || site.input.now - measured.at > FRESH_MS) return undefined
  return new Map(currentsOf(evse, measured, site.phases(key)))
}

function currentsOf(
  evse: Plant['evses'][number],
  measured: NonNullable<EvseState['measured']>,
  phases: readonly Phase[]
): [Phase, number][] {
  const isKnown = measured.lines !== undefined && phasesOf(evse).length === 3
  return isKnown ? certainLoad(evse, measured) : phases.map((phase) => [phase, measured.amperes])
}

function onLoad(taken: ReadonlyMap<Phase, number> | undefined, evse: PlantEvse, { phase, circuit }: OnCircuit) {
  if (taken === undefined) return undefined
  const currents = PHASES.map((one) => taken.get(one) ?? 0) as [number, number, number]
  if (phase === 'W') return (currents[0] + currents[1] + currents[2]) * evse.voltage
  if (isDirect(evse, circuit)) return taken.get(phase as Phase) ?? 0
  // On the other side of a transformer, only a current that is on all phases alike is known.
  return isEven(currents) ? (Math.max(...currents) * evse.voltage) / circuit.voltage : undefined
}

interface OnCircuit {
  phase: Load['phase']
  circuit: Powered
}
