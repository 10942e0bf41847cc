import { keyOf, type Plant, phasesOf } from '../../lib/load-management/plant.js'
import { answered, type EvseState, initialState, sampled, withTransaction } from '../../lib/load-management/reserve.js'
import type { EvseFacts } from '../../lib/load-management/site.js'
import { type Command, type StepResult, step } from '../../lib/load-management/step.js'
import { seeded } from '../../src/simulator/random.js'

// A site in which everything goes wrong that may go wrong, second by second, with chargers that are written apart from
// the control: they know no reservations, only profiles.

const SECOND = 1000
/** A car follows its limit within five seconds. [IEC 61851-1] */
const FOLLOW_S = 5
/** A call that is not answered fails. Seconds. */
const TIMEOUT_S = 30

interface Message {
  command: Command
  transaction: string | undefined
  /** Seconds, relative to the start of the transaction. */
  duration: number
  deliverAt: number
  answerAt: number
  fate: 'answered' | 'answer-lost' | 'rejected' | 'lost'
  isDelivered: boolean
  effect: 'accepted' | 'rejected' | undefined
}

interface Charger {
  isConnected: boolean
  /** TxDefaultProfile. */
  fallback: number | undefined
  transaction: { key: string; startedAt: number; profile?: { amperes: number; endsAt: number } } | undefined
  /** The state that the CSMS has heard: the events of a charger that is away wait. */
  heard: string | undefined
  heardAt: number
  /** Limits of the last seconds. */
  recent: number[]
  message: Message | undefined
}

export interface ModelOptions {
  plant: Plant
  seed: number
  /** Share of the seconds in which something happens to a charger. */
  trouble: number
  start: number
}

/** The site, its chargers, and the control of it. */
export class Model {
  readonly plant: Plant
  now: number
  states = new Map<string, EvseState>()
  last: StepResult | undefined
  restarts = 0
  accepted = 0
  /** All that was sent. A, by EVSE. */
  readonly sent: { key: string; amperes: number }[] = []
  readonly chargers = new Map<string, Charger>()
  readonly #random: () => number
  #trouble: number
  #transactions = 0

  constructor({ plant, seed, trouble, start }: ModelOptions) {
    this.plant = plant
    this.now = start
    this.#random = seeded(seed)
    this.#trouble = trouble
    for (const evse of plant.evses) {
      const charger = { isConnected: true, fallback: undefined, transaction: undefined, heard: undefined, heardAt: 0 }
      this.chargers.set(keyOf(evse), { ...charger, recent: [], message: undefined })
    }
  }

  /** Nothing goes wrong from now on: all come back, and new cars are at all of them. */
  calm(): void {
    this.#trouble = 0
    for (const charger of this.chargers.values()) {
      charger.isConnected = true
      this.#begin(charger)
    }
  }

