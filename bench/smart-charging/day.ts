import type { Told } from '../../lib/load-management/limits.js'
import type { Needs } from '../../lib/load-management/needs.js'
import { keyOf, type Plant, plantOf } from '../../lib/load-management/plant.js'
import { callFor } from '../../lib/load-management/profiles.js'
import {
  answered,
  booted,
  type EvseState,
  initialState,
  reconnected,
  sampled,
  withTransaction
} from '../../lib/load-management/reserve.js'
import type { EvseFacts } from '../../lib/load-management/site.js'
import { type Command, type StepResult, step } from '../../lib/load-management/step.js'
import { type Faults, SmallCharger, type Stay } from './charger.js'
import { DAY, type Visit, VOLTAGE } from './visits.js'
import { phasesAt, ROTATIONS } from './wiring.js'

// A day in a garage under control: the product decides, its messages take a second each way, and the cars do what their charge
// points let them do.

const SECOND = 1000
const MIDNIGHT = Date.UTC(2026, 0, 5)
const SAMPLES = 10
const RUNS = 10
const MAXIMUM = 32

export interface DayOptions {
  evses: number
  visits: readonly Visit[]
  /** A of each phase, at each second. */
  limit: number
  /** A by which phases may differ. */
  unbalance?: number
  fallback?: number
  /** A of each phase after a dynamic limit has expired. */
  fallbackLimit?: number
  /** Whether drivers tell what they need until when. */
  isTold?: boolean
  faults?: (evse: number) => Faults
  /** Called at each second, before anything else happens. */
  happen?: (day: Day, second: number) => void
}

/** What became of a day. */
export interface Outcome {
  stays: Pick<Stay, 'visit' | 'delivered' | 'starts' | 'pauses'>[]
  /** Seconds in which a phase carried more than its limit. */
  violations: number
  /** Profile calls. */
  calls: number
}

interface Message {
  command: Command
  transactionId: string | undefined
  answer?: 'accepted' | 'rejected'
  deliverAt: number
}

export class Day {
  readonly plant: Plant
  readonly chargers: SmallCharger[]
  states = new Map<string, EvseState>()
  /** What others tell of circuits. */
  told: ReadonlyMap<string, Told> = new Map()
  /** What was decided last. */
  last: StepResult | undefined
  now = 0
  readonly #options: DayOptions
  readonly #keys: string[]
  readonly #messages = new Map<number, Message>()
  readonly #outcome: Outcome = { stays: [], violations: 0, calls: 0 }
  readonly #returns = new Map<number, { at: number; isBooting: boolean }>()
  #isWanted = true

  constructor(options: DayOptions) {
    const { evses, limit, unbalance, fallbackLimit, fallback = 0, faults = () => ({}) } = options
    this.#options = options
    const assigned = Array.from({ length: evses }, (_, index) => ({
      ...{ identity: `CP-${index}`, evseId: 1, circuit: 'main', maximum: MAXIMUM, fallback },
      wiring: ROTATIONS[index % 3] ?? 'L1L2L3'
    }))
    const more = {
      ...(unbalance !== undefined && { unbalance }),
      ...(fallbackLimit !== undefined && { fallbackLimit: { A: fallbackLimit } })
    }
    const circuits = [{ id: 'main', limit: { A: limit }, margin: 0, ...more }]
    this.plant = plantOf({ mode: 'control', voltage: VOLTAGE, circuits, evses: assigned }, 'UTC')
    this.#keys = assigned.map(keyOf)
    this.chargers = assigned.map((_, index) => new SmallCharger(index, faults(index)))
  }

  /** @param until seconds after midnight */
  run(until = DAY): Outcome {
    for (this.now = 0; this.now < until; this.now++) this.#pass()
    for (const { stay } of this.chargers) if (stay !== undefined) this.#outcome.stays.push(stay)
    return this.#outcome
  }

  #pass(): void {
    this.#options.happen?.(this, this.now)
    this.#comeBack()
    this.#comeAndGo()
    this.#deliver()
    for (const charger of this.chargers) charger.pass(this.now, MAXIMUM)
    this.#outcome.violations += this.currents().some((amperes) => amperes > this.#options.limit + 1e-6) ? 1 : 0
    if (this.now % SAMPLES === 0) this.#sample()
    if (this.#isWanted || this.now % RUNS === 0) this.#control()
  }

