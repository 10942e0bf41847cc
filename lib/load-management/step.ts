import type { Allocation } from './allocate.js'
import type { Cap } from './caps.js'
import { type DynamicLease, dynamicLease } from './dynamic-leases.js'
import { hasFallback } from './fallback-proof.js'
import { stepDown } from './forms.js'
import { isSentHeld, type Lease, leaseAt, mayHold, outliving } from './leases.js'
import { isProving, judged } from './obedience.js'
import { inOrder } from './order.js'
import { isPaced, pausedOf } from './pace.js'
import { keyOf, leastOf } from './plant.js'
import { type Cause, type EvseState, inForce, isInDoubt, isLeftOver, type Pending, sending } from './reserve.js'
import { share } from './share.js'
import { Shortage, WORTH } from './shortage.js'
import { type Load, Site, type StepInput } from './site.js'
import { isWithinBudget, leaseOf, type WriteKind, withWrite } from './writes.js'

// One step of the control of a site: from what is known to what is sent. Pure.

export interface Command {
  key: string
  kind: 'fallback' | 'limit'
  /** A. */
  amperes: number
  /** Seconds that a limit holds. */
  lease: number
}

export interface EvseView {
  reserved: number
  cause: Cause
  target?: number
  /** The limit that keeps it from getting more: circuit and phase. */
  bound?: string
  /** Whether its limits end by themselves. */
  lease: Lease
  /** The limit of others that keeps it from getting more. */
  cap?: Cap
  /** In words, for operators. */
  reason: string
}

export interface StepResult {
  commands: Command[]
  states: Map<string, EvseState>
  loads: Load[]
  evses: Map<string, EvseView>
}

/** Decides what is sent now. Nothing in the result raises what is reserved beyond a limit. */
export function step(input: StepInput): StepResult {
  const site = new Site({ ...input, states: verdicts(input) })
  const willing = willingOf(site)
  const paused = pausedOf(site)
  const steered = new Set([...willing].filter((key) => mayWrite(site, key, 'changes') && !paused.has(key)))
  const order = inOrder(site, [...steered])
  const allocation = share(site, order)
  const commands: Command[] = []
  installFallbacks(site, commands)
  lower(site, willing, allocation, commands)
  raise(site, order, allocation, commands)
  const evses = new Map([...site.evses.keys()].map((key) => [key, viewOf(site, key, { steered, paused, allocation })]))
  return { commands, states: site.states, loads: [...site.loads], evses }
}

/** Time passes without samples, too. */
function verdicts({ plant, states, now }: StepInput): Map<string, EvseState> {
  const settles = new Map(plant.evses.map((evse) => [keyOf(evse), evse.settle]))
  return new Map(
    [...states].map(([key, state]) => [key, judged(state, { now, settle: (settles.get(key) ?? plant.settle) * 1000 })])
  )
}

// --- sharing -------------------------------------------------------------------------------------------------------

/** Those that would take a limit now. */
function willingOf(site: Site): Set<string> {
  const keys = [...site.evses.keys()].filter((key) => {
    const { isConnected = false, isMember = false } = site.input.facts.get(key) ?? {}
    const state = site.state(key)
    const { transaction, obedience, retryAt } = state
    const isWilling = obedience !== 'ignoring' && !isInDoubt(state, site.input.now) && retryAt <= site.input.now
    return (
      isConnected &&
      isMember &&
      hasFallback(state) &&
      transaction?.poweredAt !== undefined &&
      isShared(site, key) &&
      isWilling
    )
  })
  return new Set(keys)
}

/**
 * While a call is on its way, the EVSE has its part in the sharing: others are not lowered for room that is only kept until the
 * answer. While a circuit is above its limit, that is waited for only as long as healthy charge points take.
 */
function isShared(site: Site, key: string): boolean {
  const { pending } = site.state(key)
  return pending === undefined || site.input.now - pending.at < ANSWER_MS || !isBelowOverload(site, key)
}

/** Healthy charge points answer within this time. Milliseconds. */
const ANSWER_MS = 5_000

/** Whether one more profile may be sent: more than there are for a day, only while a circuit is above its limit. */
function mayWrite(site: Site, key: string, kind: WriteKind): boolean {
  return isInBudget(site, key, kind) || isBelowOverload(site, key)
}

