import { isCharging, isResting } from './demand.js'
import type { Needs } from './needs.js'
import { leastOf, type Plant } from './plant.js'
import type { EvseState } from './reserve.js'
import type { Site } from './site.js'

// The order in which cars get what there is.

type PlantEvse = Plant['evses'][number]

/** Cars whose laxity differs by less share alike, so that they do not overtake each other all the time. Milliseconds. */
const STEP_MS = 900_000
/** A car of which nothing is known counts like one that could wait for so long. Milliseconds. */
const UNKNOWN_MS = 3_600_000
const UNKNOWN = UNKNOWN_MS / STEP_MS
/** The tiers of cars that have not got their minimum energy yet, and that have got all that they need. */
const FIRST = -10_000
const LAST = 10_000

/** What the order depends on: a site now, or as it is expected to be later. */
export type Standing = Pick<Site, 'cap' | 'evses' | 'mayShowLines' | 'phases' | 'state'> & {
  input: Pick<Site['input'], 'facts' | 'now' | 'plant'>
}

/** The place of a car in the order. */
export interface Rank {
  /** Cars that are not paused first, and of those the ones that charge. */
  steadiness: number
  /** Cars that rest, or have got all that they need, last. */
  rests: number
  /** The highest first. */
  priority: number
  /** Cars within their dwell first, those that have just come last. */
  turn: number
  /** The lowest first. By what they need until when. */
  tier: number
  /** The lowest first. Served A x h for each hour that it is here. */
  rate: number
}

/** The most that the car can take. */
export interface Takes {
  /** W. */
  watts: number
  /** Epoch milliseconds. */
  now: number
  /** Milliseconds by which it is ahead of others. */
  lead?: number
}

/**
 * How soon a car has to charge: by its laxity, which is the time until it leaves less the time that charging takes. The lowest
 * first.
 */
export function tierOf(
  { energy, departure, minimumEnergy = 0, delivered = 0 }: Needs,
  { watts, now, lead = 0 }: Takes
): number {
  if (delivered < Math.min(minimumEnergy, energy ?? minimumEnergy)) return FIRST
  if (energy !== undefined && delivered >= energy) return LAST
  // Who stays longer than it told is as urgent as one that told nothing.
  if (energy === undefined || departure === undefined || departure <= now || watts <= 0) return UNKNOWN
  return tier(departure - now - ((energy - delivered) / watts) * 3_600_000 - lead)
}

function tier(laxity: number): number {
  return Math.max(FIRST + 1, Math.min(LAST - 1, Math.floor(laxity / STEP_MS)))
}

/** The W of an A at an EVSE. */
export function wattsPerAmpere(site: Standing, key: string): number {
  return (site.evses.get(key)?.voltage ?? 0) * site.phases(key).length
}

/** The most that the car takes, and that others let it take. A. */
export function capAt(site: Standing, key: string): number {
  const evse = site.evses.get(key)
  const isFinished = site.state(key).suspended?.isFinished === true
  if (evse === undefined || (isFinished && !isCharging(site.state(key)))) return 0
  return Math.min(capOf(evse, site.state(key)), site.cap(key)?.amperes ?? Number.POSITIVE_INFINITY)
}

/** The most that the car takes. A. */
function capOf(evse: PlantEvse, { demand = evse.maximum }: Pick<EvseState, 'demand'>): number {
  return Math.max(leastOf(evse), Math.min(demand, evse.maximum))
}

/**
 * The order of admission: cars that sleep after a pause; then others, of which those that rest, or have got what they need, come last;
 * then priority; then cars within their dwell; then by what they need until when; then those that were served
 * least for the time that they are here; then cars that have waited for less than a dwell. A car that charges gives way only to one
 * that is behind by what it gets within a dwell at least, so that cars are not switched on and off all the time.
 */
export function inOrder(site: Standing, keys: readonly string[]): string[] {
  const ranks = new Map(keys.map((key) => [key, rankOf(site, key)]))
  return [...keys].sort((one, other) => {
    const [a, b] = [ranks.get(one), ranks.get(other)]
    if (a === undefined || b === undefined) return 0
    return compare(a, b) || (one < other ? -1 : 1)
  })
}

/** Negative: the first one is in front. */
export function compare(a: Rank, b: Rank): number {
  const first = a.steadiness - b.steadiness || a.rests - b.rests || b.priority - a.priority
  return first || a.turn - b.turn || a.tier - b.tier || a.rate - b.rate
}

