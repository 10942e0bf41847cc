import { lowestLimit } from './limits.js'
import { PHASES, type Plant, type PlantEvse, type Powered, phasesOf } from './plant.js'
import type { Load } from './site.js'
import { isUnbalance } from './unbalance.js'
import { weightOn } from './voltages.js'

// What would hold if the back-end went away for good: limits with a lease end, and the others go on. They have to fit below the
// lowest limit that can ever hold, because nobody would lower them when it does.

/** The lowest limits of all circuits, with nothing reserved below them. */
export function lastingLoads({ circuits }: Pick<Plant, 'circuits'>): Load[] {
  return circuits.flatMap((circuit) => {
    const bounds = lowestLimit(circuit)
    const phases = [...PHASES, 'W' as const].filter((phase) => bounds[phase] !== Number.POSITIVE_INFINITY)
    return phases.map((phase): Load => {
      const margin = phase === 'W' ? circuit.margin * circuit.voltage : circuit.margin
      const usual = { origin: 'static', other: 0, reserved: 0, isLasting: true } as const
      return { circuit: circuit.id, phase, limit: bounds[phase], margin, ...usual }
    })
  })
}

/** What the EVSEs of a charge point can have together, with nothing reserved for them. */
export function stationLoads({ stations }: Pick<Plant, 'stations'>): Load[] {
  return stations.flatMap(({ identity: station, maximum: limit }) => {
    const usual = { origin: 'static', other: 0, margin: 0, reserved: 0 } as const
    return PHASES.map((phase): Load => ({ circuit: stationOf(station), phase, limit, station, ...usual }))
  })
}

/** The name of a charge point among circuits, which have no blanks. */
export function stationOf(identity: string): string {
  return `station ${identity.toLowerCase()}`
}

/** What an A of an EVSE adds, whatever car it has. */
export function lastingWeight(evse: PlantEvse, { phase }: Pick<Load, 'phase'>, circuit: Powered): number {
  return isUnbalance(phase) ? 0 : weightOn(evse, phasesOf(evse), { phase, circuit })
}

/** The limit in words. */
export function nameOf({ circuit, phase, isLasting, station }: Load): string {
  if (station !== undefined) return `the maximum of charge point ${station}`
  const place = `${circuit} ${phase}`
  return isLasting === true ? `the lowest limit of ${place}, because its own limit does not end by itself` : place
}
