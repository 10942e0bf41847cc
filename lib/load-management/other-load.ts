import { type Bounds, limitNow, type Told } from './limits.js'
import { PHASES, type Plant } from './plant.js'

// Other load that has put a circuit above its limit may come back at once, as that of a machine that starts again and again.

/** The other load is kept for so long after the circuit was above its limit. Milliseconds. */
const KEPT_MS = 300_000

/** Other load while the circuit was above its limit: A of phases that were above theirs, and W where that was measured. */
export interface Peak {
  /** Epoch milliseconds. */
  at: number
  other: Bounds
}

const KEYS = [...PHASES, 'W'] as const
const NOTHING: Bounds = { L1: 0, L2: 0, L3: 0, W: 0 }

type PlantCircuit = Plant['circuits'][number]

/**
 * The other load by a measurement. A meter that includes our EVSEs shows it where theirs is known.
 *
 * @param voltage V, of the circuit
 */
export function otherIn({ measurement, own }: Told, voltage: number): Bounds {
  if (measurement === undefined) return NOTHING
  const { currents, watts, includesChargers } = measurement
  const less = (all: number, key: keyof Bounds) => Math.max(0, all - (includesChargers ? (own?.[key] ?? 0) : 0))
  const rest = watts === undefined ? undefined : less(watts, 'W')
  // All of a power may be on one phase.
  const on = (phase: keyof Bounds) =>
    currents === undefined ? (rest ?? 0) / voltage : less(currents[phase as 'L1'], phase)
  const [L1, L2, L3] = [on('L1'), on('L2'), on('L3')]
  return { L1, L2, L3, W: rest ?? (L1 + L2 + L3) * voltage }
}

/** All that a circuit carries by a measurement, our EVSEs included. */
function totalIn({ measurement, own }: Told, voltage: number): Bounds {
  if (measurement === undefined) return NOTHING
  const { currents, watts, includesChargers } = measurement
  const all = otherIn({ measurement: { ...measurement, includesChargers: false } }, voltage)
  if (includesChargers || own === undefined) return all
  const more = (key: keyof Bounds) => all[key] + own[key]
  const [L1, L2, L3] = [more('L1'), more('L2'), more('L3')]
  const isDerived = watts === undefined && currents !== undefined
  return { L1, L2, L3, W: isDerived ? (L1 + L2 + L3) * voltage : more('W') }
}

/** The peaks that count after one more measurement. */
export function withPeak(
  peaks: readonly Peak[],
  { circuit, told }: { circuit: PlantCircuit; told: Told },
  at: { now: number; timeZone: string }
): Peak[] {
  const { now } = at
  const { measurement } = told
  const live = peaks.filter((peak) => now - peak.at < KEPT_MS)
  if (measurement === undefined || now - measurement.at >= KEPT_MS) return live
  const { bounds } = limitNow(circuit, told, at)
  const total = totalIn(told, circuit.voltage)
  const other = otherIn(told, circuit.voltage)
  const isDerived = measurement.watts === undefined
  const over = (key: keyof Bounds) => {
    const isOver = total[key] > bounds[key] || (isDerived && total.W > bounds.W)
    return isOver && !(isDerived && key === 'W') ? other[key] : 0
  }
  const peak = {
    at: Math.min(now, measurement.at),
    other: { L1: over('L1'), L2: over('L2'), L3: over('L3'), W: over('W') }
  }
  const isHigher = (one: Peak, key: keyof Bounds) => one.other[key] > peak.other[key]
  // Earlier ones that are nowhere higher will never count again.
  const higher = live.filter((one) => KEYS.some((key) => isHigher(one, key)))
  return KEYS.some((key) => peak.other[key] > 0) ? [...higher, peak] : live
}

/** The highest of each phase, and of all together. */
export function highestOf(peaks: readonly Peak[]): Bounds {
  const on = (key: keyof Bounds) => Math.max(0, ...peaks.map(({ other }) => other[key]))
  return { L1: on('L1'), L2: on('L2'), L3: on('L3'), W: on('W') }
}
