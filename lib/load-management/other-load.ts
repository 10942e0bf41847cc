import { limitNow, type Told } from './limits.js'
import { PHASES, type Phase, type Plant } from './plant.js'

// Other load that has put a circuit above its limit may come back at once, as that of a machine that starts again and again.

/** The other load is kept for so long after the circuit was above its limit. Milliseconds. */
const KEPT_MS = 300_000

/** Other load while the circuit was above its limit. A, only on phases that were above it. */
export interface Peak {
  /** Epoch milliseconds. */
  at: number
  other: Record<Phase, number>
}

type PlantCircuit = Plant['circuits'][number]

/** The other load of each phase by a measurement. A meter that includes our EVSEs shows it where theirs is known. A. */
export function otherIn({ measurement, own }: Told): Record<Phase, number> {
  const on = (phase: Phase) => {
    if (measurement === undefined) return 0
    return Math.max(0, measurement.currents[phase] - (measurement.includesChargers ? (own?.[phase] ?? 0) : 0))
  }
  return { L1: on('L1'), L2: on('L2'), L3: on('L3') }
}

/** The peaks that count after one more measurement. */
export function withPeak(
  peaks: readonly Peak[],
  { circuit, told }: { circuit: PlantCircuit; told: Told },
  at: { now: number; timeZone: string; voltage: number }
): Peak[] {
  const { now, voltage } = at
  const { measurement, own } = told
  const live = peaks.filter((peak) => now - peak.at < KEPT_MS)
  if (measurement === undefined || now - measurement.at >= KEPT_MS) return live
  const { bounds } = limitNow(circuit, told, at)
  const total = (phase: Phase) => {
    return measurement.currents[phase] + (measurement.includesChargers ? 0 : (own?.[phase] ?? 0))
  }
  const isOver = PHASES.reduce((sum, phase) => sum + total(phase) * voltage, 0) > bounds.W
  const other = otherIn(told)
  const over = (phase: Phase) => (isOver || total(phase) > bounds[phase] ? other[phase] : 0)
  const peak = { at: Math.min(now, measurement.at), other: { L1: over('L1'), L2: over('L2'), L3: over('L3') } }
  const isHigher = (one: Peak, phase: Phase) => one.other[phase] > peak.other[phase]
  // Earlier ones that are nowhere higher will never count again.
  const higher = live.filter((one) => PHASES.some((phase) => isHigher(one, phase)))
  return PHASES.some((phase) => peak.other[phase] > 0) ? [...higher, peak] : live
}

/** The highest of each phase. A. */
export function highestOf(peaks: readonly Peak[]): Record<Phase, number> {
  const on = (phase: Phase) => Math.max(0, ...peaks.map(({ other }) => other[phase]))
  return { L1: on('L1'), L2: on('L2'), L3: on('L3') }
}
