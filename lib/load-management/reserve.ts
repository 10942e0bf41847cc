import { latestEnd, type SaidDynamically } from './dynamic-leases.js'
import { failedOnce, withForm } from './failures.js'
import { type Form, isSameForm, isStanding, type Tried } from './forms.js'
import { isSentHeld, type Lease, mayHold, outliving } from './leases.js'
import { type Learned, type Observed, withFall, withFollowed } from './lessons.js'
import { type SeenLines, seenLines } from './lines.js'
import { type Measured, tolerated, usedOf } from './measured.js'
import type { Currents } from './samples.js'
import { type Shown, withoutShown } from './shown.js'
import { type Steady, steadied } from './steady.js'
import type { Writes } from './writes.js'

// The current that may be in force at an EVSE. The invariant of load management is about this current, not about the
// wanted one: the sum of what may be in force never exceeds a limit because of what is sent.

/** A limit that the EVSE may obey. It ends by itself: the charge point then obeys the fallback. */
export interface Possible {
  /** A. */
  amperes: number
  /** Epoch milliseconds. */
  until: number
  /** It is in the profile of the EVSE itself, which does not end with the transaction. */
  isStanding?: true
  /** Another one was accepted in its place: it ends when the current has followed. */
  isReplaced?: true
}

/** A call that is on its way. */
export interface Pending extends Pick<SaidDynamically, 'dynamic'> {
  kind: 'fallback' | 'limit'
  amperes: number
  /** Epoch milliseconds. */
  at: number
  /** End of the lease. Epoch milliseconds. */
  until: number
  /** Key of the transaction whose profile it is. */
  transaction?: string
  form?: Form
  /** How many forms there are to try. */
  forms?: number
  /** The EV waits for it. */
  isOwed?: true
  /** The limit of a transaction that has ended is deleted, too, because nothing else may end it. */
  isClearing?: true
}

/** The limit that was accepted last. */
export interface Sent extends SaidDynamically {
  amperes: number
  form?: Form
  /** When it was accepted. Epoch milliseconds. */
  at: number
  /** When the same limit was accepted first, of which this one is a renewal. Epoch milliseconds. */
  since?: number
  /** End of the lease. Epoch milliseconds. */
  until: number
}

export type Obedience = 'unproven' | 'obeys' | 'ignoring'

/** The state of an EVSE in the control of a site. Saved before anything is sent, so that a restart knows the worst. */
export interface EvseState extends Tried, Shown {
  /** How often the charge point had booted. Absent: it was never seen, or by an earlier release. */
  boots?: number
  /** The fallback that the charge point has accepted, in A. Absent: it is not known to have one. */
  fallback?: number
  /** When it accepted it last. Epoch milliseconds. */
  fallbackAt?: number
  /** The fallback before, which the current may not have left yet. `amperes` absent: it was not known. */
  replaced?: { amperes?: number; until: number }
  possible: Possible[]
  /** Whether its limits end with their leases, as its own composite schedule has shown. Absent: it was not shown. */
  lease?: Lease
  /** Its limits do not end with their leases. */
  isUnleased?: true
  sent?: Sent
  pending?: Pending
  /** The profiles that were sent, if they are counted. */
  writes?: Writes[]
  /** Calls in a row that were not accepted. */
  failures: number
  /** Whether the last call may have been carried out or not. */
  isDoubtful: boolean
  /** Nothing is sent before. Epoch milliseconds. */
  retryAt: number
  obedience: Obedience
  /** Epoch milliseconds. */
  ignoringSince?: number
  /** The currents that were measured, and when they were received. Epoch milliseconds. */
  measured?: Measured
  /** The lines that the car of the transaction loads. */
  lines?: SeenLines
  /** The current that the car of the transaction has taken for some time. */
  steady?: Steady
  /** Samples in a row above the limit, or, of an EVSE that ignores limits, near it. */
  strikes: number
  /** The last sample above the limit: when it was received and taken. Epoch milliseconds. */
  strike?: { at: number; takenAt: number }
  /** Whether more than the limit was measured before it was accepted, so that a lower current obeys it. */
  isTested?: boolean
  /** How often it has ignored limits again in a form that it was found to obey. */
  relapses?: number
  /** What the transaction has shown so far of how the charge point follows limits. */
  observed?: Observed
  /** What transactions have shown of that. */
  learned?: Learned
  /**
   * The open transaction. `since` is when it was first seen, `poweredAt` when its power path was known to be closed.
   * `isOlder`: that happened before it was first seen. `asks`: how often the EV had asked for a profile.
   */
  transaction?: { key: string; id: number; since: number; poweredAt?: number; isOlder?: boolean; asks?: number }
  /** Whether the EV waits for a profile, also if nothing has changed. */
  isOwed?: boolean
  /** Since when it has more than its floor. Epoch milliseconds. */
  servedSince?: number
  /** Since when it has not. Epoch milliseconds. */
  waitingSince?: number
  /** A x hours that were allotted to the transaction. */
  served: number
  /** Until when `served` is counted. Epoch milliseconds. */
  servedAt: number
}

