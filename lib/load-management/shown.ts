// What the car of a transaction has shown of the current that it takes, and what its EV has told. Ends with the transaction.

export interface Shown {
  /** The most that the car takes, as far as it has shown it. A. */
  demand?: number
  /** Since when it takes less than it may. Epoch milliseconds. */
  slackSince?: number
  /**
   * Since when it takes hardly anything although it may; how often that was seen, and until when it is not offered its minimum again
   * unless there is room. Epoch milliseconds.
   */
  idle?: { since: number; times: number; until?: number }
  /** Whether the car has taken its minimum at least. */
  hasCharged?: true
  /** The plan of the EV that was told last, and the limit that was in force then. A. */
  plan?: { at: string; offered: number }
  /** Since when the charge point tells that the car takes nothing. Epoch milliseconds. `isFinished`: that it will take nothing. */
  suspended?: { since: number; isFinished?: true }
}

export function withoutShown<State extends Shown>(state: State): Omit<State, keyof Shown> {
  const {
    demand: _demand,
    slackSince: _slack,
    idle: _idle,
    hasCharged: _charged,
    plan: _plan,
    suspended: _suspended,
    ...rest
  } = state
  return rest
}