function isInBudget(site: Site, key: string, kind: WriteKind): boolean {
  const evse = site.evses.get(key)
  const isUpdate = dynamicFor(site, key, site.input.plant.lease)?.isUpdate === true
  return evse === undefined || isUpdate || isWithinBudget(evse, site.state(key), { kind, now: site.input.now })
}

function isBelowOverload(site: Site, key: string): boolean {
  // The hardware of a charge point keeps its own maximum.
  const circuits = [...site.weights(key).keys()].filter(({ station }) => station === undefined)
  return overloads(circuits).length > 0
}

// --- sending -------------------------------------------------------------------------------------------------------

/** Each EVSE first gets its fallback; the one that boots or is doubtful gets it again. */
function installFallbacks(site: Site, commands: Command[]): void {
  for (const [key, evse] of site.evses) {
    const { isConnected = false, isMember = false } = site.input.facts.get(key) ?? {}
    const state = site.state(key)
    const { fallback, pending, retryAt } = state
    const isInstalled = fallback === evse.fallback && !isLeftOver(state, site.input.now)
    if (!isConnected || !isMember || isInstalled || pending !== undefined || retryAt > site.input.now) continue
    if (!mayWrite(site, key, 'renewals')) continue
    // While another fallback holds, the new one may already hold: the higher one is reserved by keeping the room of both.
    if (fallback !== undefined && fallback < evse.fallback && !fits(site, key, evse.fallback)) continue
    send(site, commands, { key, kind: 'fallback', amperes: evse.fallback, lease: 0 })
  }
}

function lower(site: Site, willing: ReadonlySet<string>, { targets }: Allocation, commands: Command[]): void {
  const { now } = site.input
  const shortage = new Shortage(site, targets)
  for (const key of bySurplus(site, targets)) {
    const state = site.state(key)
    if (isRetried(site, key)) {
      const amperes = retriedWith(site, key)
      if (fits(site, key, amperes)) limit(site, commands, key, amperes, LEAST_LEASE_S)
      continue
    }
    if (!willing.has(key) || state.pending !== undefined) continue
    const current = inForce(state, now)
    const target = targets.get(key)
    // Without a target, nothing but a renewal is left for the day.
    const wanted = target === undefined ? current : lowered(site, key, { current, target, shortage })
    const mayFollow = isPaced(state, now)
    if (wanted < current && (mayFollow || isBelowOverload(site, key))) {
      limit(site, commands, key, wanted, LEAST_LEASE_S)
      shortage.give(key, current - wanted)
    } else if (isTooLong(site, key)) limit(site, commands, key, current)
    else if ((isDue(site, key) || state.isOwed === true) && mayFollow && isInBudget(site, key, 'renewals')) {
      limit(site, commands, key, current)
    }
  }
}

/** Those that are furthest above their target first. */
function bySurplus(site: Site, targets: ReadonlyMap<string, number>): string[] {
  const { now } = site.input
  const surplus = new Map(
    [...site.evses.keys()].map((key) => {
      const current = inForce(site.state(key), now)
      return [key, current - (targets.get(key) ?? current)]
    })
  )
  return [...surplus.keys()].sort((one, other) => (surplus.get(other) ?? 0) - (surplus.get(one) ?? 0))
}

interface Lowering {
  current: number
  target: number
  shortage: Shortage
}

/** A little less only where others lack it, and then by 1 A: others need not give anything. */
function lowered(site: Site, key: string, { current, target, shortage }: Lowering): number {
  const wanted = sendable(site, key, target)
  if (wanted >= current || wanted <= current - WORTH) return wanted
  if (!shortage.concerns(key)) return current
  return sendable(site, key, Math.min(target, Math.max(leastOf(site.evses.get(key)), current - WORTH)))
}

/** The limits of which the lease has not ended. What has ended is not brought back. A. */
function running(site: Site, key: string): number[] {
  const { now } = site.input
  const state = site.state(key)
  return state.possible.filter((one) => mayHold(one, state, now + site.settle(key))).map(({ amperes }) => amperes)
}

