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

/** A car takes nothing, or will take nothing. `takes`: it takes current. */
export type CarStatus = 'suspended' | 'finished' | 'takes'

/** By StatusNotification in 1.6 [§4.9] and by chargingState in 2.x [E02]. Others say nothing of what the car wants. */
const STATUSES: Readonly<Record<string, CarStatus>> = {
  SuspendedEV: 'suspended',
  Finishing: 'finished',
  Idle: 'finished',
  Charging: 'takes'
}

export function carStatusOf(status: string | null | undefined): CarStatus | undefined {
  return STATUSES[status ?? '']
}

/** The charge point has told what the car does. One that takes current again after it did not is offered all that it may have, at once. */
export function withStatus<State extends Shown>(state: State, told: CarStatus | undefined, now: number): State {
  const { suspended } = state
  if (told === undefined || (told === 'takes' && suspended === undefined)) return state
  if (told === 'takes') {
    const { suspended: _, demand: _demand, idle: _idle, slackSince: _slack, ...rest } = state
    return rest as State
  }
  const isFinished = told === 'finished'
  if (suspended !== undefined && (suspended.isFinished === true) === isFinished) return state
  return { ...state, suspended: { since: suspended?.since ?? now, ...(isFinished && { isFinished: true as const }) } }
}
