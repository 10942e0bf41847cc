import type { Constraint } from './allocate.js'
import type { LedgerRow } from './installed.js'
import { loadedPhases } from './lines.js'
import { keyOf, leastOf, type Plant, type PlantEvse, phasesOf } from './plant.js'
import { isOwnProfile } from './profiles.js'
import { type EvseState, inForce } from './reserve.js'
import type { Member, OpenTransaction } from './rows.js'
import type { Site } from './site.js'

// The most that EVSEs may take by the limits of others: of operators, of energy managers at the charge point, and of EVs. They are
// no reason to reserve less, because they may end at any time: only a limit of ours that is accepted makes room for others.

/** A limit that is not ours. */
export interface Cap {
  /** As our limits are counted. */
  amperes: number
  /** In words. */
  by: string
}

/** A limit of the whole charge point. */
export interface StationCap {
  limit: number
  /** A: of each phase. W: of all. */
  unit: 'A' | 'W'
  by: string
}

/** The limits of others that hold now. */
export interface FoundCaps {
  /** The lowest one that holds for the EVSE alone. */
  limit?: Cap
  /** Of the charge point of the EVSE. */
  station?: StationCap
  /** The current that the EV itself has planned, and when that plan begins, which tells it from other plans. */
  plan?: { at: string; amperes: number }
}

/** An EVSE of which the limits of others are wanted. */
export interface CappedEvse {
  evseId: number
  unit: 'A' | 'W'
  /** Phases that its car loads, as far as it is known. */
  phases: number
  voltage: number
  /** Whether the car may turn out to load one phase only. */
  mayBeSingle: boolean
  /** A below which the car does not charge. */
  least: number
}

/** A profile that is not ours. */
export type OthersProfile = Pick<LedgerRow, 'id' | 'updated_at' | 'confirmed' | 'source' | 'evse_id' | 'connector_id'>

export interface CapQuestion {
  chargePointId: number
  protocol: string
  profiles: readonly OthersProfile[]
  /** How often the charge point has booted. */
  boots: number
  /** Keys of the open transactions. */
  transactions: readonly string[]
  evses: readonly CappedEvse[]
}

/** Finds the limits of others at an instant, by charge point and EVSE. Those without any may be left out. */
export type CapsOf = (
  questions: readonly CapQuestion[],
  now: number
) => Promise<ReadonlyMap<number, ReadonlyMap<number, FoundCaps>>>

export interface KnownForCaps {
  members: ReadonlyMap<string, Member>
  running: ReadonlyMap<string, OpenTransaction>
  /** By the row of the charge point. */
  profiles: ReadonlyMap<number, readonly LedgerRow[]>
  states: ReadonlyMap<string, EvseState>
}

/** The charge points with cars: nobody else can take what others allow. */
export function capQuestions(plant: Plant, { members, running, profiles, states }: KnownForCaps): CapQuestion[] {
  const found = new Map<number, CapQuestion & { evses: CappedEvse[]; transactions: string[] }>()
  for (const evse of plant.evses) {
    const key = keyOf(evse)
    const member = members.get(evse.identity.toLowerCase())
    const transaction = running.get(key)
    if (member?.protocol == null || transaction === undefined) continue
    const known = found.get(member.id) ?? {
      ...{ chargePointId: member.id, protocol: member.protocol, boots: member.boots, evses: [], transactions: [] },
      profiles: (profiles.get(member.id) ?? []).filter((row) => row.source !== 'CSO' || !isOwnProfile(row.profile_id))
    }
    known.evses.push(cappedOf(evse, states.get(key)))
    known.transactions.push(transaction.key)
    found.set(member.id, known)
  }
  return [...found.values()]
}

function cappedOf(evse: PlantEvse, state: EvseState | undefined): CappedEvse {
  const loaded = loadedPhases(evse, state?.lines).length
  const isBetweenLines = phasesOf(evse).length === 2
  return {
    ...{ evseId: evse.evseId, unit: evse.unit, least: leastOf(evse) },
    phases: isBetweenLines ? 1 : loaded,
    voltage: isBetweenLines ? evse.voltage * Math.sqrt(3) : evse.voltage,
    mayBeSingle: evse.unit === 'A' && loaded === 3 && state?.lines?.isProven !== true
  }
}

/** The EV has told a plan: it is compared with what it was offered then. */
export function withPlan(state: EvseState, { plan }: FoundCaps = {}, now: number): EvseState {
  if (plan === undefined || plan.at === state.plan?.at) return state
  return { ...state, plan: { at: plan.at, offered: inForce(state, now) } }
}

/** The lowest limit of others. A plan of the EV that takes all that it was offered says nothing of what it could take. */
export function capOfOthers({ limit, plan }: FoundCaps, state: Pick<EvseState, 'plan'>): Cap | undefined {
  const isModest = plan !== undefined && plan.at === state.plan?.at && plan.amperes < state.plan.offered - 1
  if (!isModest) return limit
  const planned = { amperes: plan.amperes, by: 'the plan of the EV' }
  return limit !== undefined && limit.amperes <= planned.amperes ? limit : planned
}

// --- of the whole charge point ---------------------------------------------------------------------------------------

/**
 * The limits of charge points with several cars, so that no room is given where it cannot be used. The charge point keeps them
 * itself.
 *
 * @param order the keys of the EVSEs that are steered
 */
export function stationConstraints(site: Site, order: readonly string[]): Constraint[] {
  const charging = new Map<string, { cap: StationCap; keys: string[] }>()
  for (const [key, { caps }] of site.input.facts) {
    const evse = site.evses.get(key)
    if (caps?.station === undefined || evse === undefined || site.state(key).transaction === undefined) continue
    const { keys } = charging.get(evse.identity.toLowerCase()) ?? { keys: [] }
    charging.set(evse.identity.toLowerCase(), { cap: caps.station, keys: [...keys, key] })
  }
  if (charging.size === 0) return []
  const steered = new Set(order)
  return [...charging.values()].flatMap(({ cap, keys }) => {
    return keys.length < 2 ? [] : constraintsOf(site, cap, { keys, steered })
  })
}

function constraintsOf(
  site: Site,
  { limit, unit, by }: StationCap,
  { keys, steered }: { keys: readonly string[]; steered: ReadonlySet<string> }
): Constraint[] {
  const phases = unit === 'W' ? ['W' as const] : [...new Set(keys.flatMap((key) => site.phases(key)))]
  return phases.map((phase) => {
    const weights = new Map<string, number>()
    let [taken, floors] = [0, 0]
    for (const key of keys) {
      const evse = site.evses.get(key)
      const loaded = site.phases(key)
      if (evse === undefined || (phase !== 'W' && !loaded.includes(phase))) continue
      // What is said in W is shared by the phases.
      const lines = evse.unit === 'W' ? 1 / loaded.length : 1
      const weight = phase === 'W' ? evse.voltage * loaded.length * lines : lines
      if (steered.has(key)) {
        weights.set(key, weight)
        floors += (site.state(key).fallback ?? 0) * weight
      } else taken += inForce(site.state(key), site.input.now) * weight
    }
    return { id: `the limit of its charge point (${by})`, capacity: Math.max(limit - taken, floors), weights }
  })
}