/** An EVSE that ignores limits gets its minimum. Others get the lowest limit that may be in force, or the least while there is too little. */
function retriedWith(site: Site, key: string): number {
  const evse = site.evses.get(key)
  const { obedience, fallback = 0 } = site.state(key)
  const least = Math.max(leastOf(evse), fallback)
  if (obedience === 'ignoring') return least
  const floor = evse?.avoidsZero === true ? least : fallback
  return isBelowOverload(site, key) ? floor : Math.max(floor, Math.min(...running(site, key)))
}

/** For one form of a limit to be obeyed. Milliseconds. */
const RETRY_MS = 30_000
/** For the first one: a current that follows late follows until then, and another form would not be followed sooner. Milliseconds. */
const FIRST_RETRY_MS = 90_000
/** An EVSE that has obeyed and ignored limits so often does so whatever the form. */
const MAX_RELAPSES = 3

/** An unanswered call is followed by the lowest limit that may be in force, and one that ignores limits by its minimum. */
function isRetried(site: Site, key: string): boolean {
  const { isConnected = false, isMember = false } = site.input.facts.get(key) ?? {}
  const state = site.state(key)
  const { obedience, pending, retryAt, transaction, sent, rung, relapses = 0 } = state
  const { now } = site.input
  if (!isConnected || !isMember || pending !== undefined || retryAt > now || transaction?.poweredAt === undefined)
    return false
  if (!hasFallback(state) || !mayWrite(site, key, 'renewals')) return false
  if (obedience === 'ignoring') {
    const wait = rung === undefined ? FIRST_RETRY_MS : RETRY_MS
    const isLast = (rung?.at ?? 0) >= (site.evses.get(key)?.forms ?? 1) || relapses > MAX_RELAPSES
    return sent === undefined || sent.until - now < RETRY_MS || (!isLast && now - sent.at >= wait)
  }
  return isInDoubt(state, now) && running(site, key).length > 0
}

/** No AC charge point can say less than 6 A, and OCPP 1.6 no hundredths. [IEC 61851-1; 1.6 §7.12] */
function sendable(site: Site, key: string, target: number): number {
  const evse = site.evses.get(key)
  const rounded = evse === undefined ? target : stepDown(target, evse.form)
  return evse !== undefined && rounded < leastOf(evse) ? evse.fallback : rounded
}

/** The end of the lease of a limit that is more than the fallback, as it was sent. Epoch milliseconds. */
function leasedUntil(site: Site, key: string): number | undefined {
  const state = site.state(key)
  const { sent, fallback = 0 } = state
  return !isSentHeld(state, site.input.now) || (sent?.amperes ?? 0) <= fallback ? undefined : sent?.until
}

/** Whether the lease has to be renewed. */
function isDue(site: Site, key: string): boolean {
  const until = leasedUntil(site, key)
  const { now } = site.input
  return until !== undefined && until - now < (leaseEnd(site, key) - now) / 2
}

/** Whether the lease ends after less is allowed. Sent at once, whatever was sent before: it lowers what holds then. */
function isTooLong(site: Site, key: string): boolean {
  const until = leasedUntil(site, key)
  const latest = site.state(key).sent?.latest ?? until
  return until !== undefined && latest !== undefined && latest > leaseEnd(site, key) + 1000
}

/** A lease ends before less is allowed on the way. Epoch milliseconds. */
function leaseEnd(site: Site, key: string): number {
  const { plant, now } = site.input
  return Math.min(now + leaseOf(site.evses.get(key), plant.lease) * 1000, edgeOf(site, key))
}

/** When less is allowed, less the time that the current takes to follow. Epoch milliseconds. */
function edgeOf(site: Site, key: string): number {
  const drops = site.circuitsOf(key).flatMap((circuit) => site.drop(circuit) ?? [])
  return Math.min(...drops.map((drop) => drop - site.settle(key)), Number.POSITIVE_INFINITY)
}

/** The Dynamic profile that says a limit, if one can. */
function dynamicFor(site: Site, key: string, lease: number): DynamicLease | undefined {
  const { now, plant } = site.input
  const evse = site.evses.get(key)
  if (evse?.form.profile !== 'dynamic') return undefined
  return dynamicLease(evse, site.state(key), { now, lease, whole: plant.lease, edge: edgeOf(site, key) })
}

