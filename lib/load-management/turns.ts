import { expectedToRest } from './demand.js'
import type { Snapshot } from './options.js'
import { compare, type Rank, rankOf, type Standing } from './order.js'
import { isRecentlyPaused } from './pace.js'
import { leastOf } from './plant.js'
import { type EvseState, inForce } from './reserve.js'
import { Site } from './site.js'
import { placeOf } from './sums.js'

// When a car that waits for room can expect its turn.

/** Looks ahead in a dwell. */
const LOOKS = 15
/** Ranks that are looked at in all, so that many cars do not hold up the event loop. */
const MOST_RANKS = 30_000

/**
 * The times at which cars that wait can expect their turn, by EVSE. Epoch milliseconds. Cars are expected to give way in the order
 * of admission, as they are served and wait, and to need what they need now: one that rests does so until it is offered its
 * minimum again. It is not known where only a higher limit or the end of a transaction makes room, where it depends on what cars
 * need until when, and where it is too far ahead.
 */
export function turnsOf({ plant, told, facts, result, mode, at }: Snapshot): Map<string, number> {
  const turns = new Map<string, number>()
  if (mode !== 'control') return turns
  const site = new Site({ plant, now: at, told, facts, states: result.states })
  const queues = new Map<string, string[]>()
  for (const [key, { target, bound }] of result.evses) {
    const isWaiting = bound !== undefined && target !== undefined && target < leastOf(site.evses.get(key))
    if (isWaiting) queues.set(bound, [...(queues.get(bound) ?? []), key])
  }
  for (const [bound, waiting] of queues) {
    const charging = chargingBelow(site, result, bound)
    if (charging.size === 0 || [...waiting, ...charging.keys()].some((key) => hasNeeds(site, key))) continue
    const paused = below(site, bound).filter((key) => isPaused(site, key) && !waiting.includes(key))
    const most = MOST_RANKS / queues.size
    const found = new Queue(site, [...waiting, ...paused], charging).pass(new Set(waiting), most)
    for (const [key, turn] of found) turns.set(key, turn)
  }
  return turns
}

/** The EVSEs that a limit counts. */
function below(site: Site, bound: string): string[] {
  return [...site.evses.keys()].filter((key) => {
    return [...site.weights(key).keys()].some((load) => placeOf(load) === bound)
  })
}

/** The cars that can be paused to make room, with what each gets, or is about to. A. */
function chargingBelow(site: Site, { evses }: Snapshot['result'], bound: string): Map<string, number> {
  return new Map(
    below(site, bound).flatMap((key): [string, number][] => {
      const least = leastOf(site.evses.get(key))
      const state = site.state(key)
      const { fallback = 0, pending } = state
      const coming = pending?.kind === 'limit' ? pending.amperes : inForce(state, site.input.now)
      const amperes = evses.get(key)?.target ?? (pending === undefined ? 0 : coming)
      return amperes >= least && fallback < least ? [[key, amperes]] : []
    })
  )
}

function isPaused(site: Site, key: string): boolean {
  const { now, facts } = site.input
  const state = site.state(key)
  const isThere = facts.get(key)?.isConnected === true && state.transaction?.poweredAt !== undefined
  return isThere && isRecentlyPaused(state, now) && inForce(state, now) < leastOf(site.evses.get(key))
}

function hasNeeds(site: Site, key: string): boolean {
  const { energy, departure, minimumEnergy } = site.input.facts.get(key)?.needs ?? {}
  return (energy ?? departure ?? minimumEnergy) !== undefined
}

/** Cars that wait for the places of others, as time passes. */
class Queue implements Standing {
  readonly evses: Standing['evses']
  input: Standing['input']
  readonly #site: Site
  readonly #states: Map<string, EvseState>
  readonly #waiting: Set<string>
  /** A, by EVSE. */
  readonly #charging: Map<string, number>

  constructor(site: Site, waiting: readonly string[], charging: ReadonlyMap<string, number>) {
    this.#site = site
    this.evses = site.evses
    this.input = site.input
    this.#states = new Map([...waiting, ...charging.keys()].map((key) => [key, site.state(key)]))
    this.#waiting = new Set(waiting)
    this.#charging = new Map(charging)
    for (const key of charging.keys()) {
      if (site.state(key).servedSince === undefined) this.#start(key, site.input.now)
    }
  }

  state(key: string): EvseState {
    return this.#states.get(key) ?? this.#site.state(key)
  }

  cap(key: string) {
    return this.#site.cap(key)
  }

  phases(key: string) {
    return this.#site.phases(key)
  }

  mayShowLines(key: string): boolean {
    return this.#site.mayShowLines(key)
  }

  /** Time passes until each of these cars has had its turn. @param most ranks that are looked at */
  pass(awaited: Set<string>, most: number): ReadonlyMap<string, number> {
    const turns = new Map<string, number>()
    const step = (this.input.plant.dwell * 1000) / LOOKS
    for (let ranks = most; ranks > 0 && awaited.size > 0; ranks -= this.#states.size) {
      for (const [key, start] of this.#swap()) if (awaited.delete(key)) turns.set(key, start)
      this.#serve(step)
    }
    return turns
  }

  #serve(step: number): void {
    const now = this.input.now + step
    this.input = { ...this.input, now }
    for (const [key, amperes] of this.#charging) {
      const state = this.state(key)
      const served = state.served + (amperes * step) / 3_600_000
      this.#states.set(key, expectedToRest({ ...state, served }, now))
    }
  }

  /** Cars that wait take the places of those that are behind them. When each begins to charge. Epoch milliseconds. */
  #swap(): Map<string, number> {
    const { now } = this.input
    const starts = new Map<string, number>()
    const isReady = (key: string) => !isRecentlyPaused(this.state(key), now)
    const first = this.#ranked([...this.#waiting].filter(isReady))
    const last = this.#ranked([...this.#charging.keys()]).reverse()
    for (const [index, { key, rank }] of first.entries()) {
      const other = last[index]
      if (other === undefined || compare(rank, other.rank) >= 0) break
      starts.set(key, this.#replace(other.key, key))
    }
    return starts
  }

  #ranked(keys: readonly string[]): { key: string; rank: Rank }[] {
    const ranked = keys.map((key) => ({ key, rank: rankOf(this, key) }))
    return ranked.sort((one, other) => compare(one.rank, other.rank))
  }

  #replace(old: string, key: string): number {
    const { now } = this.input
    const start = now + this.#site.settle(old)
    const { servedSince: _, ...paused } = this.state(old)
    this.#states.set(old, { ...paused, waitingSince: now })
    this.#start(key, start)
    this.#charging.set(key, this.#charging.get(old) ?? 0)
    this.#charging.delete(old)
    this.#waiting.delete(key)
    this.#waiting.add(old)
    return start
  }

  #start(key: string, servedSince: number): void {
    const { waitingSince: _, ...served } = this.state(key)
    this.#states.set(key, { ...served, servedSince })
  }
}
