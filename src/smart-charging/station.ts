import type { Voice } from './layers.js'
import {
  type Aim,
  added,
  capped,
  hardwareOf,
  type Merged,
  type Part,
  phasesOf,
  phasesToUse,
  Reader,
  strictest
} from './merge.js'
import type { EvseFacts } from './types.js'
import { lowest, nearestZero, type Wiring, wiringOf } from './units.js'

export interface StationVoices {
  bounds: readonly Voice[]
  generation: readonly Voice[]
}

/** The limits of one EVSE of the charge point, without those of the whole. */
export interface Share {
  evse: EvseFacts
  merged: Merged
  /** The phases that profiles of the EVSE name. */
  voices: readonly Voice[]
}

/** The sum of the EVSEs, and the limits of the whole charge point once. [1.6 §5.7; 2.x K08.FR.03, K04.FR.05] */
export function mergeStation(
  shares: readonly Share[],
  { bounds, generation }: StationVoices,
  aim: Aim & { ownConsumption: number }
): Merged {
  const { unit } = aim
  const counting = [...bounds, ...generation]
  const wiring = stationWiring(shares, counting)
  const reader = new Reader(wiring, aim)
  const own = reader.convert([aim.ownConsumption], 'W', lowest)
  const limits = reader.parts(bounds, 'limit', lowest).map((part) => less(part, own[0] ?? 0))
  const lowestOfAll = strictest([...(sumOf(shares, 'limit', aim) ?? []), ...limits], unit, lowest)
  const raised = lowestOfAll && added([lowestOfAll, ...reader.parts(generation, 'limit', lowest)], unit)
  const limit = raised && strictest([raised, ...hardwareSum(shares, aim)], unit, lowest)
  const discharging = sumOf(shares, 'discharge', aim)
  const discharge =
    discharging && strictest([...discharging, ...reader.parts(bounds, 'discharge', nearestZero)], unit, nearestZero)
  const setpoint = capped(setpointOf(shares, bounds, reader, aim), limit, discharge, unit)
  const modes = new Set(shares.map(({ merged }) => merged.mode))
  const conflict = conflicts(shares, counting)
  const phases = phasesToUse([...counting, ...shares.flatMap(({ voices }) => voices)])
  return {
    limit: limit?.lines,
    discharge: discharge?.lines,
    setpoint: setpoint?.lines,
    reactive: undefined,
    wiring,
    isLimited: counting.length > 0 || shares.some(({ merged }) => merged.isLimited),
    phaseToUse: phases.size === 1 ? [...phases.keys()][0] : undefined,
    mode: modes.size === 1 ? [...modes][0] : undefined,
    minRate: undefined,
    by: [limit, discharge, setpoint].flatMap((part) => part?.by ?? []),
    uncertain: [...counting, ...shares.map(({ merged }) => merged)].flatMap(({ uncertain }) => uncertain),
    conflict,
    faulty: shares.flatMap(({ merged }) => merged.faulty)
  }
}

function stationWiring(shares: readonly Share[], counting: readonly Voice[]): Wiring {
  const [first] = shares
  const { voltage = 230, current = 'AC' } = first?.evse ?? {}
  const wired = Math.max(...shares.map(({ evse }) => evse.phases))
  const ofShares = shares.filter(({ merged }) => merged.isLimited).map(({ merged }) => merged.wiring.phases)
  return wiringOf({ id: 0, voltage, current, phases: wired }, [...phasesOf(counting), ...ofShares])
}

/** An EVSE without a limit counts with its hardware; a sum with something unknown is unknown. */
function sumOf(shares: readonly Share[], what: 'limit' | 'discharge' | 'setpoint', { unit }: Aim): Part[] | undefined {
  const parts: Part[] = []
  for (const { merged, evse } of shares) {
    const lines = merged[what]
    if (lines !== undefined) parts.push({ lines: total(lines, unit), by: merged.by })
    else if (what === 'limit') {
      const hardware = hardwareOf(evse, merged.wiring, unit)
      if (hardware === undefined) return undefined
      parts.push(hardware)
    } else if (what === 'setpoint') return undefined
  }
  const isLimited = shares.some(({ merged }) => merged[what] !== undefined)
  return isLimited ? [added(parts, unit)] : undefined
}

/** In W the phases of one EVSE say nothing of those of another. */
function total(lines: readonly number[], unit: 'A' | 'W'): readonly number[] {
  return unit === 'W' ? [lines.reduce((sum, value) => sum + value, 0)] : lines
}

function less({ lines, by }: Part, consumption: number): Part {
  return { lines: lines.map((value) => Math.max(0, value - consumption)), by }
}

function hardwareSum(shares: readonly Share[], { unit }: Aim): Part[] {
  const parts = shares.map(({ evse, merged }) => hardwareOf(evse, merged.wiring, unit))
  const known = parts.filter((part) => part !== undefined)
  return known.length === parts.length ? [added(known, unit)] : []
}

function setpointOf(shares: readonly Share[], bounds: readonly Voice[], reader: Reader, aim: Aim): Part | undefined {
  const external = bounds.filter(({ rule }) => rule.purpose === 'ChargingStationExternalConstraints')
  const theirs = reader.parts(external, 'setpoint', nearestZero)
  const ours = sumOf(shares, 'setpoint', aim) ?? []
  const [first, second] = aim.setpointPriority === 'CSMS' ? [ours, theirs] : [theirs, ours]
  return strictest(first.length > 0 ? first : second, aim.unit, nearestZero)
}

/** EVSEs may use different phases, but not those that the whole charge point or their own profiles exclude. */
function conflicts(shares: readonly Share[], counting: readonly Voice[]) {
  for (const { voices } of shares) {
    const phases = phasesToUse([...counting, ...voices])
    if (phases.size > 1) return [...phases.values()]
  }
  return []
}