function raise(site: Site, order: readonly string[], { targets }: Allocation, commands: Command[]): void {
  const { now, plant } = site.input
  for (const key of order) {
    const state = site.state(key)
    const target = targets.get(key)
    if (target === undefined || state.pending !== undefined || !isInBudget(site, key, 'changes')) continue
    const current = inForce(state, now)
    const evse = site.evses.get(key)
    if (evse === undefined || target <= current) continue
    // What is reserved anyway needs no room.
    const most = site.reserved(key).cause === 'unproven' ? target : current + headroom(site, key)
    const wanted = sendable(site, key, Math.min(target, most))
    const isWorth = wanted >= current + WORTH || (wanted > current && wanted >= sendable(site, key, evse.maximum))
    const isCalm = isPaced(state, now) && (current === 0 || now - (state.sent?.at ?? 0) >= plant.raiseDelay * 1000)
    if (!isWorth || !isCalm || wanted < leastOf(evse) || !fits(site, key, wanted)) continue
    limit(site, commands, key, wanted)
  }
}

/** The A by which what is in force may rise, over all limits on the way. */
function headroom(site: Site, key: string): number {
  const rooms = [...site.weights(key)].map(([load, weight]) => {
    return (load.limit - load.margin - load.other - load.reserved) / weight
  })
  return Math.max(0, Math.min(...rooms) + site.reserved(key).amperes - inForce(site.state(key), site.input.now))
}

/** Whether the limits hold if this may be in force, too. */
function fits(site: Site, key: string, amperes: number): boolean {
  const { proving } = site
  if (proving !== undefined && site.reserved(key).cause === 'unproven') return fits(proving, key, amperes)
  const more = amperes - site.reserved(key).amperes
  if (more <= 0) return true
  return [...site.weights(key)].every(([load, weight]) => {
    return load.reserved + more * weight <= load.limit - load.margin - load.other + 1e-6
  })
}

/** A lower limit is sent however soon an even lower one follows: the present one may last much longer. Seconds. */
const LEAST_LEASE_S = 1

function limit(site: Site, commands: Command[], key: string, amperes: number, least = 0): void {
  const { now } = site.input
  const lease = Math.max(least, Math.floor((leaseEnd(site, key) - now) / 1000))
  // So near to the edge, what is in force ends by itself.
  if (lease < 1 || amperes === Number.POSITIVE_INFINITY) return
  const { form } = site.evses.get(key) ?? {}
  send(site, commands, { key, kind: 'limit', amperes: form === undefined ? amperes : stepDown(amperes, form), lease })
}

/** From here on, what is sent is reserved. */
function send(site: Site, commands: Command[], command: Command): void {
  const { now } = site.input
  const { key, kind, amperes, lease } = command
  const { transaction } = site.state(key)
  const { form, forms, writesPerDay } = site.evses.get(key) ?? {}
  const dynamic = kind === 'limit' ? dynamicFor(site, key, lease) : undefined
  const pending: Pending = {
    ...{ kind, amperes, at: now, until: now + lease * 1000 },
    ...(form !== undefined && { form }),
    ...(forms !== undefined && { forms }),
    ...(dynamic !== undefined && { dynamic }),
    ...(kind === 'fallback' && outliving(site.state(key), now).length > 0 && { isClearing: true as const }),
    ...(kind === 'limit' && transaction !== undefined && { transaction: transaction.key })
  }
  const state = site.state(key)
  const isRenewal = kind === 'limit' && amperes === inForce(state, now)
  // An update is nothing that has to be kept over a boot.
  const isWrite = writesPerDay !== undefined && dynamic?.isUpdate !== true
  const written = isWrite && {
    writes: withWrite(state.writes, isRenewal ? 'renewals' : 'changes', now)
  }
  site.set(key, { ...sending(state, pending, site.settle(key)), ...written })
  commands.push(command)
}

// --- what operators see --------------------------------------------------------------------------------------------

interface Decided {
  paused: ReadonlySet<string>
  steered: ReadonlySet<string>
  allocation: Allocation
}

