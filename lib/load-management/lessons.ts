import { type Measured, tolerated, usedOf } from './measured.js'
import type { EvseState } from './reserve.js'

// What the measured currents of an EVSE show of how its charge point follows limits: how late, and whether it goes on after a pause.
// What is learned makes load management more careful, never less.

/** What the open transaction has shown. */
export interface Observed {
  /** The limit that has to bring the current down, when it was accepted, and whether the current was above it after it should have followed. */
  fall?: { amperes: number; at: number; isLate?: true }
  /** The pause of a car that was charging until then. `liftedAt`: when it might charge again. Epoch milliseconds. */
  pause?: { liftedAt?: number; isCounted?: true }
}

/** What all transactions have shown since the last boot. */
export interface Learned {
  /** The longest time until the current has followed, where that was too long. Seconds. */
  settle?: number
  /** Transactions in a row that did not go on after a pause, and the last one of them. */
  stuck?: number
  stuckIn?: string
  /** Whether one went on after a pause. */
  hasResumed?: true
}

// --- settle time ---------------------------------------------------------------------------------------------------

/** A current that comes down later does not follow the limit. Milliseconds. */
const LATEST_MS = 60_000
/** Learned times are multiples of it. Seconds. */
const STEP_S = 5

type Following = Pick<EvseState, 'observed' | 'learned'>

/** A limit was accepted. @param isTested whether more than the limit was measured before */
export function withFall<State extends Following>(
  state: State,
  amperes: number,
  { at, isTested }: { at: number; isTested: boolean }
): State {
  const { fall, ...observed } = state.observed ?? {}
  // The same limit again does not begin anew.
  if (fall?.amperes === amperes) return state
  if (isTested) return { ...state, observed: { ...observed, fall: { amperes, at } } }
  return fall === undefined ? state : { ...state, observed }
}

/** A current was measured after a limit that has to bring it down. */
export function withFollowed<State extends EvseState & { measured: Measured }>(
  state: State,
  { takenAt, settle }: { takenAt: number; settle: number }
): State {
  const { fall, ...observed } = state.observed ?? {}
  if (fall === undefined || state.pending !== undefined || takenAt <= fall.at) return state
  const { least, most } = usedOf(state.measured)
  const allowed = tolerated(fall.amperes)
  const delay = takenAt - fall.at
  if (delay > LATEST_MS) return { ...state, observed }
  if (least > allowed) {
    return delay < settle || fall.isLate
      ? state
      : { ...state, observed: { ...observed, fall: { ...fall, isLate: true } } }
  }
  // A car that takes little by itself proves nothing.
  const isProof = most <= allowed && (least > fall.amperes / 2 || fall.amperes === 0)
  if (!isProof || fall.isLate !== true) return { ...state, observed }
  const seconds = Math.ceil(delay / 1000 / STEP_S) * STEP_S
  return { ...state, observed, learned: { ...state.learned, settle: Math.max(seconds, state.learned?.settle ?? 0) } }
}

// --- pauses --------------------------------------------------------------------------------------------------------

/** A car that takes nothing for so long after a pause does not go on. Milliseconds. */
const WAKE_MS = 240_000
/** Below it a car takes nothing. A. */
const NOTHING = 0.5
/** Transactions that have to be stuck one after the other. */
const PROOF = 2

interface Pausing {
  now: number
  /** Milliseconds until the current has followed. */
  settle: number
  /** A below which the car does not charge. */
  least: number
  /** The limit that is in force. A. */
  force: number
}

/** Whether the car of the transaction goes on after a pause. */
export function withPause(state: EvseState, { now, settle, least, force }: Pausing): EvseState {
  const { transaction, measured, sent, observed } = state
  const { pause, ...rest } = observed ?? {}
  if (transaction === undefined || measured === undefined || sent === undefined) return state
  const { least: lowest, most: highest } = usedOf(measured)
  if (force < least) {
    // Only a car that charged until now is not full.
    const isCharging = lowest >= least && now - measured.at <= settle + FRESH_MS && state.obedience === 'obeys'
    const isPaused = pause === undefined ? isCharging : pause.liftedAt !== undefined
    return isPaused ? { ...state, observed: { ...rest, pause: {} } } : state
  }
  if (pause === undefined) return state
  const { liftedAt, isCounted } = pause
  if (liftedAt === undefined) return { ...state, observed: { ...rest, pause: { ...pause, liftedAt: now } } }
  if (measured.at < liftedAt + settle) return state
  const { stuck: _, stuckIn: _last, ...known } = state.learned ?? {}
  const isIgnoring = state.obedience === 'ignoring'
  const isWithin = lowest >= least / 2 && highest <= tolerated(force) && !isIgnoring
  if (isWithin) return { ...state, observed: rest, learned: { ...known, hasResumed: true } }
  const isStuck = isIgnoring || (highest < NOTHING && measured.at >= liftedAt + WAKE_MS)
  if (!isStuck || isCounted === true) return state
  return {
    ...state,
    observed: { ...rest, pause: { ...pause, isCounted: true } },
    learned: stuckOnce(state, transaction.key)
  }
}

/** A sample that is older tells nothing of a pause. Milliseconds. */
const FRESH_MS = 60_000

function stuckOnce({ learned = {} }: EvseState, transaction: string): Learned {
  const { stuck = 0, stuckIn } = learned
  return stuckIn === transaction ? learned : { ...learned, stuck: stuck + 1, stuckIn: transaction }
}

/** Whether its transactions do not go on after a pause, as far as it has shown. */
export function isStuck({ learned = {} }: Pick<EvseState, 'learned'>): boolean {
  return learned.hasResumed !== true && (learned.stuck ?? 0) >= PROOF
}