  #comeAndGo(): void {
    for (const charger of this.chargers) {
      if (charger.stay === undefined || charger.stay.visit.to > this.now) continue
      this.#outcome.stays.push(charger.stay)
      charger.stay = undefined
      this.#isWanted = true
    }
    for (const [index, visit] of this.#options.visits.entries()) {
      if (visit.from !== this.now) continue
      this.chargers[visit.evse]?.arrive(visit, String(index + 1))
      this.#isWanted = true
    }
  }

  /** A of each phase. */
  currents(): number[] {
    const sum = [0, 0, 0]
    for (const { stay, current } of this.chargers) {
      if (stay !== undefined) for (const phase of phasesAt(stay.visit)) sum[phase] = (sum[phase] ?? 0) + current
    }
    return sum
  }

  get #times() {
    return { now: MIDNIGHT + this.now * SECOND, settle: this.plant.settle * SECOND }
  }

  /** A dynamic limit for some seconds, which acts at once; without seconds there is none any more. */
  tell(amperes: number, seconds = 0): void {
    const dynamic = { limit: { A: amperes }, source: 'EMS', expiresAt: this.#times.now + seconds * SECOND }
    this.told = seconds > 0 ? new Map([['main', { dynamic }]]) : new Map()
    this.#isWanted = true
  }

  #change(index: number, change: (state: EvseState) => EvseState): void {
    const key = this.#keys[index] ?? ''
    this.states.set(key, change(this.states.get(key) ?? initialState()))
  }

  #sample(): void {
    for (const [index, { stay, current, isConnected }] of this.chargers.entries()) {
      if (stay === undefined || !isConnected) continue
      const others = stay.visit.phases === 3 ? current : 0
      this.#change(index, (state) => sampled(state, current, this.#times, { lines: [current, others, others] }))
    }
  }

  /** Decides, without sending anything. */
  decide() {
    const { now } = this.#times
    const facts = new Map<string, EvseFacts>()
    for (const [index, { stay, isConnected }] of this.chargers.entries()) {
      const needs = this.#options.isTold === true && stay !== undefined ? { needs: needsOf(stay) } : {}
      facts.set(this.#keys[index] ?? '', { isConnected, isMember: true, ...needs })
      if (isConnected) this.#change(index, (state) => withStay(state, stay, now))
    }
    return step({ plant: this.plant, now, told: this.told, facts, states: this.states })
  }

  #control(): void {
    this.#isWanted = false
    const result = this.decide()
    this.last = result
    this.states = result.states
    for (const command of result.commands) this.#send(command)
  }

  #send(command: Command): void {
    const index = this.#keys.indexOf(command.key)
    this.#outcome.calls++
    const transactionId = this.states.get(command.key)?.transaction?.key
    this.#messages.set(index, { command, transactionId, deliverAt: this.now + 1 })
  }

  /** A message arrives after a second, and its answer after another one. */
  #deliver(): void {
    for (const [index, message] of this.#messages) {
      if (message.deliverAt > this.now) continue
      if (this.chargers[index]?.isConnected !== true) {
        this.#messages.delete(index)
        this.#change(index, (state) => answered(state, 'unknown', this.#times))
        continue
      }
      if (message.answer === undefined) {
        message.answer = this.#arrive(index, message)
        message.deliverAt = this.now + (this.chargers[index]?.faults.answersAfter ?? 1)
        continue
      }
      this.#messages.delete(index)
      const { answer } = message
      this.#change(index, (state) => answered(state, answer, this.#times))
      this.#isWanted = true
    }
  }

  /** A charge point is away for so many seconds. One that boots loses the limit of its transaction. */
  leave(index: number, seconds: number, isBooting: boolean): void {
    const charger = this.chargers[index]
    if (charger === undefined || !charger.isConnected) return
    charger.isConnected = false
    if (isBooting && charger.stay !== undefined) delete charger.stay.profile
    this.#returns.set(index, { at: this.now + seconds, isBooting })
  }

  #comeBack(): void {
    for (const [index, { at, isBooting }] of this.#returns) {
      const charger = this.chargers[index]
      if (at > this.now || charger === undefined) continue
      this.#returns.delete(index)
      charger.isConnected = true
      this.#change(index, isBooting ? booted : reconnected)
      this.#isWanted = true
    }
  }

  #arrive(index: number, { command: { key, kind, amperes, lease }, transactionId }: Message) {
    const charger = this.chargers[index]
    const evse = this.plant.evses[index]
    if (charger === undefined || evse === undefined) return 'rejected'
    const { now } = this.#times
    const { transaction } = this.states.get(key) ?? initialState()
    const elapsed = (now - (transaction?.poweredAt ?? now)) / SECOND
    const wanted = { kind, evse, voltage: this.plant.voltage, amperes, lease, elapsed, now }
    return charger.take(callFor(charger.protocol, { ...wanted, ...(transactionId !== undefined && { transactionId }) }))
  }
}

function needsOf({ visit, delivered }: Stay): Needs {
  return { energy: visit.demand, departure: MIDNIGHT + visit.to * SECOND, delivered }
}

function withStay(state: EvseState, stay: Stay | undefined, now: number): EvseState {
  const open = stay && { key: stay.transactionId, id: Number(stay.transactionId) }
  const { transaction, ...rest } = withTransaction(state, open, now)
  return transaction === undefined ? rest : { ...rest, transaction: { poweredAt: now, ...transaction } }
}
