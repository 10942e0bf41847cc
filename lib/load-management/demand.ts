import { usedOf } from './measured.js'
import { type EvseState, inForce, isMeasured, type Times } from './reserve.js'

// What a car has shown of the current that it takes.

/** A car that takes less than it may does so for this time before the rest is given to others. Milliseconds. */
const SLACK_MS = 60_000
/** Below it a car takes nothing. A. */
const NOTHING = 0.5
/** A car that takes hardly anything for this time, although it may, rests: it is full, or waits for its own timer. Milliseconds. */
const REST_MS = 300_000
/** A car that rests and was paused is offered its minimum again after this time; twice as long after each time in vain. Milliseconds. */
const OFFER_MS = 3_600_000

export interface Offering extends Times {
  /** A below which the car does not charge. */
  least: number
}

/** The current that the car has taken, and the current that it was given so far. */
export function followed(state: EvseState, offering: Offering): EvseState {
  if (state.transaction === undefined) return state
  const { now } = offering
  const force = inForce(state, now)
  const served = state.served + (force * Math.max(0, now - state.servedAt)) / 3_600_000
  const counted = withTurn({ ...state, served, servedAt: now }, force > (state.fallback ?? 0), now)
  return suspendedFor(measuredSo(counted, { force, ...offering }), { force, ...offering })
}

/** By samples. */
function measuredSo(counted: EvseState, { force, ...offering }: Offering & { force: number }): EvseState {
  const { now } = offering
  const { measured, sent, transaction } = counted

  const changedAt = Math.max(sent?.at ?? 0, transaction?.since ?? 0)
  // Nobody knows what the car takes now.
  if (measured !== undefined && !isMeasured(counted, now)) return withoutDemand(counted)
  const isTelling =
    measured !== undefined && now - measured.at <= 2 * SLACK_MS && measured.at >= changedAt + offering.settle
  if (!isTelling) return counted
  return withRest(withDemand(counted, measured, { force, ...offering }), measured, { force, ...offering })
}

function withoutDemand(state: EvseState): EvseState {
  const { slackSince: _slack, demand: _demand, ...rest } = state
  return state.slackSince === undefined && state.demand === undefined ? state : rest
}

/** Since when it is served, or waits. Copies are made only of what changes: this is done for each EVSE in each run. */
function withTurn(state: EvseState, isServed: boolean, now: number): EvseState {
  const [since, other] = isServed ? [state.servedSince, state.waitingSince] : [state.waitingSince, state.servedSince]
  if (since !== undefined && other === undefined) return state
  const { servedSince: _served, waitingSince: _waiting, ...rest } = state
  return isServed ? { ...rest, servedSince: since ?? now } : { ...rest, waitingSince: since ?? now }
}

type Taken = NonNullable<EvseState['measured']>

/**
 * A car that takes less than it may for a minute leaves the rest to others. While it uses all that it has, it gets up to four times as
 * much each time. A pause of ours proves nothing.
 */
function withDemand(state: EvseState, measured: Taken, { force, least }: Offering & { force: number }): EvseState {
  const { slackSince, demand } = state
  const { most } = usedOf(measured)
  if (force < least || (most >= force - 1 && slackSince === undefined && demand === undefined)) return state
  const { slackSince: _, ...busy } = state
  if (most >= force - 0.5)
    return demand === undefined || force < demand - 1 ? busy : { ...busy, demand: Math.max(demand, least) * 4 }
  if (most >= force - 1) return busy
  const since = slackSince ?? measured.at
  const isLong = measured.at - since >= SLACK_MS
  return { ...state, slackSince: since, ...(isLong && { demand: most + 1 }) }
}

/**
 * Only while it may charge does a car show that it rests: a pause of ours proves nothing. One that has charged before and takes less
 * than half of its minimum is almost full, and keeps its minimum from others.
 */
function withRest(before: EvseState, measured: Taken, { force, least }: Offering & { force: number }): EvseState {
  const { most } = usedOf(measured)
  const state = most >= least && before.hasCharged !== true ? { ...before, hasCharged: true as const } : before
  const { idle, servedSince = 0 } = state
  if (most >= (state.hasCharged === true ? least / 2 : NOTHING)) {
    if (idle === undefined) return state
    const { idle: _, ...busy } = state
    return busy
  }
  if (force < least) return state
  const { since = measured.at, until = 0 } = idle ?? {}
  const resting = { ...state, idle: idle ?? { since, times: 0 } }
  if (measured.at - Math.max(since, until, servedSince) >= REST_MS) return restingAgain(resting, measured.at)
  return idle === undefined ? resting : state
}

/** The state of a car that has taken hardly anything for long enough. */
function restingAgain(state: EvseState, now: number): EvseState {
  const { since = now, times = 0 } = state.idle ?? {}
  return { ...state, idle: { since, times: times + 1, until: now + OFFER_MS * 2 ** times } }
}

/** A car that has rested before is expected to do so again when it is offered its minimum. */
export function expectedToRest(state: EvseState, now: number): EvseState {
  const { idle, servedSince = now } = state
  if (idle?.until === undefined || idle.until > now || now - servedSince < REST_MS) return state
  return { ...restingAgain(state, now), measured: { amperes: 0, at: now } }
}

/** The charge point tells for this time that the car takes nothing: it rests. Milliseconds. */
const SUSPENDED_MS = 600_000

/** By the status that the charge point tells. A car that may not charge shows nothing, and current that was measured counts more. */
function suspendedFor(state: EvseState, { now, force, least }: Offering & { force: number }): EvseState {
  const { suspended, idle, servedSince = 0, demand = least } = state
  if (suspended === undefined || force < least || (isMeasured(state, now) && isCharging(state))) return state
  const began = Math.max(suspended.since, servedSince)
  if (now - began < SLACK_MS) return state
  const modest = { ...state, demand: Math.min(demand, least) }
  const { times = 0, until = 0 } = idle ?? {}
  if (now - Math.max(began, until) < SUSPENDED_MS) return modest
  return { ...modest, idle: { since: idle?.since ?? began, times: times + 1, until: now + OFFER_MS * 2 ** times } }
}

/** Whether the car takes hardly anything although it may: it gets what nobody else can use. */
export function isResting({ idle }: Pick<EvseState, 'idle'>, now: number): boolean {
  return idle?.until !== undefined && now < idle.until
}

/** Whether the car took anything when it was measured last. */
export function isCharging({ measured }: Pick<EvseState, 'measured'>): boolean {
  return measured !== undefined && usedOf(measured).most >= NOTHING
}