export function initialState(): EvseState {
  return {
    possible: [],
    failures: 0,
    isDoubtful: false,
    retryAt: 0,
    obedience: 'unproven',
    strikes: 0,
    served: 0,
    servedAt: 0
  }
}

export interface Times {
  now: number
  /** Milliseconds until the current has followed a limit. */
  settle: number
}

/** A measured value is believed for this time: three intervals of samples, where they are long. Milliseconds. */
const FRESH_MS = 180_000
/** Why so much is reserved. */
export const CAUSES = ['limit', 'fallback', 'measured', 'no-fallback', 'ignores-limits', 'unproven'] as const
export type Cause = (typeof CAUSES)[number]

/** Whether the last sample is fresh. */
export function isMeasured({ measured }: Pick<EvseState, 'measured'>, now: number): boolean {
  return measured !== undefined && now - measured.at <= FRESH_MS
}

/** When the limit that is in force began. A higher one that nobody answered may have held until its own lease ended. */
export function changedAt(state: EvseState, { now, settle }: Times): number {
  const { sent, transaction, fallbackAt = 0, possible } = state
  const present = inForce(state, now)
  const ended = possible.flatMap((one) => {
    return !mayHold(one, state, now) && one.amperes > present ? one.until - settle : []
  })
  const began = Math.max(transaction?.since ?? 0, fallbackAt, ...ended)
  if (sent === undefined) return began
  return Math.max(began, isSentHeld(state, now) ? (sent.since ?? sent.at) : sent.until)
}

/** The limit that the charge point obeys, as far as it is known: the lease, else the fallback. */
export function inForce(state: EvseState, now: number): number {
  if (state.sent !== undefined && isSentHeld(state, now)) return state.sent.amperes
  return state.fallback ?? 0
}

/** The lowest limit that the charge point may obey now, or once the current has followed one. */
export function lowestInForce({ possible, pending, sent, fallback = 0 }: EvseState, { now, settle }: Times): number {
  const live = possible.filter(({ until }) => until > now).map(({ amperes }) => amperes)
  const isLeased = sent !== undefined && sent.until > now + settle
  const coming = pending?.kind === 'fallback' ? [pending.amperes] : []
  return Math.min(...live, ...coming, ...(isLeased ? [] : [fallback]))
}

// --- what happens --------------------------------------------------------------------------------------------------

/** The charge point has booted: it may have lost its profiles. */
export function booted(state: EvseState): EvseState {
  const { fallback: _, sent: _sent, ...rest } = state
  return { ...rest, failures: 0, retryAt: 0 }
}

/** Whether the charge point has booted since is told by the count of its boots. `undefined`: it is no charge point of the site. */
export function withBoots(state: EvseState, boots: number | undefined): EvseState {
  if (boots === undefined || boots === state.boots) return state
  // Its firmware, or what is known of its model, may be another.
  const {
    form: _,
    isFound: _found,
    isUnsure: _unsure,
    rung: _rung,
    shown: _shown,
    relapses: _again,
    learned: _learned,
    lease,
    ...rest
  } = booted(state)
  // A limit of before the boot may go on.
  return { ...rest, boots, ...(lease === 'ignored' && { lease }) }
}

/** The charge point is there again: what failed because it was away is tried at once. Meanwhile another car may have come. */
export function reconnected({ lines: _, ...state }: EvseState): EvseState {
  return { ...state, failures: 0, retryAt: 0 }
}

/** Whether a call may have been carried out or not, and that still makes a difference. */
export function isInDoubt(state: EvseState, now: number): boolean {
  return state.isDoubtful && state.possible.some((one) => mayHold(one, state, now))
}

/**
 * The open transaction at the EVSE is this one, or there is none. A profile of a transaction ends with it. [2.x K02.FR.05]
 *
 * @param isCertain whether the charge point has told the end of the one before; otherwise its limit may hold until the lease ends
 */
