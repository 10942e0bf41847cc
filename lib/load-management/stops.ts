import { isFresh, type Measurement, type Told } from './limits.js'
import { usedOf } from './measured.js'
import type { Snapshot } from './options.js'
import { keyOf, PHASES, type Phase, pathsOf, phasesOf } from './plant.js'
import { is16, type OcppCall } from './profiles.js'
import { type EvseState, inForce, isMeasured } from './reserve.js'
import type { OpenTransaction } from './rows.js'
import type { Load } from './site.js'
import type { StepResult } from './step.js'
import { placeOf, sumsOf } from './sums.js'
import { isUnbalance } from './unbalance.js'

// The transaction of an EVSE that ignores its limits is stopped when a circuit stays above its own, where the operator has said so.

/** A circuit has to be above its limit for this time. Milliseconds. */
const PATIENCE_MS = 30_000

/** A transaction that was to be stopped, and why. */
export interface Stop {
  key: string
  /** Key of the transaction. */
  transaction: string
  /** Our id of it. */
  id: number
  circuit: string
  phase: string
}

/** Decides which transactions are stopped: one at a time, and each once. */
export class Stops {
  /** Since when circuits are above their limits, by place. Epoch milliseconds. */
  #over = new Map<string, number>()
  /** By EVSE. */
  readonly #stopped = new Map<string, Stop>()
  /** That was decided since the last run. */
  #newest: string | undefined

  /** Those of transactions that are still open, and the newest one: its transaction may have ended before anybody was told. */
  openIn(states: ReadonlyMap<string, EvseState>): ReadonlyMap<string, Stop> {
    for (const [key, { transaction }] of this.#stopped) {
      if (key !== this.#newest && states.get(key)?.transaction?.key !== transaction) this.#stopped.delete(key)
    }
    this.#newest = undefined
    return new Map(this.#stopped)
  }

  /** The one to be stopped now. After it, the circuit has to be above its limit for as long again. */
  next(snapshot: Snapshot): Stop | undefined {
    const isWanted = snapshot.plant.stopDisobedient && [...snapshot.result.states.values()].some(isIgnoring)
    const over = isWanted ? overIn(snapshot) : new Map<Load, number>()
    const before = this.#over
    this.#over = new Map([...over].map(([load, at]) => [placeOf(load), before.get(placeOf(load)) ?? at]))
    for (const [load, at] of over) {
      if (at - (this.#over.get(placeOf(load)) ?? at) < PATIENCE_MS) continue
      const worst = this.#worstBelow(load, snapshot)
      if (worst === undefined) continue
      this.#stopped.set(worst.key, worst)
      this.#newest = worst.key
      this.#over.clear()
      return worst
    }
    return undefined
  }

  /** The EVSE that is furthest above its limit. */
  #worstBelow({ circuit, phase }: Load, { plant, facts, result, at }: Snapshot): Stop | undefined {
    const paths = pathsOf(plant.circuits)
    const found = plant.evses.flatMap((evse) => {
      const key = keyOf(evse)
      const state = result.states.get(key)
      const { isConnected = false, isMember = false } = facts.get(key) ?? {}
      const isLoading = phase === 'W' || phasesOf(evse).includes(phase as Phase)
      const isBelow = isLoading && paths.get(evse.circuit)?.includes(circuit) === true
      if (state?.transaction === undefined || !isConnected || !isMember || !isBelow || this.#stopped.has(key)) return []
      const excess = excessOf(state, at)
      const { key: transaction, id } = state.transaction
      return excess > 0 ? [{ excess, stop: { key, transaction, id, circuit, phase } }] : []
    })
    return found.sort((one, other) => other.excess - one.excess)[0]?.stop
  }
}

function isIgnoring({ obedience }: EvseState): boolean {
  return obedience === 'ignoring'
}

/** A that an EVSE which ignores limits certainly takes above its own. */
function excessOf(state: EvseState, at: number): number {
  const { measured } = state
  if (!isIgnoring(state) || measured === undefined || !isMeasured(state, at)) return 0
  return usedOf(measured).least - inForce(state, at)
}

/**
 * The limits that are exceeded, by the meter of the circuit, or without one by what the EVSEs take together; each with the time of
 * the measurement, as an old one says nothing new.
 */
function overIn(snapshot: Snapshot): Map<Load, number> {
  const { plant, told, result, at } = snapshot
  const sums = sumsOf(snapshot)
  const over = new Map<Load, number>()
  for (const load of result.loads) {
    const { circuit: id, phase, limit } = load
    if (isUnbalance(phase)) continue
    const { measurement, own } = told.get(id) ?? {}
    const circuit = plant.circuits.find((one) => one.id === id)
    const isMetered = measurement !== undefined && circuit !== undefined && isFresh(circuit, measurement, at)
    const metered = isMetered ? meteredOn(measurement, { own, phase, voltage: circuit.voltage }) : undefined
    const total = metered ?? sums.get(placeOf(load))?.measured
    if (total !== undefined && total > limit) over.set(load, isMetered && metered !== undefined ? measurement.at : at)
  }
  return over
}

interface Metered {
  own: Told['own']
  phase: Phase | 'W'
  voltage: number
}

/** What a meter and our EVSEs that it does not include have measured. `undefined`: the meter does not tell this. */
function meteredOn(measurement: Measurement, { own, phase, voltage }: Metered): number | undefined {
  const { currents, watts, includesChargers } = measurement
  const ours = (one: Phase | 'W') => (includesChargers ? 0 : (own?.[one] ?? 0))
  if (phase !== 'W') return currents && currents[phase] + ours(phase)
  if (watts !== undefined) return watts + ours('W')
  return currents && PHASES.reduce((sum, one) => sum + (currents[one] + ours(one)) * voltage, 0)
}

// --- what is done, and told ----------------------------------------------------------------------------------------

/** The call that stops a transaction. `undefined`: in 1.6 it has no number. */
export function callToStop(protocol: string, { displayed }: Pick<OpenTransaction, 'displayed'>): OcppCall | undefined {
  if (!is16(protocol)) return { action: 'RequestStopTransaction', payload: { transactionId: displayed } }
  const transactionId = Number(displayed)
  return Number.isInteger(transactionId) ? { action: 'RemoteStopTransaction', payload: { transactionId } } : undefined
}

/** The result of a step with the transactions that were to be stopped as reasons. */
export function withStops(result: StepResult, stops: ReadonlyMap<string, Stop>): StepResult {
  if (stops.size === 0) return result
  const evses = new Map(result.evses)
  for (const [key, { circuit, phase }] of stops) {
    const view = evses.get(key)
    const reason = `ignores limits, and ${circuit} ${phase} was above its own: its transaction was to be stopped`
    if (view !== undefined) evses.set(key, { ...view, reason })
  }
  return { ...result, evses }
}
