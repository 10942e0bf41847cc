import type { Cause, EvseState } from './reserve.js'

// The states of EVSEs as they are saved.

/** The part of a state that decides what may be in force: after a restart it must not be an older one. */
export function vitalOf(state: EvseState, cause: Cause | undefined) {
  const {
    measured,
    served: _served,
    servedAt: _at,
    demand: _demand,
    slackSince: _slack,
    idle: _idle,
    hasCharged: _charged,
    steady: _steady,
    observed: _observed,
    learned: _learned,
    ...vital
  } = state
  return cause === 'measured' ? { ...vital, measured } : vital
}