  /** One second. */
  tick(): void {
    this.now += SECOND
    for (const [key, charger] of this.chargers) {
      this.#happen(charger)
      this.#deliver(key, charger)
      this.#answer(key, charger)
      charger.recent = [...charger.recent, this.#limitOf(key, charger)].slice(-FOLLOW_S)
    }
    if (this.#random() < this.#trouble / 20) this.#restart()
    if (this.#random() < 0.6) this.#control()
  }

  /** A on each phase that the EVSE uses. */
  current(key: string): number {
    const charger = this.chargers.get(key)
    return charger?.transaction === undefined ? 0 : Math.max(0, ...charger.recent)
  }

  /** A of a phase below a circuit, or W of all phases. */
  load(circuits: ReadonlySet<string>, phase: 'L1' | 'L2' | 'L3' | 'W'): number {
    return this.plant.evses.reduce((sum, evse) => {
      if (!circuits.has(evse.circuit)) return sum
      const phases = phasesOf(evse)
      if (phase === 'W') return sum + this.current(keyOf(evse)) * phases.length * this.plant.voltage
      return phases.includes(phase) ? sum + this.current(keyOf(evse)) : sum
    }, 0)
  }

  #chance(share: number): boolean {
    return this.#random() < share * this.#trouble
  }

  #happen(charger: Charger): void {
    if (this.#chance(0.02)) charger.isConnected = !charger.isConnected
    if (charger.transaction === undefined ? this.#chance(0.05) : this.#chance(0.01)) {
      if (charger.transaction === undefined) this.#begin(charger)
      else charger.transaction = undefined
    }
    // The news of a transaction takes a moment, and waits while the charger is away.
    if (charger.isConnected && charger.heard !== charger.transaction?.key && this.#random() < 0.7) {
      charger.heard = charger.transaction?.key
    }
  }

  #begin(charger: Charger): void {
    charger.transaction = { key: String(++this.#transactions), startedAt: this.now }
    charger.recent = []
  }

  #limitOf(key: string, { transaction, fallback }: Charger): number {
    const maximum = this.plant.evses.find((evse) => keyOf(evse) === key)?.maximum ?? 0
    const { profile } = transaction ?? {}
    if (profile !== undefined && profile.endsAt > this.now) return Math.min(profile.amperes, maximum)
    return fallback ?? maximum
  }

  #deliver(_key: string, charger: Charger): void {
    const { message } = charger
    if (message === undefined || message.isDelivered || this.now < message.deliverAt) return
    message.isDelivered = true
    if (message.fate === 'lost' || !charger.isConnected) return
    message.effect = message.fate === 'rejected' ? 'rejected' : obey(charger, message)
    if (message.effect === 'accepted') this.accepted++
  }

  #answer(key: string, charger: Charger): void {
    const { message } = charger
    if (message === undefined) return
    const isHeard = message.effect !== undefined && message.fate !== 'answer-lost' && charger.isConnected
    const at = isHeard ? message.answerAt : message.deliverAt + TIMEOUT_S * SECOND
    if (this.now < at) return
    charger.message = undefined
    const state = this.states.get(key) ?? initialState()
    const answer = isHeard && message.effect !== undefined ? message.effect : 'unknown'
    this.states.set(key, answered(state, answer, { now: this.now, settle: this.#settle(key) }))
  }

  /** The process dies, and another one knows what was saved. */
  #restart(): void {
    this.restarts++
    const saved = JSON.parse(JSON.stringify([...this.states])) as [string, EvseState][]
    this.states = new Map(saved.map(([key, state]) => [key, answered(state, 'unknown', { now: this.now, settle: 0 })]))
    for (const charger of this.chargers.values()) {
      const { message } = charger
      // A message that was sent may still arrive, but nobody hears the answer.
      if (message?.isDelivered === false && message.fate !== 'lost' && charger.isConnected) obey(charger, message)
      charger.message = undefined
    }
  }

  #control(): void {
    const facts = new Map<string, EvseFacts>()
    for (const [key, charger] of this.chargers) {
      facts.set(key, { isConnected: charger.isConnected, isMember: true })
      const open = charger.heard === undefined ? undefined : { key: charger.heard, id: Number(charger.heard) }
      const state = withTransaction(this.states.get(key) ?? initialState(), open, this.now)
      const { transaction } = state
      const powered = transaction && { transaction: { poweredAt: this.now, ...transaction } }
      this.states.set(key, this.#measured(key, { ...state, ...powered }))
    }
    const result = step({ plant: this.plant, now: this.now, told: new Map(), facts, states: this.states })
    this.last = result
    this.states = result.states
    for (const command of result.commands) this.#send(command)
  }

  #measured(key: string, state: EvseState): EvseState {
    if (this.chargers.get(key)?.isConnected !== true || this.#random() > 0.2) return state
    return sampled(state, this.current(key), { now: this.now, settle: this.#settle(key) })
  }

  #settle(key: string): number {
    return (this.plant.evses.find((evse) => keyOf(evse) === key)?.settle ?? 0) * SECOND
  }

  #send(command: Command): void {
    const charger = this.chargers.get(command.key)
    if (charger === undefined) return
    this.sent.push({ key: command.key, amperes: command.amperes })
    const { transaction } = this.states.get(command.key) ?? initialState()
    const elapsed = (this.now - (transaction?.poweredAt ?? this.now)) / SECOND
    const deliverAt = this.now + Math.floor(this.#random() * 3) * SECOND
    charger.message = {
      command,
      transaction: transaction?.key,
      duration: Math.floor(elapsed + command.lease),
      deliverAt,
      answerAt: deliverAt + Math.floor(this.#random() * (this.#trouble > 0 ? 20 : 2)) * SECOND,
      fate: this.#fate(),
      isDelivered: false,
      effect: undefined
    }
  }

  #fate(): Message['fate'] {
    if (this.#chance(0.15)) return 'answer-lost'
    if (this.#chance(0.1)) return 'rejected'
    return this.#chance(0.1) ? 'lost' : 'answered'
  }
}

/** The behaviour of a charger that gets a profile. [1.6 §5.16; 2.x K01] */
function obey(charger: Charger, { command, transaction, duration }: Message): 'accepted' | 'rejected' {
  if (command.kind === 'fallback') {
    charger.fallback = command.amperes
    return 'accepted'
  }
  if (charger.transaction === undefined || charger.transaction.key !== transaction) return 'rejected'
  const endsAt = charger.transaction.startedAt + duration * SECOND
  charger.transaction.profile = { amperes: command.amperes, endsAt }
  return 'accepted'
}
