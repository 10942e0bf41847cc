export interface BackOff {
  /** Milliseconds before the second attempt. */
  min: number
  /** Maximum number of milliseconds between two attempts. */
  max: number
}

/** One second, doubled after each attempt, at most one hour: about 35 attempts per day. */
export const DELIVERY_BACK_OFF: BackOff = { min: 1_000, max: 3_600_000 }

/** Milliseconds after this number of failed attempts, varied by up to a fifth so that retries are spread. */
export function delayAfter(failures: number, { min, max }: BackOff, random = Math.random()): number {
  return Math.min(min * 2 ** Math.min(failures - 1, 40), max) * (0.8 + 0.4 * random)
}
