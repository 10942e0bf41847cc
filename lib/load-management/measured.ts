import type { Currents } from './samples.js'

// Measured currents, and what is compared with a limit.

/** The highest current that a phase may have had, that of all lines, and what is compared with a limit. A. */
export interface Measured extends Pick<Currents, 'lines' | 'used'> {
  amperes: number
  at: number
}

/** The current that is compared with a limit, at least and at most. A. */
export function usedOf({ amperes, used = [amperes, amperes] }: Pick<Measured, 'amperes' | 'used'>) {
  const [least, most] = used
  return { least, most }
}

/** More than a limit by this is disobedience: 1 A or 5 %. */
export function tolerated(amperes: number): number {
  return amperes + Math.max(1, amperes * 0.05)
}
