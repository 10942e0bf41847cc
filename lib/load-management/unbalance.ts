import { certainLoad } from './lines.js'
import { type Circuit, PHASES, type Phase, type Plant, phasesOf } from './plant.js'
import { type EvseState, lowestInForce } from './reserve.js'
import { isBalanced, isEven, takenBy } from './steady.js'

// The unbalance of a circuit: by how much its phases may differ. [VDE-AR-N 4100: 4.6 kVA] A car that loads three phases
// alike adds nothing. All others may load the phases that they are on, and are counted there with all that is reserved for
// them. More than the limit is allowed on a phase while other cars are known to load each of the other phases: the credit.

type PlantEvse = Plant['evses'][number]

/** What is limited on a phase: the current by which it may be above another one. */
export const UNBALANCES = ['unbalance-L1', 'unbalance-L2', 'unbalance-L3'] as const
export type Unbalance = (typeof UNBALANCES)[number]

export function isUnbalance(phase: string): phase is Unbalance {
  return phase.startsWith('unbalance-')
}

export function phaseOfUnbalance(unbalance: Unbalance): Phase {
  return unbalance.slice(-2) as Phase
}

/** The phases that an EVSE may load more than others. A car at a three-phase EVSE may be one on one or two phases. */
export function startingPhases(evse: Pick<PlantEvse, 'unit' | 'wiring'>): Phase[] {
  const wired = phasesOf(evse)
  // A power may be put on any line.
  if (wired.length < 3 || evse.unit === 'W') return wired
  return wired.filter((phase) => evse.wiring.indexOf(phase) < 4)
}

/** The phases that the car at an EVSE loads, if others are certainly without current. */
function ownPhases(evse: PlantEvse, { transaction, lines }: EvseState): Phase[] | undefined {
  const wired = phasesOf(evse)
  if (wired.length < 3) return wired
  if (transaction === undefined || lines?.isProven !== true || evse.unit === 'W') return undefined
  const used = wired.filter((phase) => lines.used[evse.wiring.indexOf(phase) / 2] === true)
  return used.length < 3 ? used : undefined
}

/** Whether the car is known to load the three phases of the site alike. */
function isAlike(evse: PlantEvse, { transaction, steady }: EvseState): boolean {
  if (phasesOf(evse).length < 3 || evse.unit === 'W' || transaction === undefined) return false
  return steady !== undefined && isBalanced(steady)
}

/** Whether samples have not told yet how the car at an EVSE loads the phases, and can tell it. */
export function isUntold(evse: PlantEvse, state: EvseState): boolean {
  const isTelling = phasesOf(evse).length === 3 && evse.unit === 'A' && state.transaction !== undefined
  return isTelling && ownPhases(evse, state) === undefined && !isAlike(evse, state)
}

/** The car at an EVSE, as seen by the unbalance of the circuits above it. */
export interface Occupied {
  evse: PlantEvse
  state: EvseState
  isConnected: boolean
  /** A. */
  reserved: number
}

/** The phases that an EVSE may load more than others, with all that is reserved for it. */
export function unevenPhases({ evse, state }: Pick<Occupied, 'evse' | 'state'>): readonly Phase[] {
  return isAlike(evse, state) ? [] : (ownPhases(evse, state) ?? unknownPhases(evse, state))
}

/**
 * What is kept free, on other phases than those, for another car that begins to charge before anybody hears of it. It has the
 * fallback, or a limit that does not end with the transaction. A.
 */
export function keptForOthers({ evse, state, isConnected, reserved }: Occupied): ReadonlyMap<Phase, number> {
  const { fallback = reserved, possible } = state
  const isStanding = !isConnected && possible.some((one) => one.isStanding === true)
  const amperes = isStanding ? reserved : Math.min(fallback, reserved)
  const own = unevenPhases({ evse, state })
  return new Map(startingPhases(evse).flatMap((phase) => (own.includes(phase) ? [] : [[phase, amperes] as const])))
}

function unknownPhases(evse: PlantEvse, { measured }: EvseState): Phase[] {
  const isOdd = measured?.lines !== undefined && !isEven(measured.lines) && measured.lines[2] >= 0.5
  return isOdd ? phasesOf(evse) : startingPhases(evse)
}

/** The current that a car certainly takes, on the phases that it loads more than others. */
export function certainUneven({ evse, state, isConnected }: Occupied, times: { now: number; settle: number }) {
  const found = new Map<Phase, number>()
  const own = isConnected ? ownPhases(evse, state) : undefined
  const taken = state.steady && takenBy(state.steady, times.now)
  if (own === undefined || taken === undefined || state.transaction === undefined) return found
  const most = lowestInForce(state, times)
  for (const [phase, amperes] of certainLoad(evse, taken)) {
    const certain = Math.min(amperes, most)
    if (own.includes(phase) && certain > 0) found.set(phase, certain)
  }
  return found
}

type Uneven = ReadonlyMap<Phase, number>
type Paths = ReadonlyMap<string, readonly string[]>

/** What cars certainly take on phases that they load more than others, below each circuit that limits its unbalance. */
export class UnevenCurrents {
  readonly #sums: ReadonlyMap<string, Record<Phase, number>>
  readonly #paths: Paths
  readonly #byCar = new Map<string, Uneven>()

  constructor(circuits: readonly Pick<Circuit, 'id' | 'unbalance'>[], paths: Paths) {
    const limited = circuits.filter(({ unbalance }) => unbalance !== undefined)
    this.#sums = new Map(limited.map(({ id }) => [id, { L1: 0, L2: 0, L3: 0 }]))
    this.#paths = paths
  }

  get isEmpty(): boolean {
    return this.#sums.size === 0
  }

  /** Replaces the current of a car. Returns the circuits above it of which the sum is another one. */
  count(key: string, current: Uneven): string[] {
    const before: Uneven = this.#byCar.get(key) ?? new Map()
    if (current.size === 0 && before.size === 0) return []
    this.#byCar.set(key, current)
    return (this.#paths.get(key) ?? []).filter((circuit) => {
      const sums = this.#sums.get(circuit)
      if (sums === undefined) return false
      for (const phase of PHASES) sums[phase] += (current.get(phase) ?? 0) - (before.get(phase) ?? 0)
      return true
    })
  }

  /** What is certainly taken on each phase but the one that is limited. A. */
  credit(circuit: string, unbalance: Unbalance): number {
    const sums = this.#sums.get(circuit)
    if (sums === undefined) return 0
    const others = PHASES.filter((phase) => phase !== phaseOfUnbalance(unbalance))
    return Math.max(0, Math.min(...others.map((phase) => sums[phase])))
  }

  /** The same when cars get no more than this. */
  limitedTo(most: ReadonlyMap<string, number>): UnevenCurrents {
    const circuits = [...this.#sums.keys()].map((id) => ({ id, unbalance: 0 }))
    const limited = new UnevenCurrents(circuits, this.#paths)
    for (const [key, current] of this.#byCar) {
      const amperes = most.get(key) ?? Number.POSITIVE_INFINITY
      limited.count(key, new Map([...current].map(([phase, taken]) => [phase, Math.min(taken, amperes)])))
    }
    return limited
  }
}