function viewOf(site: Site, key: string, decided: Decided): EvseView {
  const { amperes, cause } = site.reserved(key)
  const { targets, boundBy } = decided.allocation
  const [target, bound] = wasPending(site, key) ? [] : [targets.get(key), boundBy.get(key)]
  const evse = site.evses.get(key)
  const lease = evse === undefined ? ('unproven' as const) : leaseAt(evse, site.state(key))
  const cap = site.cap(key)
  const view = {
    reserved: amperes,
    cause,
    lease,
    ...(target !== undefined && { target }),
    ...(bound !== undefined && { bound }),
    ...(cap !== undefined && { cap })
  }
  return { ...view, reason: reasonOf(site, key, decided) }
}

/** Whether a call was on its way before this step, so that it does not decide about the EVSE. */
function wasPending(site: Site, key: string): boolean {
  return site.input.states.get(key)?.pending !== undefined
}

function reasonOf(site: Site, key: string, { steered, paused, allocation }: Decided): string {
  const { isConnected = false, isMember = false } = site.input.facts.get(key) ?? {}
  const state = site.state(key)
  const evse = site.evses.get(key)
  if (!isMember) return 'the charge point does not belong to the site: its maximum is reserved'
  if (state.obedience === 'ignoring') return 'the charge point ignores limits: its maximum is reserved'
  if (state.shown?.proof === 'missing')
    return 'the charge point accepts its fallback, but does not have it: its maximum is reserved'
  if (state.fallback === undefined) return 'the charge point has not accepted its fallback: its maximum is reserved'
  if (site.reserved(key).cause === 'no-fallback')
    return 'has accepted its fallback: its maximum is reserved until the current has followed'
  if (site.reserved(key).cause === 'unproven' && (!isConnected || state.transaction === undefined))
    return 'has not obeyed a limit yet: its maximum is reserved'
  if (!isConnected && site.isUnleased(key))
    return 'the charge point is away, and its limits do not end by themselves: its last limit is reserved until its transaction has ended'
  if (!isConnected)
    return 'the charge point is away: its last limit is reserved until its lease ends, then the fallback'
  if (outliving(state, site.input.now).length > 0)
    return 'the transaction has ended, but its limit may go on: it is reserved until the fallback is installed again'
  const short = evse?.isShort === true ? shortBecause(evse) : undefined
  if (state.transaction === undefined) return short ?? 'no transaction: the fallback is reserved'
  if (isInDoubt(state, site.input.now)) return 'a call was not answered: the highest limit that may hold is reserved'
  if (!isInBudget(site, key, 'changes'))
    return 'its changes of the day are used up: its limit is renewed, and lowered only while a circuit is above its own'
  if (paused.has(key)) return 'was paused: starts again five minutes later, as another car has started since'
  if (wasPending(site, key)) return 'a call is on its way'
  if (!steered.has(key)) return 'waits before the next attempt'
  const target = allocation.targets.get(key) ?? 0
  const bound = allocation.boundBy.get(key)
  if (target < leastOf(evse) && short !== undefined) return short
  const cap = site.cap(key)
  if (target < leastOf(evse) && cap !== undefined && cap.amperes < leastOf(evse))
    return `waits: limited to ${cap.amperes} A by ${cap.by}, and a car needs ${leastOf(evse)} A`
  if (target < leastOf(evse))
    return bound === undefined ? 'the car takes nothing' : `waits: there is no room on ${bound}`
  if (isProving(state, site.input.now) && bound === undefined)
    return 'starts with its minimum until a measured current obeys it'
  if (bound === undefined && cap !== undefined && target >= cap.amperes - WORTH)
    return `limited to ${cap.amperes} A by ${cap.by}`
  return bound === undefined ? 'gets all that it takes' : `limited by ${bound}`
}

/** Why an EVSE has a fallback with which no car may go on. */
export function shortBecause(evse: NonNullable<ReturnType<Site['evses']['get']>>): string {
  return `the fallback stays at ${evse.fallback} A, which a car cannot use: the least of ${leastOf(evse)} A does not fit beside the other fallbacks`
}

/** The loads that are above their limits, whatever is sent. */
export function overloads(loads: readonly Load[]): { circuit: string; phase: Load['phase']; by: number }[] {
  return loads.flatMap(({ circuit, phase, limit: most, margin, other, reserved }) => {
    const by = reserved + other + margin - most
    return by > 1e-6 ? [{ circuit, phase, by: Math.round(by * 10) / 10 }] : []
  })
}
