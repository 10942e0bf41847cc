import { PHASES, type Phase, type PlantEvse, type Powered } from './plant.js'

// Circuits of different voltages have a transformer between them. Nobody tells how its windings are connected, so nobody knows on
// which phases of the one side a current of the other side flows: it counts on all of them.

type Load = Pick<PlantEvse, 'wiring' | keyof Powered>

/** Whether the phases of the EVSE are those of the circuit. */
export function isDirect({ area }: Pick<Load, 'area'>, circuit: Powered): boolean {
  return area === circuit.area
}

/**
 * What an A of an EVSE on these phases of its own circuit adds at most to a limit of a circuit above it: A of a phase, or W of all.
 * What a transformer itself takes is not in it.
 */
export function weightOn(
  evse: Load,
  phases: readonly Phase[],
  { phase, circuit }: { phase: Phase | 'W'; circuit: Powered }
): number {
  if (phase === 'W') return evse.voltage * phases.length
  if (isDirect(evse, circuit)) return phases.includes(phase) ? 1 : 0
  return phases.length === 0 ? 0 : farWeight(evse, circuit)
}

/**
 * What an A of an EVSE is at most on any phase on the other side of a transformer. A load between two lines is up to 2 / √3 times as
 * much on one of the lines of a delta.
 */
export function farWeight(evse: Load, { voltage }: Powered): number {
  const isLineToLine = evse.wiring.length === 4
  return (evse.voltage / voltage) * (isLineToLine ? 2 / Math.sqrt(3) : 1)
}

type Taken = readonly (readonly [Phase, number])[]

/** The current of an EVSE that is certainly one of the phases of a circuit: behind a transformer only what is on all three alike. */
export function certainlyOn(evse: Load, taken: Taken, circuit: Powered): Taken {
  if (isDirect(evse, circuit)) return taken
  const least = taken.length < 3 ? 0 : Math.min(...taken.map(([, amperes]) => amperes))
  return PHASES.map((phase) => [phase, (least * evse.voltage) / circuit.voltage])
}

/** The voltage may be 10 % below the nominal one, and the current lag a little. [EN 50160] */
const LEAST_POWER = 0.85

/** The W that a current is at least. */
export function leastPower({ wiring, voltage }: Load, taken: Taken): number {
  const sum = taken.reduce((total, [, amperes]) => total + amperes, 0)
  const lineToLine = wiring.length === 4 ? Math.sqrt(3) / 2 : 1
  return sum * voltage * lineToLine * LEAST_POWER
}
