import { toDateTime } from '../date-time.js'
import type { EventData, NewEvent } from '../events/event.js'
import { isSentHeld } from './leases.js'
import { isFresh, type Told } from './limits.js'
import type { Snapshot } from './options.js'
import { keyOf, leastOf, type Plant } from './plant.js'
import { type Cause, type EvseState, inForce } from './reserve.js'
import type { Load } from './site.js'
import { overloads } from './step.js'
import { placeOf, sumsOf } from './sums.js'
import { isUnbalance } from './unbalance.js'

// What changes in the control of a site, as events. Each is told once, by the process that controls the site. A change that comes too
// soon after the one before it is told later, if it still is one.

/** Milliseconds between two events about the same thing, and until an overload counts as one: a lowering is on its way before. */
const APART_MS = { allocation: 5_000, 'charger-obedience': 30_000, 'site-limit': 1_000, overload: 15_000 }
/** Events of a site in one run. */
const AT_ONCE = 200
/** An EVSE that charges and tells no current for so long is silent. Milliseconds. */
const SILENT_MS = 180_000

type Topic = keyof typeof APART_MS

/** The present fact about something, and the event that tells it. */
interface Fact {
  topic: Topic
  /** What it is about. */
  about: string
  /** Another fact has another one. */
  what: string
  /** Made only when it is told: most facts stay as they are. */
  event: () => NewEvent
  /** Nothing to tell, as long as nothing else was told before. */
  isUsual?: boolean
}

interface Known {
  what: string
  at: number
}

type PlantEvse = Plant['evses'][number]

export class Teller {
  readonly #publish: (event: NewEvent) => void
  readonly #sites = new Map<string, Map<string, Known>>()
  /** Since when circuits are above their limits. Epoch milliseconds. */
  readonly #over = new Map<string, Map<string, number>>()

  constructor(publish: (event: NewEvent) => void) {
    this.#publish = publish
  }

  /** Takes note of a run. The first one of a site is what later ones are compared with. */
  ran(siteId: string, snapshot: Snapshot): void {
    const before = this.#sites.get(siteId)
    const known = before ?? new Map<string, Known>()
    this.#sites.set(siteId, known)
    const facts = this.#factsOf(siteId, snapshot)
    let told = 0
    for (const { topic, about, what, event, isUsual = false } of facts) {
      const key = `${topic} ${about}`
      const last = known.get(key)
      if (last?.what === what || (last === undefined && isUsual)) continue
      const isSoon = last !== undefined && snapshot.at - last.at < APART_MS[topic]
      if (isSoon || told >= AT_ONCE) continue
      known.set(key, { what, at: snapshot.at })
      if (before === undefined) continue
      told++
      this.#publish(event())
    }
    if (known.size > facts.length) forget(known, facts)
  }

  /** The site is not controlled here any more. */
  left(siteId: string): void {
    this.#sites.delete(siteId)
    this.#over.delete(siteId)
  }

  #factsOf(siteId: string, snapshot: Snapshot): Fact[] {
    const isSending = snapshot.mode === 'control'
    const perEvse = snapshot.plant.evses.flatMap((evse) => {
      if (!isSending) return []
      const parts = [allocationOf, obedienceOf, stopOf].map((part) => part(siteId, snapshot, evse))
      return parts.flat()
    })
    return [...limitsOf(siteId, snapshot), ...this.#overloadsOf(siteId, snapshot), ...perEvse]
  }

