import type { Snapshot } from './options.js'
import { inOrder, priorityOf } from './order.js'
import { leastOf } from './plant.js'
import { Site } from './site.js'
import { placeOf } from './sums.js'

// When a car that waits for room can expect its turn.

/**
 * The times at which cars that wait can expect their turn, by EVSE. Epoch milliseconds. A car takes the place of one that has
 * charged for a dwell, once it has waited for one itself, and those before it in the order come first. It is not known where only
 * a higher limit or the end of a transaction makes room, and where it depends on what cars need until when.
 */
export function turnsOf({ plant, told, facts, result, mode, at }: Snapshot): Map<string, number> {
  const turns = new Map<string, number>()
  if (mode !== 'control') return turns
  const site = new Site({ plant, now: at, told, facts, states: result.states })
  const queues = new Map<string, string[]>()
  for (const [key, { target, bound }] of result.evses) {
    const isWaiting = bound !== undefined && target !== undefined && target < leastOf(site.evses.get(key))
    if (isWaiting) queues.set(bound, [...(queues.get(bound) ?? []), key])
  }
  for (const [bound, waiting] of queues) {
    const charging = chargingBelow(site, result, bound)
    if ([...waiting, ...charging].some((key) => hasNeeds(site, key))) continue
    for (const [index, key] of inOrder(site, waiting).entries()) {
      const turn = turnOf(site, key, { charging, index })
      if (turn !== undefined) turns.set(key, turn)
    }
  }
  return turns
}

/** The cars that a limit counts, and that can be paused to make room. */
function chargingBelow(site: Site, { evses }: Snapshot['result'], bound: string): string[] {
  return [...evses].flatMap(([key, { target }]) => {
    const least = leastOf(site.evses.get(key))
    const { servedSince, fallback = 0 } = site.state(key)
    const isCounted = [...site.weights(key).keys()].some((load) => placeOf(load) === bound)
    const isPausable = target !== undefined && target >= least && fallback < least && servedSince !== undefined
    return isCounted && isPausable ? [key] : []
  })
}

function hasNeeds(site: Site, key: string): boolean {
  const { energy, departure, minimumEnergy } = site.input.facts.get(key)?.needs ?? {}
  return (energy ?? departure ?? minimumEnergy) !== undefined
}

function turnOf(site: Site, key: string, { charging, index }: { charging: readonly string[]; index: number }) {
  const { plant, now } = site.input
  const dwell = plant.dwell * 1000
  const own = priorityOf(site, key)
  const ends = charging
    .filter((other) => priorityOf(site, other) === own)
    .map((other) => (site.state(other).servedSince ?? now) + dwell)
    .sort((one, other) => one - other)
  const end = ends[index % ends.length]
  if (end === undefined) return undefined
  const rounds = Math.floor(index / ends.length)
  return Math.max(now, end + rounds * dwell, (site.state(key).waitingSince ?? now) + dwell)
}
