import { ProblemError } from '../problem-error.js'
import { type Bounds, lowestLimit } from './limits.js'
import {
  type Assignment,
  type Habits,
  keyOf,
  type LoadManagementBody,
  leastOf,
  PHASES,
  type Plant,
  type PlantEvse,
  type Powered,
  pathsOf,
  phasesOf,
  plantOf
} from './plant.js'
import { isUnbalance, phaseOfUnbalance, startingPhases, UNBALANCES, type Unbalance } from './unbalance.js'
import { weightOn } from './voltages.js'

// Rules that a configuration must meet before it is taken. A refused configuration has no effect at all.

/** The charge points of a site by folded identity, and how they take limits. */
export type Members = ReadonlyMap<string, Habits>

/** @throws `INVALID_LOAD_MANAGEMENT` with the place of the fault */
export function checkPlant(body: LoadManagementBody, members: Members): Plant {
  const plant = plantOf(body, 'UTC')
  checkCircuits(plant)
  checkEvses(plant, members)
  checkStations(plant, members)
  checkFallbacks(plant)
  return plant
}

function refuse(pointer: string, detail: string): ProblemError {
  return new ProblemError(422, 'INVALID_LOAD_MANAGEMENT', `${pointer} ${detail}`, { pointer, detail })
}

/** Circuits from an EVSE to the grid: each of them is looked at for each EVSE. */
const MAX_DEPTH = 16

function checkCircuits({ circuits }: Plant): void {
  const ids = circuits.map(({ id }) => id)
  const paths = pathsOf(circuits)
  for (const [index, { id, parent, margin, limit }] of circuits.entries()) {
    const at = `/circuits/${index}`
    if (ids.indexOf(id) !== index) throw refuse(`${at}/id`, `is the id of another circuit, too: ${id}`)
    if (parent !== undefined && !ids.includes(parent)) throw refuse(`${at}/parent`, `is no circuit: ${parent}`)
    const path = paths.get(id) ?? []
    const top = circuits.find((circuit) => circuit.id === path.at(-1))
    if (top?.parent !== undefined) throw refuse(`${at}/parent`, `leads back to the circuit: ${path.join(', ')}`)
    if (path.length > MAX_DEPTH) throw refuse(`${at}/parent`, `is below more than ${MAX_DEPTH - 2} others`)
    const most = Math.max(limit.A ?? 0, limit.L1 ?? 0, limit.L2 ?? 0, limit.L3 ?? 0)
    if (most > 0 && margin >= most) throw refuse(`${at}/margin`, `must be less than the limit of ${most} A`)
  }
}

/** V, between line and neutral: above it there is a transformer. */
const MAX_EVSE_VOLTAGE = 1000

function checkEvses({ circuits, evses }: Plant, members: Members): void {
  const ids = new Set(circuits.map(({ id }) => id))
  const known = new Set<string>()
  for (const [index, evse] of evses.entries()) {
    const at = `/evses/${index}`
    if (!ids.has(evse.circuit)) throw refuse(`${at}/circuit`, `is no circuit: ${evse.circuit}`)
    if (known.has(keyOf(evse))) throw refuse(`${at}/evseId`, 'is assigned twice')
    known.add(keyOf(evse))
    if (!members.has(evse.identity.toLowerCase())) {
      throw refuse(`${at}/identity`, `is no charge point of the site: ${evse.identity}`)
    }
    if (evse.voltage > MAX_EVSE_VOLTAGE) {
      throw refuse(`${at}/circuit`, `has ${evse.voltage} V: an EVSE has at most ${MAX_EVSE_VOLTAGE} V`)
    }
    checkCurrents(evse, at)
    const isPaused = evse.fallback === 0 && members.get(evse.identity.toLowerCase())?.avoidsZero === true
    if (isPaused) {
      throw refuse(
        `${at}/fallback`,
        `must be at least ${leastOf(evse)} A: the charge point has the trait limitZero avoid`
      )
    }
  }
}

