import { type Allocation, allocate, type Constraint, type Session } from './allocate.js'
import { stationConstraints } from './caps.js'
import { worthOf } from './fairness.js'
import { nameOf } from './lasting.js'
import { isProving } from './obedience.js'
import { capAt, fillingOrder, getsTheRest, withFirst } from './order.js'
import { leastOf } from './plant.js'
import type { Load, Site } from './site.js'
import { isUnbalance, isUntold } from './unbalance.js'

// What the cars of a site get: what is left below the limits is shared among those that can be steered.

type Constraints = ReadonlyMap<Load, Constraint>

/** @param order the keys of the EVSEs that are steered, those to be admitted first in front */
export function share(site: Site, order: readonly string[]): Allocation {
  const constraints = constraintsOf(site, order)
  const stations = [...stationConstraints(site, order), ...provingConstraints(site, order)]
  const filling = fillingOrder(site, order)
  const sessions = new Map(order.map((key) => [key, sessionOf(site, key, filling.get(key) ?? 0)]))
  const inTurn = (keys: readonly string[]) => keys.flatMap((key) => sessions.get(key) ?? [])
  const usual = inTurn(order)
  const first = allocate(usual, [...constraints.values(), ...stations])
  const tried = toBeTried(site, order, first)
  if (tried === undefined) return withoutCredit(site, usual, { constraints, stations, first })
  const turns = inTurn(withFirst(site, order, tried))
  const second = allocate(turns, [...constraints.values(), ...stations])
  return withoutCredit(site, turns, { constraints, stations, first: second })
}

function constraintsOf(site: Site, order: readonly string[]): Constraints {
  // Whatever one gets of which the maximum is reserved, it takes nothing from others.
  return constraintsFor(
    site,
    order.filter((key) => site.reserved(key).cause !== 'unproven')
  )
}

/** Those of which the maximum is reserved get what fits beside all that may be in force. */
function provingConstraints(site: Site, order: readonly string[]): Constraint[] {
  const { proving } = site
  const unproven = order.filter((key) => site.reserved(key).cause === 'unproven')
  return proving === undefined || unproven.length === 0 ? [] : [...constraintsFor(proving, unproven).values()]
}

function constraintsFor(site: Site, keys: readonly string[]): Constraints {
  const constraints = new Map(
    [...site.loads, ...site.stations, ...site.lasting].map((load) => {
      const capacity = load.limit - load.margin - load.other - load.reserved
      return [load, { id: nameOf(load), capacity, weights: new Map<string, number>() }]
    })
  )
  for (const key of keys) {
    const { amperes, excess = 0 } = site.reserved(key)
    for (const [load, weight] of site.weights(key)) {
      const constraint = constraints.get(load)
      if (constraint === undefined) continue
      constraint.capacity += (amperes - excess) * weight
      constraint.weights.set(key, weight)
    }
  }
  return constraints
}

function sessionOf(site: Site, key: string, order: number): Session {
  const evse = site.evses.get(key)
  if (evse === undefined) throw new Error(`no EVSE ${key}`)
  const state = site.state(key)
  const { fallback = 0 } = state
  const cap = isProving(state, site.input.now) ? Math.min(leastOf(evse), capAt(site, key)) : capAt(site, key)
  const isSpare = getsTheRest(site, key)
  const worth = worthOf(site, key)
  return { id: key, floor: fallback, minimum: leastOf(evse), cap: Math.max(cap, fallback), worth, order, isSpare }
}

// --- unbalance -----------------------------------------------------------------------------------------------------

/** For so long a car gets its minimum, so that samples can tell which lines it loads. Hours. */
const TRIAL_H = 180 / 3600

/**
 * A car that waits for room that it may not need, because nobody knows yet whether it loads all phases alike. It comes first
 * where no other one is tried now.
 */
function toBeTried(site: Site, order: readonly string[], { targets, boundBy }: Allocation): string | undefined {
  const untold = order.filter((key) => isTriable(site, key))
  const isServed = (key: string) => (targets.get(key) ?? 0) >= leastOf(site.evses.get(key))
  const busy = new Set(untold.filter(isServed).flatMap((key) => [...site.weights(key).keys()].map(nameOf)))
  return untold.find((key) => {
    const bound = boundBy.get(key)
    return !isServed(key) && bound !== undefined && isUnbalance(bound.split(' ')[1] ?? '') && !busy.has(bound)
  })
}

function isTriable(site: Site, key: string): boolean {
  const evse = site.evses.get(key)
  const state = site.state(key)
  return evse !== undefined && isUntold(evse, state) && state.served < leastOf(evse) * TRIAL_H
}

interface Shared {
  constraints: Constraints
  stations: readonly Constraint[]
  /** Without any loss of credit. */
  first: Allocation
}

/** Where cars are going to get less than they take, other phases may be loaded less, too. */
function withoutCredit(site: Site, sessions: readonly Session[], { constraints, stations, first }: Shared): Allocation {
  const capacities = new Map([...constraints].map(([load, { capacity }]) => [load, capacity]))
  let allocation = first
  for (let round = 0, lost = 0; round < CREDIT_ROUNDS; round++) {
    const losses = site.lostCredits(allocation.targets)
    const sum = [...losses.values()].reduce((total, one) => total + one, 0)
    if (sum <= lost + 1e-6) break
    lost = sum
    for (const [load, loss] of losses) {
      const constraint = constraints.get(load)
      if (constraint !== undefined) constraint.capacity = (capacities.get(load) ?? 0) - loss
    }
    allocation = allocate(sessions, [...constraints.values(), ...stations])
  }
  return allocation
}

/** What is left after them is found by the next run. */
const CREDIT_ROUNDS = 5
