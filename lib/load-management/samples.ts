import type { Lines } from './lines.js'
import { type Plant, phasesOf } from './plant.js'

// The currents that charge points tell, or that follow from the power that they tell.

export interface Reading {
  timestamp: string
  measurand: string
  value?: number
  unit?: string
  phase?: string
  location?: string
}

/** A reading that waited at the charge point says nothing about now. Milliseconds. */
const STALE_MS = 120_000
/** The voltage of a line may be so much higher than the nominal one. [EN 50160] */
const HIGH_VOLTAGE = 1.1

/** The currents by fresh readings. */
export interface Currents {
  /** By the clock of the charge point. Epoch milliseconds. */
  takenAt?: number
  /** The highest one that a phase may have. A. */
  highest: number
  /** If all three were told. A. */
  lines?: Lines
  /**
   * What is compared with a limit, at least and at most, where that is not `highest`: where only the power is known, or
   * where the limit is a power. A.
   */
  used?: readonly [number, number]
}

/** What a reading of an EVSE is about. */
export interface Meter {
  evse: Pick<Plant['evses'][number], 'unit' | 'wiring'>
  /** The nominal one. V. */
  voltage: number
  /** Whether it may supply its maximum: then it was sent that of all its lines. */
  isFull?: boolean
}

/** The values of one measurand, by where they were taken. */
interface Told {
  all: readonly number[]
  lines: Lines | undefined
  /** Of no particular line. */
  total: number | undefined
}

/** `undefined` if the readings have neither current nor power, or are old. */
export function currentsIn(readings: readonly Reading[], now: number, meter: Meter): Currents | undefined {
  const taken = Math.min(...readings.map(({ timestamp }) => Date.parse(timestamp)))
  if (now - taken > STALE_MS) return undefined
  const amperes = toldOf(readings, 'Current.Import', { A: 1 })
  const watts = toldOf(readings, 'Power.Active.Import', { W: 1, kW: 1000 })
  const voltage = voltageIn(readings, meter)
  const found = amperes.all.length > 0 ? byCurrent(amperes, watts, meter) : byPower(watts, meter, voltage)
  if (found === undefined) return undefined
  const known = { ...found, ...(Number.isFinite(taken) && { takenAt: taken }) }
  if (found.used === undefined || meter.evse.unit === 'A' || meter.isFull !== true) return known
  const [least, most] = found.used
  const count = phasesOf(meter.evse).length
  return { ...known, used: [least / count, most / count] }
}

function toldOf(readings: readonly Reading[], name: string, units: Readonly<Record<string, number>>): Told {
  const [usual = ''] = Object.keys(units)
  const found = readings.flatMap(({ measurand, location = 'Outlet', phase = '', unit, value }) => {
    const factor = units[unit ?? usual]
    if (measurand !== name || location !== 'Outlet' || phase === 'N') return []
    return value === undefined || factor === undefined ? [] : [{ phase, value: value * factor }]
  })
  const on = (line: string) => found.findLast(({ phase }) => phase === line || phase === `${line}-N`)?.value
  const [L1, L2, L3] = [on('L1'), on('L2'), on('L3')]
  const isWhole = L1 !== undefined && L2 !== undefined && L3 !== undefined
  return {
    all: found.map(({ value }) => value),
    lines: isWhole ? [L1, L2, L3] : undefined,
    total: found.findLast(({ phase }) => phase === '')?.value
  }
}

/** The voltage of the lines that was told with the readings, if it can be one. V. */
function voltageIn(readings: readonly Reading[], { voltage }: Meter): number | undefined {
  const { lines, total } = toldOf(readings, 'Voltage', { V: 1 })
  const told = lines === undefined ? total : (lines[0] + lines[1] + lines[2]) / 3
  return told !== undefined && Math.abs(told / voltage - 1) < 0.2 ? told : undefined
}

/** A phase that was not told counts as the highest one that was. */
function byCurrent({ all, lines }: Told, watts: Told, { evse, voltage }: Meter): Currents {
  const highest = Math.max(0, ...all)
  const known = { highest, ...(lines !== undefined && { lines }) }
  const count = phasesOf(evse).length
  if (evse.unit === 'A' || count === 1) return known
  // The limit is that of all lines together.
  const power = powerOf(watts)
  if (power !== undefined) return { ...known, used: [power / voltage, power / voltage] }
  const sum = lines === undefined ? undefined : lines[0] + lines[1] + lines[2]
  return { ...known, used: [(sum ?? highest) / HIGH_VOLTAGE, sum ?? highest * count] }
}

/** Without the power of each line, all of it may be on one. */
function byPower(watts: Told, { evse, voltage }: Meter, told: number | undefined): Currents | undefined {
  if (watts.all.length === 0) return undefined
  const power = powerOf(watts)
  const count = phasesOf(evse).length
  const by = (most: number, least: number): Pick<Currents, 'highest' | 'used'> => {
    const used: [number, number] = [least / (told ?? voltage * HIGH_VOLTAGE), most / (told ?? voltage)]
    return { highest: used[1], used }
  }
  const { lines } = watts
  const isTotal = evse.unit === 'W' && power !== undefined
  const total = isTotal ? { used: [power / voltage, power / voltage] as const } : {}
  if (lines !== undefined) {
    const onLine = (line: number) => (lines[line] ?? 0) / (told ?? voltage)
    const most = Math.max(0, ...lines)
    return { ...by(most, most), lines: [onLine(0), onLine(1), onLine(2)], ...total }
  }
  if (power !== undefined) return { ...by(power, power / count), ...total }
  // The power of some lines only.
  const most = Math.max(0, ...watts.all)
  return by(most * count, most)
}

function powerOf({ total, lines }: Told): number | undefined {
  const power = total ?? (lines === undefined ? undefined : lines[0] + lines[1] + lines[2])
  return power === undefined ? undefined : Math.max(0, power)
}