function checkCurrents(evse: Required<Assignment>, at: string): void {
  const { minimum, maximum, fallback } = evse
  if (minimum > maximum) throw refuse(`${at}/minimum`, `must be at most the maximum of ${maximum} A`)
  if (fallback > maximum) throw refuse(`${at}/fallback`, `must be at most the maximum of ${maximum} A`)
  const least = leastOf(evse)
  if (fallback !== 0 && fallback < least) {
    throw refuse(`${at}/fallback`, `must be 0 or at least ${least} A: a car cannot charge with less [IEC 61851-1]`)
  }
}

function checkStations({ stations, evses }: Plant, members: Members): void {
  const known = new Set<string>()
  for (const [index, { identity, maximum }] of stations.entries()) {
    const at = `/stations/${index}`
    const folded = identity.toLowerCase()
    if (!members.has(folded)) throw refuse(`${at}/identity`, `is no charge point of the site: ${identity}`)
    if (known.has(folded)) throw refuse(`${at}/identity`, 'is there twice')
    known.add(folded)
    const own = evses.filter((evse) => evse.identity.toLowerCase() === folded)
    for (const phase of PHASES) {
      const sum = own.reduce((total, evse) => total + (phasesOf(evse).includes(phase) ? evse.fallback : 0), 0)
      if (sum > maximum) throw refuse(`${at}/maximum`, `is less than the fallbacks of its EVSEs on ${phase}, ${sum} A`)
    }
  }
}

/** While nobody hears anything, every EVSE supplies its fallback: the sum must fit, whatever the time and the limit. */
function checkFallbacks(plant: Plant): void {
  const paths = pathsOf(plant.circuits)
  const evses = new Map(plant.circuits.map(({ id }) => [id, [] as PlantEvse[]]))
  for (const evse of plant.evses) for (const id of paths.get(evse.circuit) ?? []) evses.get(id)?.push(evse)
  for (const [index, circuit] of plant.circuits.entries()) {
    const below = evses.get(circuit.id) ?? []
    const bounds = lowestLimit(circuit)
    for (const phase of [...PHASES, 'W', ...UNBALANCES] as const) {
      const { most, margin } = boundOf(circuit, bounds, phase)
      const weights = below.map((evse) => weightOf(evse, phase, circuit))
      const sum = below.reduce((total, { fallback }, at) => total + fallback * (weights[at] ?? 0), 0)
      if (sum <= most - margin) continue
      const fits = largestCommon(below, weights, most - margin)
      const unit = phase === 'W' ? 'W' : 'A'
      const left = `the limit${margin > 0 ? ' less the margin' : ''} leaves ${round(most - margin)} ${unit}`
      const numbers = `${phase}: the fallbacks below need ${round(sum)} ${unit}, ${left}`
      throw refuse(`/circuits/${index}`, `${numbers}. The largest fallback that fits for all is ${fits} A`)
    }
  }
}

/** Sums of converted currents have many decimals. */
const round = (value: number) => Math.round(value * 100) / 100

/** The lowest limit of a circuit, and what is kept free below it. */
function boundOf(
  { margin, voltage, unbalance = Number.POSITIVE_INFINITY }: Plant['circuits'][number],
  bounds: Bounds,
  phase: keyof Bounds | Unbalance
) {
  if (isUnbalance(phase)) return { most: unbalance, margin: 0 }
  return { most: bounds[phase], margin: phase === 'W' ? margin * voltage : margin }
}

/** A car that starts with the fallback may be one on one or two phases. */
function weightOf(evse: PlantEvse, phase: keyof Bounds | Unbalance, circuit: Powered): number {
  if (isUnbalance(phase)) return weightOn(evse, startingPhases(evse), { phase: phaseOfUnbalance(phase), circuit })
  return weightOn(evse, phasesOf(evse), { phase, circuit })
}

/** Rounded down to 0.1 A; 0 if it is below the minimum of a car. */
function largestCommon(evses: readonly PlantEvse[], weights: readonly number[], capacity: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const common = Math.floor((Math.max(0, capacity) / total) * 10) / 10
  return common >= Math.max(...evses.map(leastOf)) ? common : 0
}
