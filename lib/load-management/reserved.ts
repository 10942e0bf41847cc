import { hasFallback } from './fallback-proof.js'
import { mayHold } from './leases.js'
import { type Measured, tolerated, usedOf } from './measured.js'
import { type Assignment, type Plant, phasesOf } from './plant.js'
import { type Cause, changedAt, type EvseState, isMeasured, type Times } from './reserve.js'

// How much is reserved for an EVSE: the most that may be in force, or that was measured.

type Evse = Required<Pick<Assignment, 'maximum' | 'fallback'>> &
  Partial<Pick<Plant['evses'][number], 'unit' | 'wiring'>>

/** Meters are rounded to 0.1 A. */
const ROUNDING = 0.1 + 1e-6

export interface Reserved {
  /** A on each phase that the EVSE uses. */
  amperes: number
  cause: Cause
  /** The part of it that is above what may be in force, because it was measured. A. */
  excess?: number
}

/**
 * The most that may be in force on each phase that the EVSE uses.
 *
 * @param isStrict whether the maximum is reserved until the EVSE has obeyed once
 */
export function reservedOf(
  state: EvseState,
  evse: Evse,
  { isStrict = false, ...times }: Times & { isStrict?: boolean }
): Reserved {
  const { measured, fallback, obedience } = state
  const certain = measured === undefined || !isMeasured(state, times.now) ? 0 : certainOf(measured, evse)
  const whole = certain > evse.maximum + ROUNDING ? certain : evse.maximum
  if (fallback === undefined || !hasFallback(state)) return { amperes: whole, cause: 'no-fallback' }
  if (obedience === 'ignoring') return { amperes: whole, cause: 'ignores-limits' }
  if (isStrict && obedience === 'unproven') return { amperes: whole, cause: 'unproven' }
  const live = state.possible.filter((one) => mayHold(one, state, times.now)).map(({ amperes }) => amperes)
  const limit = Math.max(0, ...live)
  const coming = state.pending?.kind === 'fallback' ? state.pending.amperes : 0
  const left = leftOf(state, evse, times.now)
  const most = Math.min(Math.max(limit, fallback, coming, left), evse.maximum)
  const seen = measuredAbove(state, { ...evse, most }, times)
  if (seen !== undefined) return { amperes: seen, cause: 'measured', excess: seen - most }
  const isUnknown = state.replaced?.amperes === undefined && left > 0
  return { amperes: most, cause: isUnknown ? 'no-fallback' : limit > fallback ? 'limit' : 'fallback' }
}

/** What may still flow of the fallback before. A. */
function leftOf({ replaced }: EvseState, { maximum }: Evse, now: number): number {
  return replaced === undefined || replaced.until <= now ? 0 : (replaced.amperes ?? maximum)
}

/** The current that the EVSE had on one of its phases at least. A power may be spread over all of them. A. */
function certainOf(measured: Measured, { unit, wiring = 'L1L2L3' }: Evse): number {
  const isSpread = unit === 'W' && measured.lines === undefined
  const { least } = usedOf(measured)
  return Math.min(measured.amperes, isSpread ? least / phasesOf({ wiring }).length : least)
}

/** The measured current, if it is fresh and more than what may be in force. What was measured before a change counts until the current has had time to follow. */
function measuredAbove(state: EvseState, { most, ...evse }: Evse & { most: number }, { now, settle }: Times) {
  const { measured } = state
  if (measured === undefined || !isMeasured(state, now)) return undefined
  const followed = changedAt(state, { now, settle }) + settle
  if (measured.at < followed && now >= followed) return undefined
  const certain = certainOf(measured, evse)
  // All of a power may be on one phase.
  if (usedOf(measured).least > tolerated(most)) {
    const seen = Math.min(measured.amperes, Math.max(evse.maximum, certain))
    return seen > most ? seen : undefined
  }
  return certain > most + ROUNDING ? certain : undefined
}
