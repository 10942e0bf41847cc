import { lowestLimit } from './limits.js'
import { leastOf, PHASES, type Plant, type PlantEvse, type Powered, pathsOf, phasesOf } from './plant.js'
import { weightOn } from './voltages.js'

// Fallbacks that are more than configured, because the charge point does not go on after 0 A, or was found to be limited
// in W. The sum of all fallbacks still has to fit, whatever the time and the limit.

/** The least fallback of an EVSE that is never sent 0 A. */
function leastFallback(evse: PlantEvse): number {
  return Math.min(Math.ceil(leastOf(evse)), evse.maximum)
}

/** The EVSEs, where the sum still fits with the least fallback of those that avoid 0 A; the others keep what is configured. */
export function withLeastFallbacks({ circuits }: Plant, evses: readonly PlantEvse[]): PlantEvse[] {
  const paths = pathsOf(circuits)
  const left = new Map(circuits.map((circuit) => [circuit.id, { circuit, room: roomOf(circuit) }]))
  const roomsOf = ({ circuit }: PlantEvse) => (paths.get(circuit) ?? []).flatMap((id) => left.get(id) ?? [])
  const take = (evse: PlantEvse, amperes: number) => {
    for (const { circuit, room } of roomsOf(evse))
      for (const [phase, weight] of weightsOf(evse, circuit)) room[phase] -= amperes * weight
  }
  const fits = (evse: PlantEvse, amperes: number) => {
    return roomsOf(evse).every(({ circuit, room }) => {
      return weightsOf(evse, circuit).every(([phase, weight]) => amperes * weight <= room[phase] + 1e-6)
    })
  }
  for (const evse of evses) take(evse, evse.fallback)
  return evses.map((evse) => {
    const more = leastFallback(evse) - evse.fallback
    if (!evse.avoidsZero || more <= 0) return evse
    if (!fits(evse, more)) return { ...evse, isShort: true }
    take(evse, more)
    return { ...evse, fallback: evse.fallback + more }
  })
}

type Room = ReturnType<typeof lowestLimit>

function roomOf(circuit: Plant['circuits'][number]): Room {
  const { L1, L2, L3, W } = lowestLimit(circuit)
  const { margin, voltage } = circuit
  return { L1: L1 - margin, L2: L2 - margin, L3: L3 - margin, W: W - margin * voltage }
}

/** What an A of an EVSE adds to each limit. */
function weightsOf(evse: PlantEvse, circuit: Powered): [keyof Room, number][] {
  return [...PHASES, 'W' as const].map((phase) => [phase, weightOn(evse, phasesOf(evse), { phase, circuit })])
}
