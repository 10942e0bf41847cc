import { type Cap, capOfOthers, type FoundCaps } from './caps.js'
import { followed } from './demand.js'
import { lastingLoads, lastingWeight, stationLoads, stationOf } from './lasting.js'
import { withLease } from './leases.js'
import { withPause } from './lessons.js'
import { type Bounds, isFresh, limitNow, nextDrop, type Origin, type Told } from './limits.js'
import { certainLoad, loadedPhases, mayShowLines } from './lines.js'
import type { Needs } from './needs.js'
import { otherIn } from './other-load.js'
import { keyOf, leastOf, PHASES, type Phase, type Plant, type Powered, pathsOf, phasesOf } from './plant.js'
import { booted, type EvseState, inForce, initialState, isMeasured } from './reserve.js'
import { type Reserved, reservedOf } from './reserved.js'
import {
  certainUneven,
  isUnbalance,
  keptForOthers,
  type Occupied,
  phaseOfUnbalance,
  UNBALANCES,
  type Unbalance,
  UnevenCurrents,
  unevenPhases
} from './unbalance.js'
import { certainlyOn, farWeight, isDirect, leastPower, weightOn } from './voltages.js'

// A site at an instant: its limits, what is reserved below each, and what its cars want.

/** The facts that are known of an EVSE besides its state. */
export interface EvseFacts {
  isConnected: boolean
  /** Whether the charge point belongs to the site. */
  isMember: boolean
  /** What the car of the transaction needs. */
  needs?: Needs
  /** The limits of others. */
  caps?: FoundCaps
}

export interface StepInput {
  plant: Plant
  /** Epoch milliseconds. */
  now: number
  told: ReadonlyMap<string, Told>
  facts: ReadonlyMap<string, EvseFacts>
  states: ReadonlyMap<string, EvseState>
}

/** One limit of a circuit and what is reserved below it: A of a phase, W of all, or A of a phase above another one. */
export interface Load {
  circuit: string
  phase: Phase | 'W' | Unbalance
  limit: number
  /** The part of the limit of an unbalance that is there because of what cars certainly take on the other phases. A. */
  credit?: number
  origin: Origin
  other: number
  margin: number
  reserved: number
  /** The lowest limit, below which all has to fit that does not end by itself. */
  isLasting?: true
  /** The identity of the charge point whose maximum it is: its EVSEs get no more, but its hardware keeps it. */
  station?: string
}

type PlantEvse = Plant['evses'][number]

/**
 * What the EVSEs below a circuit certainly took when its meter measured. An EVSE that was not measured then, or whose lines are not
 * known, counts as other load, too, which is safe.
 */
export function ownLoad(
  plant: Plant,
  states: ReadonlyMap<string, EvseState>,
  { circuit: id, at, now }: { circuit: string; at: number; now: number }
): Bounds {
  const own = { L1: 0, L2: 0, L3: 0, W: 0 }
  const paths = pathsOf(plant.circuits)
  const circuit = plant.circuits.find((one) => one.id === id)
  for (const evse of plant.evses) {
    const state = states.get(keyOf(evse))
    if (circuit === undefined || state?.measured === undefined || state.transaction === undefined) continue
    const isBelow = paths.get(evse.circuit)?.includes(id) === true
    if (!isBelow || Math.abs(state.measured.at - at) > SAME_TIME_MS) continue
    const most = inForce(state, now)
    const taken = certainLoad(evse, state.measured).map(([phase, amperes]) => [phase, Math.min(amperes, most)] as const)
    for (const [phase, amperes] of certainlyOn(evse, taken, circuit)) own[phase] += amperes
    own.W += leastPower(evse, taken)
  }
  return own
}

/** Two meters measured at the same time, if it was within this. Milliseconds. */
const SAME_TIME_MS = 15_000

/** A site at an instant. */
export class Site {
  readonly input: StepInput
  readonly states: Map<string, EvseState>
  readonly evses: ReadonlyMap<string, PlantEvse>
  readonly paths: ReadonlyMap<string, readonly string[]>
  readonly loads: readonly Load[]
  /** Of charge points as a whole. */
  readonly stations: readonly Load[]
  /** Empty while all limits end by themselves. */
  readonly lasting: readonly Load[]
  /**
   * Where the maximum is reserved of EVSEs that have not obeyed yet: the same site without that. It tells whether the minimum fits with
   * which such an EVSE can show that it obeys.
   */
  readonly proving: Site | undefined
  readonly #circuits: ReadonlyMap<string, Plant['circuits'][number]>
  readonly #reserved = new Map<string, Reserved>()
  readonly #loadsOf = new Map<string, Load[]>()
  readonly #weights = new Map<string, ReadonlyMap<Load, number>>()
  readonly #uneven: UnevenCurrents
  readonly #drops = new Map<string, number | undefined>()

