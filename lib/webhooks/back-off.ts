export interface BackOff {
  /** Milliseconds before the second attempt. */
  min: number
  /** Milliseconds between two attempts, at most. */
  max: number
}

/** A second, then twice as long each time, up to an hour: some 35 attempts in a day. */
export const DELIVERY_BACK_OFF: BackOff = { min: 1_000, max: 3_600_000 }

/** Milliseconds after so many attempts that failed: a fifth more or less, so that not all come at once. */
export function delayAfter(failures: number, { min, max }: BackOff, random = Math.random()): number {
  return Math.min(min * 2 ** Math.min(failures - 1, 40), max) * (0.8 + 0.4 * random)
}
