/** How a charge point waits between attempts to connect. [2.x Part 4 §5.3; 1.6 leaves it open] */
export interface BackOff {
  /** RetryBackOffWaitMinimum: milliseconds before the first new attempt. Default 1000. */
  waitMinimum?: number
  /** RetryBackOffRandomRange: at most this many milliseconds are added to every wait. Default 1000. */
  randomRange?: number
  /** RetryBackOffRepeatTimes: how often the wait is doubled; after that it stays. Default 5. */
  repeatTimes?: number
}

export const BACK_OFF: Required<BackOff> = { waitMinimum: 1000, randomRange: 1000, repeatTimes: 5 }

/** Longest wait: a timer of more milliseconds fires at once. */
export const MAX_WAIT = 2 ** 31 - 1

/** Milliseconds before attempt number `attempt`, the first being 0; `random` is from 0 to 1. */
export function backOffWait(backOff: Required<BackOff>, attempt: number, random: number): number {
  const doubled = backOff.waitMinimum * 2 ** Math.min(attempt, backOff.repeatTimes)
  return Math.min(MAX_WAIT, Math.round(doubled + random * backOff.randomRange))
}