export function withTransaction(
  state: EvseState,
  open: { key: string; id: number } | undefined,
  now: number,
  isCertain = true
): EvseState {
  if (open?.key === state.transaction?.key) return state
  // The profile of the EVSE itself holds on for the next car.
  const standing = isLasting(state.sent) ? state.sent : undefined
  const {
    transaction: _,
    sent: _sent,
    servedSince: _since,
    waitingSince: _waiting,
    measured: _seen,
    lines: _lines,
    steady: _steady,
    observed: _observed,
    ...rest
  } = withoutShown(state)
  const fresh = {
    ...rest,
    ...(standing !== undefined && { sent: standing }),
    possible: state.possible.filter(({ isStanding }) => isStanding === true || (!isCertain && open === undefined)),
    strikes: 0,
    served: 0,
    servedAt: now,
    isDoubtful: false,
    failures: 0,
    retryAt: 0
  }
  // The answer to a call that is on its way is about the old transaction.
  if (open === undefined) return fresh
  return { ...fresh, transaction: { key: open.key, id: open.id, since: now } }
}

/** Whether it is said by the profile of the EVSE itself, which does not end with the transaction. */
export function isLasting(said: { form?: Form } | undefined): boolean {
  return said?.form !== undefined && isStanding(said.form)
}

/**
 * Whether the limit of a transaction that has ended may go on: it is in the same profile as the fallback, or nothing ends it.
 * The fallback is installed again then.
 */
export function isLeftOver(state: EvseState, now: number): boolean {
  const { sent, transaction, fallback = 0 } = state
  if (transaction !== undefined) return false
  const isHeld = isLasting(sent) && isSentHeld(state, now) && (sent?.amperes ?? 0) > fallback
  return isHeld || outliving(state, now).length > 0
}

/** A call goes out: what it asks for may be in force from now on. */
export function sending(state: EvseState, pending: Pending, settle: number): EvseState {
  if (pending.kind === 'fallback') return { ...state, pending }
  const { isOwed, ...rest } = state
  const coming = { amperes: pending.amperes, until: (pending.dynamic?.validTo ?? pending.until) + settle }
  const possible = [...state.possible, { ...coming, ...(isLasting(pending) && { isStanding: true as const }) }]
  return { ...rest, pending: { ...pending, ...(isOwed === true && { isOwed }) }, possible }
}

/** `error`: a CALLERROR. `too-many`: refused, because profiles came too often. [2.1 K01.FR.56-59] */
export type Answer = 'accepted' | 'rejected' | 'too-many' | 'error' | 'unknown' | 'unsent'

interface Answered extends Times {
  /** Milliseconds for which the charge point takes no profile, where it says that they come too often. */
  pause?: number | undefined
}

/** The call that was on its way has ended. */
export function answered(state: EvseState, answer: Answer, { now, settle, pause }: Answered): EvseState {
  const { pending, ...rest } = state
  if (pending === undefined) return state
  // A profile of an ended transaction is nowhere in force.
  const isOfOther = pending.kind === 'limit' && pending.transaction !== state.transaction?.key
  if (isOfOther && !isLasting(pending)) return rest
  if (answer === 'accepted') return accepted(rest, pending, { now, settle })
  const failed = failedOnce(rest, pending, { answer, now, pause })
  const isUnknown = answer === 'unknown' || answer === 'error'
  if (pending.kind === 'fallback') return isUnknown ? withoutFallback(failed) : failed
  if (isUnknown) return { ...failed, isDoubtful: true }
  // A refused command has no effect, and neither has one that was not sent.
  const index = state.possible.findLastIndex(({ amperes }) => amperes === pending.amperes)
  return { ...failed, possible: state.possible.filter((_, at) => at !== index) }
}

/** It may have the old one or the new one, so everything is possible. */
function withoutFallback({ fallback: _, ...state }: EvseState): EvseState {
  return state
}