  /** Those that last, and the end of those. */
  #overloadsOf(siteId: string, snapshot: Snapshot): Fact[] {
    const before = this.#over.get(siteId)
    const present = overloads(snapshot.result.loads)
    const by = new Map(present.map((one) => [placeOf(one), one.by]))
    const since = new Map(present.map((one) => [placeOf(one), before?.get(placeOf(one)) ?? snapshot.at]))
    this.#over.set(siteId, since)
    const isLasting = (place: string) => snapshot.at - (since.get(place) ?? snapshot.at) >= APART_MS.overload
    return snapshot.result.loads.map(({ circuit, phase }): Fact => {
      const about = placeOf({ circuit, phase })
      const over = by.get(about) ?? 0
      const isOver = over > 0 && isLasting(about)
      const dataOf = (): EventData['overload'] => {
        if (!isOver) return { site: siteId, change: 'ended', circuit, phase }
        return { site: siteId, change: 'begun', circuit, phase, by: over, why: whyOver(snapshot, { circuit, phase }) }
      }
      // It is told again when it is much more or less.
      const what = isOver ? `begun ${Math.round(Math.log2(Math.max(1, over)))}` : 'ended'
      const event = () => ({ type: 'overload', chargePoint: '', data: dataOf() }) as const
      return { topic: 'overload', about, what, event, isUsual: !isOver }
    })
  }
}

/** What was told of EVSEs and circuits that are no more, and of transactions that have ended, is forgotten. */
function forget(known: Map<string, Known>, facts: readonly Fact[]): void {
  const present = new Set(facts.map(({ topic, about }) => `${topic} ${about}`))
  for (const key of known.keys()) if (!present.has(key)) known.delete(key)
}

// --- limits --------------------------------------------------------------------------------------------------------

function limitsOf(siteId: string, { plant, told, result, at }: Snapshot): Fact[] {
  const held = new Map<string, Record<string, number>>()
  for (const { circuit, phase, limit } of result.loads) {
    if (!isUnbalance(phase)) held.set(circuit, { ...held.get(circuit), [phase]: limit })
  }
  return plant.circuits.flatMap((circuit): Fact[] => {
    const known = told.get(circuit.id) ?? {}
    const holds = held.get(circuit.id) ?? {}
    const about = { site: siteId, circuit: circuit.id, holds }
    const isStale = known.measurement !== undefined && !isFresh(circuit, known.measurement, at)
    const meter: EventData['site-limit'] = { ...about, change: isStale ? 'fallback' : 'restored' }
    return [
      dynamicOf(about, known, at),
      {
        topic: 'site-limit',
        about: `${circuit.id} meter`,
        what: meter.change,
        event: () => ({ type: 'site-limit', chargePoint: '', data: meter }),
        isUsual: !isStale
      }
    ]
  })
}

/** A limit that is only repeated is none to tell. */
function dynamicOf(
  about: Pick<EventData['site-limit'], 'site' | 'circuit' | 'holds'>,
  { dynamic }: Told,
  at: number
): Fact {
  const isOver = dynamic !== undefined && dynamic.expiresAt <= at
  const change = dynamic === undefined ? 'removed' : isOver ? 'expired' : 'set'
  const { limit, source, expiresAt } = dynamic ?? {}
  const data: EventData['site-limit'] = {
    ...{ ...about, change },
    ...(limit !== undefined && { limit }),
    ...(source !== undefined && { source }),
    ...(expiresAt !== undefined && { expiresAt: toDateTime(expiresAt) })
  }
  const what = change === 'set' ? JSON.stringify([limit, source]) : change
  const event = () => ({ type: 'site-limit', chargePoint: '', data }) as const
  return { topic: 'site-limit', about: `${about.circuit} limit`, what, event, isUsual: change === 'removed' }
}

const WHY: Record<Cause, string> = {
  limit: 'limits that are in force',
  fallback: 'fallbacks',
  measured: 'currents above the limits',
  'no-fallback': 'EVSEs that have not accepted their fallback',
  'ignores-limits': 'EVSEs that ignore limits',
  unproven: 'EVSEs that have not obeyed a limit yet'
}