  constructor(input: StepInput) {
    this.input = input
    this.evses = new Map(input.plant.evses.map((evse) => [keyOf(evse), evse]))
    this.states = new Map([...this.evses.keys()].map((key) => [key, input.states.get(key) ?? initialState()]))
    const paths = pathsOf(input.plant.circuits)
    const hasMaximum = new Set(input.plant.stations.map(({ identity }) => stationOf(identity)))
    this.paths = new Map(
      [...this.evses].map(([key, { circuit, identity }]) => {
        const path = paths.get(circuit) ?? [circuit]
        return [key, hasMaximum.has(stationOf(identity)) ? [...path, stationOf(identity)] : path]
      })
    )
    this.#circuits = new Map(input.plant.circuits.map((circuit) => [circuit.id, circuit]))
    this.#uneven = new UnevenCurrents(input.plant.circuits, this.#nearPaths())
    for (const key of this.states.keys()) this.states.set(key, this.#followed(key))
    this.loads = this.#load()
    this.stations = stationLoads(input.plant)
    for (const load of [...this.loads, ...this.stations])
      this.#loadsOf.set(load.circuit, [...(this.#loadsOf.get(load.circuit) ?? []), load])
    const isAny = [...this.evses.keys()].some((key) => this.isUnleased(key))
    this.lasting = isAny ? lastingLoads(input.plant) : []
    for (const key of this.evses.keys()) {
      const { amperes } = this.reserved(key)
      for (const [load, weight] of this.weights(key)) load.reserved += amperes * weight
      if (isAny && !this.isUnleased(key)) this.#outlast(key)
    }
    for (const key of this.evses.keys()) {
      this.#keep(key)
      this.#count(key)
    }
    this.proving = input.plant.strict ? new Site({ ...input, plant: { ...input.plant, strict: false } }) : undefined
  }

  /** The circuits from each EVSE up to the first transformer. */
  #nearPaths(): Map<string, string[]> {
    return new Map(
      [...this.evses].map(([key, evse]) => {
        const path = this.paths.get(key) ?? []
        return [key, path.filter((circuit) => isDirect(evse, this.#powered({ circuit })))]
      })
    )
  }

  /** What an EVSE whose limits end by themselves supplies for good: its fallback, or its maximum if it does not obey. */
  #outlast(key: string): void {
    const evse = this.evses.get(key)
    if (evse === undefined) return
    const { amperes, cause } = this.reserved(key)
    const isLimited = !['no-fallback', 'ignores-limits', 'unproven'].includes(cause)
    const lasting = isLimited ? Math.max(evse.fallback, this.state(key).fallback ?? 0) : amperes
    for (const load of this.#lastingOf(key)) {
      load.reserved += lasting * lastingWeight(evse, load, this.#powered(load))
    }
  }

  #lastingOf(key: string): Load[] {
    return this.lasting.filter(({ circuit }) => this.paths.get(key)?.includes(circuit))
  }

  /** Whether the limits of an EVSE do not end by themselves. */
  isUnleased(key: string): boolean {
    return this.state(key).isUnleased === true
  }

  #followed(key: string): EvseState {
    const state = withLease(this.state(key), this.evses.get(key))
    const times = { now: this.input.now, settle: this.settle(key), least: leastOf(this.evses.get(key)) }
    return withPause(followed(state, times), { ...times, force: inForce(state, times.now) })
  }

  state(key: string): EvseState {
    return this.states.get(key) ?? initialState()
  }

  /** Milliseconds until the current has followed a limit. */
  settle(key: string): number {
    return (this.evses.get(key)?.settle ?? this.input.plant.settle) * 1000
  }

  reserved(key: string): Reserved {
    const known = this.#reserved.get(key)
    if (known !== undefined) return known
    const found = this.#reserve(key)
    this.#reserved.set(key, found)
    return found
  }

  #reserve(key: string): Reserved {
    const evse = this.evses.get(key)
    if (evse === undefined) return { amperes: 0, cause: 'fallback' as const }
    const times = { now: this.input.now, settle: this.settle(key), isStrict: this.input.plant.strict }
    // Nobody knows the profiles of a charge point of another site.
    const isMember = this.input.facts.get(key)?.isMember !== false
    return reservedOf(isMember ? this.state(key) : booted(this.state(key)), evse, times)
  }

