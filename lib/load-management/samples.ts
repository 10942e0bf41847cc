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

/** The highest current of a phase in fresh readings; `undefined` if they have none. A. */
export function currentIn(readings: readonly Reading[], now: number): number | undefined {
  const currents = readings
    .filter(({ measurand, location = 'Outlet' }) => measurand === 'Current.Import' && location === 'Outlet')
    .flatMap(({ value, phase, unit = 'A' }) => (value === undefined || phase === 'N' || unit !== 'A' ? [] : [value]))
  const taken = Math.min(...readings.map(({ timestamp }) => Date.parse(timestamp)))
  return currents.length === 0 || now - taken > STALE_MS ? undefined : Math.max(0, ...currents)
}