/** Whether the car rests, or has got all that it needs: it is the last to get its minimum. One that has just begun to charge goes on. */
function isSatisfied(site: Standing, key: string): boolean {
  const { now, plant } = site.input
  const state = site.state(key)
  const { servedSince = 0, measured } = state
  const isBeginning = now - servedSince < plant.dwell * 1000 && (isCharging(state) || (measured?.at ?? 0) < servedSince)
  return !isBeginning && (isResting(state, now) || hasEnough(site, key))
}

function hasEnough(site: Standing, key: string): boolean {
  const { energy, delivered = 0 } = site.input.facts.get(key)?.needs ?? {}
  return energy !== undefined && delivered >= energy
}

/** Whether the car gets only what all others cannot use. One that takes a little keeps its minimum as long as each other one has its own. */
export function getsTheRest(site: Site, key: string): boolean {
  return isSatisfied(site, key) && (hasEnough(site, key) || !isCharging(site.state(key)))
}

/** An order of admission with one car in front of the others of its priority. */
export function withFirst(site: Site, order: readonly string[], key: string): string[] {
  const others = order.filter((one) => one !== key)
  const at = others.findIndex((one) => priorityOf(site, one) <= priorityOf(site, key))
  return at < 0 ? [...others, key] : [...others.slice(0, at), key, ...others.slice(at)]
}

export function rankOf(site: Standing, key: string): Rank {
  const { now, plant } = site.input
  const state = site.state(key)
  const { servedSince, waitingSince = now, served, transaction } = state
  const evse = site.evses.get(key)
  const dwell = plant.dwell * 1000
  const isServed = servedSince !== undefined
  const isDwelling = isServed && now - servedSince < dwell
  const hours = Math.max(1 / 60, (now - (transaction?.since ?? now)) / 3_600_000)
  const turnOf = (leastOf(evse) * plant.dwell) / 3600
  const lead = isServed ? turnOf : 0
  const isNew = !isServed && now - waitingSince < dwell
  // Until a car has charged once, it is counted on all lines, and others cannot use what it may leave of them.
  const isUnseen = !isServed && served < turnOf && site.mayShowLines(key)
  return {
    steadiness: mayPause(site, key) ? 2 : isServed ? 0 : 1,
    rests: isSatisfied(site, key) ? 1 : 0,
    priority: priorityOf(site, key),
    turn: isDwelling ? 0 : isNew ? 3 : isUnseen ? 1 : 2,
    tier: tierAt(site, key, isServed ? dwell : 0),
    rate: (served - lead) / hours
  }
}

function priorityOf(site: Standing, key: string): number {
  return site.input.facts.get(key)?.needs?.priority ?? site.evses.get(key)?.priority ?? 0
}

/** Whether the car may be paused in favour of others: not if it, or the charge point, wakes badly. */
export function mayPause(site: Standing, key: string): boolean {
  const { needs } = site.input.facts.get(key) ?? {}
  return site.evses.get(key)?.mayPause !== false && needs?.mayPause !== false
}

/** By what the car has got at most, where its meter does not tell it. */
function tierAt(site: Standing, key: string, lead = 0): number {
  const { needs } = site.input.facts.get(key) ?? {}
  const evse = site.evses.get(key)
  if (needs === undefined || evse === undefined) return UNKNOWN
  const state = site.state(key)
  const perAmpere = wattsPerAmpere(site, key)
  const told = { delivered: state.served * perAmpere, ...needs }
  return tierOf(told, { watts: capAt(site, key) * perAmpere, now: site.input.now, lead })
}

/** Which cars are filled up first, as numbers from 0 on: by priority, and then by what they need until when. */
export function fillingOrder(site: Site, keys: readonly string[]): Map<string, number> {
  const ranks = keys.map((key) => ({ key, priority: priorityOf(site, key), tier: tierAt(site, key) }))
  ranks.sort((a, b) => b.priority - a.priority || a.tier - b.tier)
  const found = new Map<string, number>()
  let order = -1
  for (const [index, rank] of ranks.entries()) {
    const before = ranks[index - 1]
    if (before === undefined || before.priority !== rank.priority || before.tier !== rank.tier) order++
    found.set(rank.key, order)
  }
  return found
}