/** What is reserved on a phase, in words: the most first. */
function whyOver(snapshot: Snapshot, place: Pick<Load, 'circuit' | 'phase'>): string {
  const unit = place.phase === 'W' ? 'W' : 'A'
  const { byCause = new Map<Cause, number>() } = sumsOf(snapshot).get(placeOf(place)) ?? {}
  const sums = new Map<string, number>([...byCause].map(([cause, amount]) => [WHY[cause], amount]))
  const load = snapshot.result.loads.find((one) => placeOf(one) === placeOf(place))
  if (load !== undefined && load.other > 0) sums.set('other load', load.other)
  return [...sums]
    .filter(([, amount]) => amount > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([what, amount]) => `${Math.round(amount * 10) / 10} ${unit} of ${what}`)
    .join(', ')
}

// --- EVSEs ---------------------------------------------------------------------------------------------------------

/** The limit that a transaction has now. While a call is on its way, nobody knows it. */
function allocationOf(siteId: string, { result, facts, at }: Snapshot, evse: PlantEvse): Fact[] {
  const key = keyOf(evse)
  const state = result.states.get(key)
  const { transaction, pending, fallback } = state ?? {}
  if (state === undefined || transaction === undefined || pending !== undefined || fallback === undefined) return []
  const limit = inForce(state, at)
  const isLimited = isSentHeld(state, at)
  const isConnected = facts.get(key)?.isConnected === true
  const condition = !isConnected ? 'away' : limit < leastOf(evse) ? 'waiting' : isLimited ? 'limited' : 'fallback'
  const { identity, evseId } = evse
  const event = () => {
    const reason = result.evses.get(key)?.reason ?? ''
    const data = { site: siteId, evseId, id: transaction.id, limit, state: condition, reason } as const
    return { type: 'allocation', chargePoint: identity, data } as const
  }
  return [{ topic: 'allocation', about: key, what: `${transaction.id} ${limit} ${condition}`, event }]
}

type Obedience = EventData['charger-obedience']['obedience']

function obedienceOf(siteId: string, { result, facts, at }: Snapshot, evse: PlantEvse): Fact[] {
  const key = keyOf(evse)
  const state = result.states.get(key)
  // Who is away obeys its profiles, as far as anybody knows.
  if (state === undefined || facts.get(key)?.isConnected !== true) return []
  const obedience = obedienceIn(state, evse, at)
  const { identity, evseId } = evse
  const event = () => {
    const data = { site: siteId, evseId, obedience, reserved: result.evses.get(key)?.reserved ?? evse.maximum }
    return { type: 'charger-obedience', chargePoint: identity, data } as const
  }
  return [{ topic: 'charger-obedience', about: key, what: obedience, event, isUsual: obedience === 'unproven' }]
}

/** Told once: afterwards it is over, or the same transaction again. */
function stopOf(siteId: string, { result, stops }: Snapshot, evse: PlantEvse): Fact[] {
  const key = keyOf(evse)
  const stop = stops?.get(key)
  if (stop === undefined) return []
  const { identity, evseId } = evse
  const event = () => {
    const reserved = result.evses.get(key)?.reserved ?? evse.maximum
    const data = { site: siteId, evseId, obedience: 'ignores', reserved, stopped: stop.id } as const
    return { type: 'charger-obedience', chargePoint: identity, data } as const
  }
  return [{ topic: 'charger-obedience', about: `${key} stop`, what: stop.transaction, event }]
}

function obedienceIn(state: EvseState, evse: PlantEvse, at: number): Obedience {
  if (state.obedience === 'ignoring') return 'ignores'
  if (state.shown?.proof === 'missing') return 'refuses'
  const isRefused = state.rung !== undefined || state.failures > 0
  if (isRefused && !state.isDoubtful) return 'refuses'
  return isSilent(state, evse, at) ? 'silent' : state.obedience
}

/** Whether nobody knows what a car that may charge takes. */
function isSilent({ transaction, measured, ...state }: EvseState, evse: PlantEvse, at: number): boolean {
  if (transaction?.poweredAt === undefined || inForce({ ...state, transaction }, at) < leastOf(evse)) return false
  return at - Math.max(transaction.poweredAt, measured?.at ?? 0) > SILENT_MS
}