function accepted(state: Omit<EvseState, 'pending'>, pending: Pending, { now, settle }: Times): EvseState {
  const known = { ...withForm(state, pending), failures: 0, retryAt: 0, isDoubtful: false }
  // The one that is replaced is over when the current has followed.
  const isReplaced = (one: Possible) => one.isStanding === (isLasting(pending) ? true : undefined)
  const ending = (one: Possible) => ({ ...one, until: Math.min(one.until, now + settle), isReplaced: true as const })
  if (pending.kind === 'fallback') {
    const fallen = {
      ...withReplaced(known, pending.amperes, { now, settle }),
      fallback: pending.amperes,
      fallbackAt: now
    }
    const isAll = pending.isClearing === true
    if (!isLasting(state.sent) && !isAll) return fallen
    const { sent: _, ...rest } = fallen
    return { ...rest, possible: state.possible.map((one) => (one.isStanding === true || isAll ? ending(one) : one)) }
  }
  const newest = state.possible.length - 1
  const { amperes, until, form, dynamic } = pending
  const latest = latestEnd(pending, now)
  const possible = state.possible.map((one, index) => {
    if (index === newest) return { ...one, until: Math.min(one.until, latest + settle) }
    return isReplaced(one) ? ending(one) : one
  })
  const { measured, sent, isTested: _, ...rest } = known
  const isTested = measured !== undefined && isMeasured(known, now) && usedOf(measured).least > tolerated(amperes)
  const isRenewed = sent !== undefined && sent.until > now && sent.amperes === amperes && isSameForm(sent.form, form)
  return {
    ...withFall(rest, amperes, { at: now, isTested }),
    ...(measured !== undefined && { measured }),
    ...(isTested && { isTested }),
    possible: possible.filter((one) => one.until > now || one.isReplaced !== true),
    sent: {
      ...{ amperes, at: now, until },
      ...(form !== undefined && { form }),
      ...(isRenewed && { since: sent.since ?? sent.at }),
      ...(dynamic !== undefined && { dynamic: { duration: dynamic.duration, validTo: dynamic.validTo }, latest })
    }
  }
}

/** The current may not have left the fallback before, if that was higher or nobody knows it. */
function withReplaced(state: Omit<EvseState, 'pending'>, amperes: number, { now, settle }: Times) {
  const { replaced, ...rest } = state
  const until = now + settle
  const live = replaced !== undefined && replaced.until > now ? replaced : undefined
  if (rest.fallback === undefined) return { ...rest, replaced: { until } }
  if (live !== undefined && live.amperes === undefined) return state
  const before = Math.max(rest.fallback, live?.amperes ?? 0)
  return before > amperes ? { ...rest, replaced: { amperes: before, until } } : rest
}

/** How many samples in a row prove something. */
const PROOF = 2

/** The form of the limit that is obeyed is kept. */
function obeying({ rung: _, isTested: _tested, ...state }: EvseState): EvseState {
  const { sent } = state
  const found = sent?.form !== undefined && { form: sent.form, isFound: true, isUnsure: true as const }
  return { ...state, obedience: 'obeys', strikes: 0, ...found }
}

/** Currents were measured. Where only the power is known, it may be unknown whether they are above a limit. */
export function sampled(
  before: EvseState,
  amperes: number,
  { now, settle }: Times,
  { takenAt = now, ...more }: Pick<Currents, 'lines' | 'used' | 'takenAt'> = {}
): EvseState {
  const { lines: seen, steady: known, ...state } = before
  const isOpen = state.transaction !== undefined
  const lines = isOpen ? seenLines(seen, more.lines, now) : undefined
  const taken = { amperes, ...more }
  const measured = { at: now, ...taken }
  const steady = isOpen && { steady: steadied(known, taken, Math.min(takenAt, now)) }
  const at = Math.min(takenAt, now)
  const next = withFollowed(
    { ...state, ...(lines !== undefined && { lines }), ...steady, measured },
    { takenAt: at, settle }
  )
  const limit = Math.max(
    0,
    ...state.possible.filter((one) => mayHold(one, state, now)).map((one) => one.amperes),
    state.fallback ?? 0
  )
  // What was measured before the current could follow says nothing, however late it comes.
  const isEarly = at - changedAt(state, { now, settle }) < settle
  if (state.fallback === undefined || state.pending !== undefined || isEarly) return next
  const { least, most } = usedOf(measured)
  const isWithin = most <= tolerated(limit)
  // A car that takes little by itself proves nothing.
  const isNear = isWithin && least > limit / 2
  if (state.obedience === 'ignoring') {
    const strikes = isNear ? state.strikes + 1 : 0
    return strikes >= PROOF ? obeying(next) : { ...next, strikes }
  }
  if (least > tolerated(limit)) {
    const strikes = state.strikes + 1
    if (strikes >= PROOF) return ignoring(next, now)
    return { ...next, strikes, strike: { at: now, takenAt: at } }
  }
  const { isTested = false, isUnsure = false, strike: _, ...calm } = next
  const isDown = isTested && isWithin
  const kept = isUnsure && !isDown && { isUnsure: true as const }
  return { ...calm, strikes: 0, ...kept, ...((isNear || isDown) && { obedience: 'obeys' as const }) }
}

export function ignoring({ strike: _, ...state }: EvseState, now: number): EvseState {
  const { isFound = false, relapses = 0 } = state
  return { ...state, obedience: 'ignoring', ignoringSince: now, strikes: 0, ...(isFound && { relapses: relapses + 1 }) }
}
