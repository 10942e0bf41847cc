/** The waits of a charge point between attempts to connect. [2.x Part 4 §5.3; 1.6 has no rule] */
export interface BackOff {
  /** RetryBackOffWaitMinimum: wait before the first retry. Milliseconds. Default: 1000. */
  waitMinimum?: number
  /** RetryBackOffRandomRange: maximum random time added to each wait. Milliseconds. Default: 1000. */
  randomRange?: number
  /** RetryBackOffRepeatTimes: number of times that the wait doubles; after that it stays the same. Default: 5. */
  repeatTimes?: number
}

export const BACK_OFF: Required<BackOff> = { waitMinimum: 1000, randomRange: 1000, repeatTimes: 5 }

/** Longest wait, in milliseconds; a longer timer of Node.js would fire at once. */
export const MAX_WAIT = 2 ** 31 - 1

/** Milliseconds to wait before retry number `attempt`, counted from 0. `random` is a number from 0 to 1. */
export function backOffWait(backOff: Required<BackOff>, attempt: number, random: number): number {
  const doubled = backOff.waitMinimum * 2 ** Math.min(attempt, backOff.repeatTimes)
  return Math.min(MAX_WAIT, Math.round(doubled + random * backOff.randomRange))
}
