import type { ChargingRateUnit, EvseFacts } from './types.js'

/** One value, or one of each phase. */
export type Lines = readonly number[]

/** Selects one of several values. */
export type Choose = (...values: number[]) => number

export const lowest: Choose = Math.min

/** Discharge limits are negative, and a setpoint may be. */
export const nearestZero: Choose = (...values) =>
  values.reduce((nearest, value) => (Math.abs(value) < Math.abs(nearest) ? value : nearest))

export function linesOf(l1: number | undefined, l2: number | undefined, l3: number | undefined): Lines | undefined {
  if (l1 === undefined) return undefined
  return l2 === undefined && l3 === undefined ? [l1] : [l1, l2 ?? l1, l3 ?? l1]
}

/** How an EVSE charges at one time. */
export interface Wiring {
  voltage: number
  /** The phases that all profiles allow. */
  phases: number
  isDc: boolean
}

export function wiringOf({ voltage, phases, current }: EvseFacts, allowed: readonly (number | undefined)[]): Wiring {
  const isDc = current === 'DC'
  const wired = isDc ? 1 : Math.min(3, Math.max(1, Math.floor(phases)))
  return { voltage, phases: Math.min(wired, ...allowed.map((count) => count ?? 3)), isDc }
}

/**
 * Converts the values of a schedule: A is per phase, one value in W is the total, three values in W are of their
 * phases. With less than three phases the strictest of three values counts. [1.6 §7.12; 2.1 K01.FR.140, K01.FR.147]
 */
export function convert(
  lines: Lines,
  from: ChargingRateUnit,
  to: ChargingRateUnit,
  wiring: Wiring,
  choose: Choose
): Lines {
  const { voltage, phases } = wiring
  if (lines.length === 3 && phases === 3) {
    if (from === to) return lines
    return lines.map((value) => (from === 'A' ? value * voltage : value / voltage))
  }
  const value = choose(...lines)
  const isOfPhase = lines.length === 3 && from === 'W'
  const watts = isOfPhase ? value * phases : value
  if (from === to) return [watts]
  return [from === 'A' ? value * voltage * phases : watts / (voltage * phases)]
}

/** One value as three. */
function spread(lines: Lines, unit: ChargingRateUnit): Lines {
  const [value = 0] = lines
  const each = unit === 'W' ? value / 3 : value
  return lines.length === 3 ? lines : [each, each, each]
}

function joined(lines: Lines, unit: ChargingRateUnit): Lines {
  const [l1 = 0, l2, l3] = lines
  if (lines.length !== 3 || !isSame(l1, l2) || !isSame(l1, l3)) return lines
  return [unit === 'W' ? 3 * l1 : l1]
}

/** Combines values of one unit, phase by phase when one of them is given for each phase. */
export function combine(all: readonly Lines[], unit: ChargingRateUnit, choose: Choose): Lines {
  if (all.every(({ length }) => length === 1)) return [choose(...all.map(([value = 0]) => value))]
  const each = all.map((lines) => spread(lines, unit))
  return joined(
    [0, 1, 2].map((line) => choose(...each.map((lines) => lines[line] ?? 0))),
    unit
  )
}

/** Whether `lines` decide at least one phase of what they were combined to. */
export function decides(lines: Lines, combined: Lines, unit: ChargingRateUnit): boolean {
  if (lines.length === 1 && combined.length === 1) return isSame(lines[0], combined[0])
  const result = spread(combined, unit)
  return spread(lines, unit).some((value, line) => isSame(value, result[line]))
}

function isSame(a: number | undefined, b: number | undefined): boolean {
  return a !== undefined && b !== undefined && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))
}

/** To one decimal, towards zero. A value that floating point puts just below a decimal counts as that decimal. */
export function rounded(value: number): number {
  return Math.trunc(value * 10 + Math.sign(value) * 1e-6) / 10 + 0
}
