import type { Lines } from './lines.js'

// The currents that charge points tell.

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

/** The currents by fresh readings. */
export interface Currents {
  /** The highest one of a phase. A. */
  highest: number
  /** If all three were told. A. */
  lines?: Lines
}

/** `undefined` if the readings have no current, or are old. */
export function currentsIn(readings: readonly Reading[], now: number): Currents | undefined {
  const taken = Math.min(...readings.map(({ timestamp }) => Date.parse(timestamp)))
  const currents = readings.filter(({ measurand, location = 'Outlet', phase, unit = 'A', value }) => {
    const isCurrent = measurand === 'Current.Import' && location === 'Outlet' && unit === 'A'
    return isCurrent && phase !== 'N' && value !== undefined
  })
  if (currents.length === 0 || now - taken > STALE_MS) return undefined
  const highest = Math.max(0, ...currents.map(({ value = 0 }) => value))
  const on = (line: string) => currents.findLast(({ phase = '' }) => phase === line || phase === `${line}-N`)?.value
  const [L1, L2, L3] = [on('L1'), on('L2'), on('L3')]
  if (L1 === undefined || L2 === undefined || L3 === undefined) return { highest }
  return { highest, lines: [L1, L2, L3] }
}
