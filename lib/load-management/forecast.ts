import { allocate, type Session } from './allocate.js'
import { worthOf } from './fairness.js'
import { limitNow } from './limits.js'
import type { Needs } from './needs.js'
import type { Snapshot } from './options.js'
import { capAt, mayPause, tierOf, wattsPerAmpere } from './order.js'
import { leastOf } from './plant.js'
import { type Load, Site } from './site.js'
import { isUnbalance } from './unbalance.js'

// The energy that a car is expected to get until it leaves: the site is shared again and again up to then, with the limits of
// the configuration. Nobody knows who else comes.

/** Steps of a forecast: more would hold up the event loop at a large site. */
const STEPS = 24

/** A car in the forecast. */
interface Guest extends Needs {
  key: string
  /** Wh so far. */
  delivered: number
  /** W of an A. */
  watts: number
  priority: number
  mayPause: boolean
  floor: number
  minimum: number
  cap: number
}

/** The Wh of the whole transaction at an EVSE at the departure; `undefined`: it is not known when that is, or nobody controls it. */
export function expectedEnergy({ plant, told, facts, result, at }: Snapshot, key: string): number | undefined {
  const site = new Site({ plant, now: at, told, facts, states: result.states })
  const guests = guestsOf(site)
  const guest = guests.find((one) => one.key === key)
  const { departure } = guest ?? {}
  if (guest === undefined || departure === undefined || departure <= at) return guest?.delivered
  const step = (departure - at) / STEPS
  for (let now = at; now < departure - 1; now += step) pass(site, guests, { now, step })
  return guest.delivered
}

/** The cars that can be limited. */
function guestsOf(site: Site): Guest[] {
  return [...site.evses].flatMap(([key, evse]): Guest[] => {
    const { isConnected, isMember, needs = {} } = site.input.facts.get(key) ?? {}
    const state = site.state(key)
    const { transaction, fallback, obedience, served } = state
    if (isConnected !== true || isMember !== true || transaction === undefined || obedience === 'ignoring') return []
    const watts = wattsPerAmpere(site, key)
    const cap = capAt(site, key)
    const { delivered = served * watts, priority = evse.priority } = needs
    const known = { ...needs, delivered, priority, mayPause: mayPause(site, key) }
    return [{ ...known, key, watts, floor: fallback ?? 0, minimum: leastOf(evse), cap }]
  })
}

/** Some time passes: the cars that are there share what there is. */
function pass(site: Site, guests: readonly Guest[], { now, step }: { now: number; step: number }): void {
  const here = guests.filter(({ departure = Number.POSITIVE_INFINITY }) => departure > now)
  const ranked = here
    .map((guest) => ({ guest, tier: tierOf(guest, { watts: guest.cap * guest.watts, now }) }))
    .sort((a, b) => b.guest.priority - a.guest.priority || a.tier - b.tier || a.guest.delivered - b.guest.delivered)
  const sessions = ranked.map(({ guest, tier }, index): Session => {
    const { key: id, floor, minimum, energy, delivered } = guest
    // Without known needs it goes on.
    const isFull = energy !== undefined && delivered >= energy
    const order = ranked.findIndex((one) => one.guest.priority === guest.priority && one.tier === tier)
    const worth = worthOf(site, id)
    return { id, floor, minimum, cap: isFull ? floor : guest.cap, worth, order: order < 0 ? index : order }
  })
  // In the order in which they are admitted.
  const steady = new Set(here.flatMap(({ key, mayPause }) => (mayPause ? [] : [key])))
  sessions.sort((one, other) => Number(steady.has(other.id)) - Number(steady.has(one.id)))
  const { targets } = allocate(sessions, constraintsAt(site, guests, now))
  for (const guest of here) {
    const more = ((targets.get(guest.key) ?? 0) * guest.watts * step) / 3_600_000
    guest.delivered = Math.max(
      guest.delivered,
      Math.min(guest.energy ?? Number.POSITIVE_INFINITY, guest.delivered + more)
    )
  }
}

/** What is left for these cars at a time. */
function constraintsAt(site: Site, guests: readonly Guest[], now: number) {
  const { plant, told } = site.input
  const limits = new Map(
    plant.circuits.map((circuit) => {
      return [circuit.id, limitNow(circuit, told.get(circuit.id) ?? {}, { now, timeZone: plant.timeZone }).bounds]
    })
  )
  const constraints = new Map(
    [...site.loads, ...site.stations].map((load) => {
      // The unbalance, as far as the cars are known now.
      const limit = isUnbalance(load.phase) ? load.limit : (limits.get(load.circuit)?.[load.phase] ?? load.limit)
      const capacity = limit - load.margin - load.other - load.reserved
      return [load, { id: `${load.circuit} ${load.phase}`, capacity, weights: new Map<string, number>() }]
    })
  )
  for (const { key } of guests) {
    for (const [load, weight] of site.weights(key)) {
      const constraint = constraints.get(load satisfies Load)
      if (constraint === undefined) continue
      constraint.capacity += site.reserved(key).amperes * weight
      constraint.weights.set(key, weight)
    }
  }
  return [...constraints.values()]
}