  /** The loads that an EVSE adds to, and what an A of it adds. */
  weights(key: string): ReadonlyMap<Load, number> {
    const known = this.#weights.get(key)
    if (known !== undefined) return known
    const evse = this.evses.get(key)
    const loads = (this.paths.get(key) ?? []).flatMap((circuit) => this.#loadsOf.get(circuit) ?? [])
    const lasting = this.isUnleased(key) ? this.#lastingOf(key) : []
    const found = new Map([...loads, ...lasting].map((load) => [load, this.#weight(evse, load)]).filter(isLoaded))
    this.#weights.set(key, found)
    return found
  }

  /** The lowest limit of others, as far as it concerns the car alone. */
  cap(key: string): Cap | undefined {
    const { caps } = this.input.facts.get(key) ?? {}
    return caps === undefined ? undefined : capOfOthers(caps, this.state(key))
  }

  /** The circuits from an EVSE up. */
  circuitsOf(key: string): Plant['circuits'][number][] {
    return (this.paths.get(key) ?? []).flatMap((id) => this.#circuits.get(id) ?? [])
  }

  /** The phases that an EVSE loads. A charge point that is away may have another car, and so may one that tells nothing. */
  phases(key: string): readonly Phase[] {
    const evse = this.evses.get(key)
    const state = this.state(key)
    const isSeen = this.input.facts.get(key)?.isConnected === true && isMeasured(state, this.input.now)
    const seen = isSeen ? state.lines : undefined
    return evse === undefined ? [] : loadedPhases(evse, seen)
  }

  /** Whether the car may turn out to use fewer lines than the EVSE has. */
  mayShowLines(key: string): boolean {
    const evse = this.evses.get(key)
    return evse !== undefined && mayShowLines(evse) && this.state(key).lines?.isProven !== true
  }

  #weight(evse: PlantEvse | undefined, load: Load): number {
    if (evse === undefined) return 0
    const { phase, isLasting } = load
    const circuit = this.#poweredAt(evse, load)
    if (isUnbalance(phase)) {
      return weightOn(evse, unevenPhases(this.#occupied(evse)), { phase: phaseOfUnbalance(phase), circuit })
    }
    return isLasting ? lastingWeight(evse, load, circuit) : weightOn(evse, this.phases(keyOf(evse)), { phase, circuit })
  }

  /** Within a charge point there is no transformer. */
  #poweredAt(evse: PlantEvse, load: Load): Powered {
    return load.station === undefined ? this.#powered(load) : evse
  }

  #powered({ circuit }: Pick<Load, 'circuit'>): Powered {
    return this.#circuits.get(circuit) ?? { voltage: this.input.plant.voltage, area: circuit }
  }

  /** Replaces the state of an EVSE, and what is reserved for it. */
  set(key: string, state: EvseState): void {
    this.proving?.set(key, state)
    const before = this.reserved(key).amperes
    this.states.set(key, state)
    this.#reserved.delete(key)
    const more = this.reserved(key).amperes - before
    if (more !== 0) for (const [load, weight] of this.weights(key)) load.reserved += more * weight
    this.#count(key)
  }

  /** Keeps the room for another car that begins to charge, with the fallback and on other lines, before anybody hears of it. */
  #keep(key: string): void {
    const evse = this.evses.get(key)
    if (evse === undefined) return
    const { amperes } = this.reserved(key)
    const loaded = this.phases(key)
    const unused = phasesOf(evse).filter((phase) => !loaded.includes(phase))
    const uneven = this.#uneven.isEmpty ? undefined : keptForOthers(this.#occupied(evse))
    if (unused.length === 0 && uneven === undefined) return
    const fallback = Math.min(this.state(key).fallback ?? amperes, amperes)
    const more = fallback * (loaded.length + unused.length) - amperes * loaded.length
    for (const load of (this.paths.get(key) ?? []).flatMap((circuit) => this.#loadsOf.get(circuit) ?? [])) {
      const { phase } = load
      const circuit = this.#poweredAt(evse, load)
      const isNear = isDirect(evse, circuit)
      if (phase === 'W') load.margin += Math.max(0, more) * evse.voltage
      // On the other side of a transformer, all phases are loaded already by what is reserved.
      else if (!isUnbalance(phase)) load.margin += isNear && unused.includes(phase) ? fallback : 0
      else if (isNear) load.margin += uneven?.get(phaseOfUnbalance(phase)) ?? 0
      else if (!this.weights(key).has(load)) {
        load.margin += Math.max(0, ...(uneven?.values() ?? [])) * farWeight(evse, circuit)
      }
    }
  }

  #occupied(evse: PlantEvse): Occupied {
    const key = keyOf(evse)
    const { isConnected = false, isMember = false } = this.input.facts.get(key) ?? {}
    const known = { evse, reserved: this.reserved(key).amperes }
    // Nobody knows what is at a charge point of another site.
    return isMember
      ? { ...known, state: this.state(key), isConnected }
      : { ...known, state: initialState(), isConnected: false }
  }

  /** Counts what a car certainly takes, and what is allowed on other phases because of it. */
  #count(key: string): void {
    const evse = this.evses.get(key)
    if (evse === undefined || this.#uneven.isEmpty) return
    const times = { now: this.input.now, settle: this.settle(key) }
    const changed = this.#uneven.count(key, certainUneven(this.#occupied(evse), times))
    for (const circuit of changed) {
      for (const load of this.#loadsOf.get(circuit) ?? []) {
        if (!isUnbalance(load.phase)) continue
        const credit = this.#uneven.credit(circuit, load.phase)
        load.limit += credit - (load.credit ?? 0)
        load.credit = credit
      }
    }
  }

  /** The credit that each unbalance loses when EVSEs get no more than this. A. */
  lostCredits(most: ReadonlyMap<string, number>): Map<Load, number> {
    if (this.#uneven.isEmpty) return new Map()
    const left = this.#uneven.limitedTo(most)
    return new Map(
      this.loads.flatMap((load): [Load, number][] => {
        const { circuit, phase, credit = 0 } = load
        const lost = isUnbalance(phase) ? credit - left.credit(circuit, phase) : 0
        return lost > 0 ? [[load, lost]] : []
      })
    )
  }

  /** When less is allowed on a circuit; `undefined`: not within a day. */
  drop(circuit: Plant['circuits'][number]): number | undefined {
    if (this.#drops.has(circuit.id)) return this.#drops.get(circuit.id)
    const { told, now, plant } = this.input
    const found = nextDrop(circuit, told.get(circuit.id) ?? {}, { now, timeZone: plant.timeZone })
    this.#drops.set(circuit.id, found)
    return found
  }

  /** Limits and loads now, with what is reserved. */
  #load(): Load[] {
    const { plant, told, now } = this.input
    return plant.circuits.flatMap((circuit) => {
      const known = told.get(circuit.id) ?? {}
      const { bounds, origins } = limitNow(circuit, known, { now, timeZone: plant.timeZone })
      const phases = [...PHASES, 'W' as const].filter((phase) => bounds[phase] !== Number.POSITIVE_INFINITY)
      const measured = phases.map((phase): Load => {
        const margin = phase === 'W' ? circuit.margin * circuit.voltage : circuit.margin
        const other = this.#other(circuit, known, phase)
        return { circuit: circuit.id, phase, limit: bounds[phase], origin: origins[phase], margin, other, reserved: 0 }
      })
      const { id, unbalance } = circuit
      if (unbalance === undefined) return measured
      const alone = { circuit: id, limit: unbalance, origin: 'static' as const, margin: 0, other: 0, reserved: 0 }
      return [...measured, ...UNBALANCES.map((phase): Load => ({ ...alone, phase, credit: 0 }))]
    })
  }

  /** The load that is not ours. */
  #other(circuit: Plant['circuits'][number], told: Told, phase: keyof Bounds): number {
    const { measurement, kept } = told
    if (measurement === undefined || !isFresh(circuit, measurement, this.input.now)) return 0
    const other = otherIn(told, circuit.voltage)
    const on = (key: keyof Bounds) => Math.max(other[key], kept?.[key] ?? 0)
    if (phase !== 'W' || measurement.watts !== undefined) return on(phase)
    return Math.max(
      kept?.W ?? 0,
      PHASES.reduce((sum, line) => sum + on(line) * circuit.voltage, 0)
    )
  }
}

function isLoaded(entry: (Load | number)[]): entry is [Load, number] {
  return entry[1] !== 0
}
